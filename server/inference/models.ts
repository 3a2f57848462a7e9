// The models a server answers with: loaded when first asked for, proved before they answer, dropped when the memory is
// wanted. Knows versions by number; who asks by alias resolves it first.
import type { Bytes } from '../../src/core/artifact/digest.ts';
import type { Recorded } from '../../src/core/artifact/recorded.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { InferRequest } from '../../src/core/protocol/infer-request.ts';
import type { InferResponse } from '../../src/core/protocol/read-response.ts';
import type { ModelMetadata } from '../../src/core/protocol/messages.ts';
import type { OpenSession, Session } from '../../src/core/runtime/session.ts';
import { smokeTest } from '../../src/core/runtime/smoke-test.ts';
import type { TensorMap } from '../../src/core/tensor.ts';
import { warmUp } from './warm-up.ts';

export interface LoadedVersion {
  readonly file: Bytes;
  /** The version's own smoke test; null where it came without one. */
  readonly recorded: Recorded | null;
}

/** @throws HaversackError `NotFound` where there is no such version */
export type LoadVersion = (model: string, version: number) => Promise<LoadedVersion>;

export interface ModelHostOptions {
  readonly openSession: OpenSession;
  /** Of model files kept open at a time; the one that is asked for is kept even where it alone is larger. */
  readonly maxBytes?: number;
}

const defaultMaxBytes = 2 * 2 ** 30;
/** Predictions of one version under way; more are turned away, for waiting would only make all of them late. */
export const maxRunsPerVersion = 64;

interface Entry {
  readonly session: Session;
  readonly bytes: number;
  /** Runs under way: the session outlives its place in the cache by them. */
  runs: number;
  evicted: boolean;
}

export class ModelHost {
  readonly #load: LoadVersion;
  readonly #openSession: OpenSession;
  readonly #maxBytes: number;
  /** In the order of last use. A promise, so that two requests for one version load it once. */
  readonly #entries = new Map<string, Promise<Entry>>();
  readonly #loaded = new Map<string, Entry>();
  #closed = false;

  constructor(load: LoadVersion, { openSession, maxBytes = defaultMaxBytes }: ModelHostOptions) {
    this.#load = load;
    this.#openSession = openSession;
    this.#maxBytes = maxBytes;
  }

  /**
   * Runs the inputs through the version, loading it if need be.
   * @throws HaversackError `InputInvalid`, `NotFound`, `RuntimeFailed`, `Unavailable` (too many at once)
   */
  async infer(model: string, version: number, request: InferRequest): Promise<InferResponse> {
    const outputs = await this.#use(model, version, session => {
      assertOutputs(session, request);
      return session.run(request.inputs);
    });
    return {
      modelName: model,
      modelVersion: String(version),
      id: request.id,
      outputs: request.outputs ? pick(outputs, request.outputs) : outputs,
    };
  }

  /** What goes in and comes out. Loads the version if need be. */
  metadata(model: string, version: number): Promise<ModelMetadata> {
    return this.#use(model, version, ({ inputs, outputs }) => ({
      name: model,
      versions: [String(version)],
      platform: 'onnx_onnxv1',
      inputs: inputs.map(copySpec),
      outputs: outputs.map(copySpec),
    }));
  }

  /** Resolves when the version is loaded and proved; throws why it cannot be. */
  async ready(model: string, version: number): Promise<void> {
    await this.#use(model, version, () => undefined);
  }

  /** Ends every session, each after its last run. */
  async close(): Promise<void> {
    this.#closed = true;
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    this.#loaded.clear();
    for (const entry of await Promise.allSettled(entries)) {
      if (entry.status === 'fulfilled') await evict(entry.value);
    }
  }

  async #use<T>(model: string, version: number, work: (session: Session) => T | Promise<T>): Promise<T> {
    let entry = await this.#entry(model, version);
    // Dropped for another version in the moment before it was used: its session is gone.
    while (isDropped(entry)) entry = await this.#entry(model, version);
    if (entry.runs >= maxRunsPerVersion) {
      throw new HaversackError(
        'Unavailable',
        `${entry.runs} predictions of ${model}@${version} are under way`,
      );
    }
    entry.runs++;
    try {
      return await work(entry.session);
    } finally {
      entry.runs--;
      if (entry.evicted && entry.runs === 0) await entry.session.dispose();
    }
  }

  #entry(model: string, version: number): Promise<Entry> {
    if (this.#closed) return Promise.reject(new HaversackError('Unavailable', 'the server stops'));
    const key = `${model}@${version}`;
    const present = this.#entries.get(key);
    if (present) {
      this.#entries.delete(key);
      this.#entries.set(key, present);
      return present;
    }
    const loading: Promise<Entry> = this.#open(model, version).then(
      async entry => {
        if (this.#entries.get(key) === loading) await this.#admit(key, entry);
        return entry;
      },
      (error: unknown) => {
        // The next request tries again.
        if (this.#entries.get(key) === loading) this.#entries.delete(key);
        throw error;
      },
    );
    this.#entries.set(key, loading);
    return loading;
  }

  /** Makes room by what was not used for longest. Versions that are still loading are not counted yet, and stay. */
  async #admit(key: string, entry: Entry): Promise<void> {
    this.#loaded.set(key, entry);
    const evicted: Entry[] = [];
    for (const old of this.#entries.keys()) {
      if (this.#loadedBytes() <= this.#maxBytes) break;
      const other = this.#loaded.get(old);
      if (!other || other === entry) continue;
      this.#entries.delete(old);
      this.#loaded.delete(old);
      evicted.push(other);
    }
    await Promise.all(evicted.map(evict));
  }

  #loadedBytes(): number {
    return [...this.#loaded.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async #open(model: string, version: number): Promise<Entry> {
    const { file, recorded } = await this.#load(model, version);
    const session = await this.#openSession(file);
    try {
      await prove(session, recorded, `${model}@${version}`);
    } catch (error) {
      await session.dispose();
      throw error;
    }
    return { session, bytes: file.length, runs: 0, evicted: false };
  }
}

/** @throws HaversackError `RuntimeFailed` where it does not answer what was recorded */
async function prove(session: Session, recorded: Recorded | null, name: string): Promise<void> {
  if (!recorded) return warmUp(session);
  const { difference, agrees } = await smokeTest(session, recorded);
  if (!agrees) {
    throw new HaversackError(
      'RuntimeFailed',
      `${name} answers ${difference} beside what was recorded, allowed is ${recorded.tolerance}`,
    );
  }
}

/** Asked anew each time: it changes while others are awaited. */
function isDropped({ evicted }: Entry): boolean {
  return evicted;
}

async function evict(entry: Entry): Promise<void> {
  entry.evicted = true;
  if (entry.runs === 0) await entry.session.dispose();
}

/** @throws HaversackError `InputInvalid` */
function assertOutputs(session: Session, { outputs }: InferRequest): void {
  const names = session.outputs.map(({ name }) => name);
  const unknown = outputs?.find(({ name }) => !names.includes(name));
  if (unknown) {
    throw new HaversackError(
      'InputInvalid',
      `there is no output '${unknown.name}', only ${names.join(', ')}`,
    );
  }
}

function pick(outputs: TensorMap, wanted: readonly { readonly name: string }[]): TensorMap {
  return Object.fromEntries(wanted.map(({ name }) => [name, outputs[name]!]));
}

function copySpec({ name, datatype, shape }: Session['inputs'][number]): ModelMetadata['inputs'][number] {
  return { name, datatype, shape: [...shape] };
}
