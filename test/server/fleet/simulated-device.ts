// A device without a browser: it asks, believes, decides and reports by the code that devices run; only its store is a few
// fields, and whether a version fails its trial is said by its owner.
import { chunksOfFile, type FleetLine } from './line.ts';
import {
  aliasSchema,
  type Alias,
  manifestSchema,
  type Report,
} from '../../../src/core/artifact/documents.ts';
import { targetOf } from '../../../src/core/artifact/rollout.ts';
import {
  envelopeDigest,
  openDocument,
  readDocument,
  signDocument,
} from '../../../src/core/artifact/signature.ts';
import { RegistryClient } from '../../../src/client/registry.ts';
import type { TestDevice } from '../support.ts';
import { type FleetServer, model } from './fleet-server.ts';

export type Outcome = 'nothing new' | 'swapped' | 'rolled-back' | 'failed before';

export class SimulatedDevice {
  readonly #key: TestDevice;
  readonly #server: FleetServer;
  readonly #client: RegistryClient;
  readonly #fails: (version: number) => boolean;
  #etag: string | null = null;
  #alias: Alias | null = null;
  /** Versions that failed, each with the alias revision that asked for it. */
  readonly #failed = new Map<number, number>();
  /** What it runs. */
  version = 1;

  constructor(server: FleetServer, key: TestDevice, line: FleetLine, fails: (version: number) => boolean) {
    this.#server = server;
    this.#key = key;
    this.#fails = fails;
    let token: Promise<string> | null = null;
    this.#client = new RegistryClient({
      baseUrl: server.url,
      fetch: line.fetch,
      token: () => (token ??= key.token(server.audience, { seconds: 120 })),
    });
  }

  get keyId(): string {
    return this.#key.keyId;
  }

  /** One look at the registry, and what follows from it. */
  async look(): Promise<Outcome> {
    const alias = await this.#hear();
    const target = await targetOf(alias, { keyId: this.keyId, groups: [] }, this.version);
    if (target === null || target.version === this.version) return 'nothing new';
    if (this.#failed.get(target.version) === alias.revision) return 'failed before';
    await this.#fetch(target.version, target.versionDigest);
    const outcome = this.#fails(target.version) ? 'rolled-back' : 'swapped';
    const from = this.version;
    if (outcome === 'swapped') this.version = target.version;
    else this.#failed.set(target.version, alias.revision);
    await this.#report(from, target.version, outcome);
    return outcome;
  }

  /** The newest alias document that may be believed. */
  async #hear(): Promise<Alias> {
    const { models, etag } = await this.#client.models({ etag: this.#etag });
    this.#etag = etag;
    const envelope = models
      ?.find(entry => entry.model === model)
      ?.aliases.find(({ signed }) => signed['alias'] === 'production');
    if (envelope) {
      const alias = await openDocument(envelope, aliasSchema, this.#server.publicKey);
      if (this.#alias && alias.revision < this.#alias.revision)
        throw new Error('an older revision was offered');
      this.#alias = alias;
    }
    if (!this.#alias) throw new Error('there is no production');
    return this.#alias;
  }

  async #fetch(version: number, digest: string): Promise<void> {
    const { manifest: envelope } = await this.#client.version(model, version);
    await openDocument(envelope, manifestSchema, this.#server.publicKey);
    if ((await envelopeDigest(envelope)) !== digest) throw new Error('the alias names another manifest');
    const { authority } = readDocument(envelope, manifestSchema);
    await chunksOfFile(this.#client, authority.file);
  }

  async #report(from: number, to: number, outcome: 'swapped' | 'rolled-back'): Promise<void> {
    const report: Report = {
      type: 'report',
      formatVersion: 1,
      device: this.keyId,
      createdAt: new Date().toISOString(),
      app: 'simulated',
      active: [{ model, version: this.version, variant: 'fp32', provider: 'wasm' }],
      update: { model, from, to, outcome, problem: outcome === 'swapped' ? null : 'it answers otherwise' },
      storage: null,
    };
    await this.#client.sendDocument('reports', await signDocument(report, this.#key));
  }
}
