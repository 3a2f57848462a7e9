// What somebody does to a registry in one life of its server, step by step; each acknowledgement is noted as it comes.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AdminClient } from '../../../src/client/admin.ts';
import { chunkFile } from '../../../src/core/artifact/chunks.ts';
import { type Alias, aliasSchema, manifestSchema } from '../../../src/core/artifact/documents.ts';
import {
  type Envelope,
  envelopeDigest,
  keyIdOf,
  readDocument,
  signDocument,
} from '../../../src/core/artifact/signature.ts';
import { rootSchema } from '../../../src/core/artifact/documents.ts';
import { sampleIdOf } from '../../../src/core/artifact/sample-id.ts';
import { tensorLayout } from '../../../src/core/onnx/layout.ts';
import { smallModel } from '../cli/models.ts';
import { newDevice } from '../support.ts';

const model = 'small';

export interface Acknowledged {
  /** `small@3` → digest of its manifest. */
  readonly versions: Map<string, string>;
  /** `small@production` → the highest revision answered. */
  readonly aliases: Map<string, number>;
  /** Digests of reports and samples. */
  readonly documents: Set<string>;
}

export function nothingYet(): Acknowledged {
  return { versions: new Map(), aliases: new Map(), documents: new Set() };
}

/** A weight that no version had before. */
let nextHead = 1;

/** @throws HaversackError `Offline` when the server dies in the middle */
export async function work(url: string, data: string, done: Acknowledged): Promise<void> {
  const key = (await readFile(join(data, 'admin.key'), 'utf8')).trim();
  const admin = new AdminClient({ baseUrl: url, token: () => Promise.resolve(key) });
  const first = await push(admin, done);
  await sendDocuments(url, admin, first, done);
  const second = await push(admin, done);
  await moveAliases(admin, second, done);
  await teach(url, admin, second, done);
  await admin.collectGarbage(false);
}

async function push(admin: AdminClient, done: Acknowledged): Promise<number> {
  nextHead += 1;
  const file = smallModel({ head: nextHead });
  const { ref, chunks } = await chunkFile(file, tensorLayout(file));
  for (const [digest, bytes] of chunks) await admin.putChunk(digest, bytes);
  const { manifest } = await admin.push(model, { file: ref });
  return noteVersion(manifest, done);
}

async function noteVersion(manifest: Envelope, { versions }: Acknowledged): Promise<number> {
  const { version } = readDocument(manifest, manifestSchema);
  versions.set(`${model}@${version}`, await envelopeDigest(manifest));
  return version;
}

async function moveAliases(admin: AdminClient, version: number, done: Acknowledged): Promise<void> {
  const note = (envelope: Envelope): Alias => {
    const alias = readDocument(envelope, aliasSchema);
    done.aliases.set(`${model}@${alias.alias}`, alias.revision);
    return alias;
  };
  const now = note(await admin.alias(model, 'production'));
  const move = { version, share: 0.5, why: 'half of them first' };
  const moved = note(await admin.moveAlias(model, 'production', move, now.revision));
  const held = note(await admin.holdAlias(model, 'production', { held: true, why: null }, moved.revision));
  note(await admin.holdAlias(model, 'production', { held: false, why: null }, held.revision));
}

/** A device is let in, says how it is, and sends samples. */
async function sendDocuments(
  url: string,
  admin: AdminClient,
  version: number,
  { documents }: Acknowledged,
): Promise<void> {
  const { device, client } = await letIn(url, admin);
  const common = { formatVersion: 1, device: device.keyId, createdAt: new Date().toISOString() };
  const active = [{ model, version, variant: 'fp32', provider: 'wasm' }];
  const report = { type: 'report', ...common, app: 'test', active, update: null, storage: null };
  nextHead += 1;
  const content = { model, label: 'no', features: [1, 2, 3, nextHead] };
  const { label, features } = content;
  const sample = { id: await sampleIdOf(content), features, label, part: 'train', source: 'form' };
  const samples = [{ ...sample, answered: null, createdAt: common.createdAt }];
  for (const [to, content] of [
    ['reports', report],
    ['samples', { type: 'samples', ...common, model, version, samples }],
  ] as const) {
    const envelope = await signDocument(content, device);
    await client.sendDocument(to, envelope);
    documents.add(await envelopeDigest(envelope));
  }
}

/** A device makes a candidate of a version, and delivers it, and again. */
async function teach(url: string, admin: AdminClient, version: number, done: Acknowledged): Promise<void> {
  const { device, client } = await letIn(url, admin);
  const parent = await client.version(model, version);
  const {
    version: _version,
    candidate: _candidate,
    ...manifest
  } = readDocument(parent.manifest, manifestSchema);
  nextHead += 1;
  const file = smallModel({ head: nextHead });
  const { ref, chunks } = await chunkFile(file, tensorLayout(file));
  for (const digest of await client.missing([...chunks.keys()])) {
    await client.putChunk(digest, chunks.get(digest)!);
  }
  const envelope = await signDocument(
    {
      ...manifest,
      type: 'candidate',
      parent: { version, digest: await envelopeDigest(parent.manifest) },
      authority: { ...manifest.authority, file: ref },
      device: device.keyId,
      createdAt: new Date().toISOString(),
    },
    device,
  );
  const receipt = await client.submitCandidate(envelope);
  done.versions.set(`${model}@${receipt.version}`, receipt.digest);
  const again = await client.submitCandidate(envelope);
  if (again.version !== receipt.version) throw new Error('one candidate has become two versions');
}

async function letIn(url: string, admin: AdminClient) {
  const device = await newDevice();
  const root = readDocument(await admin.root(), rootSchema);
  const audience = await keyIdOf(root.keys[0]!.publicKey);
  const client = new AdminClient({ baseUrl: url, token: () => device.token(audience) });
  await client.enrol({ publicKey: device.publicKey, name: 'phone' });
  await admin.changeDevice(device.keyId, { status: 'approved', role: 'trainer' });
  return { device, client };
}
