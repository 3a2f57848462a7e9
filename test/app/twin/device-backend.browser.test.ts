// The protocol's backend on a device, over its real store and its real worker.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { getPublicKeyAsync, signAsync } from '@noble/ed25519';
import { ServedModels } from '../../../src/app/bridge/served-models.ts';
import { WorkerBridge } from '../../../src/app/bridge/worker-bridge.ts';
import { DeviceBackend } from '../../../src/app/twin/device-backend.ts';
import { InstalledVersions } from '../../../src/app/twin/installed-versions.ts';
import { toBase64Url } from '../../../src/core/artifact/base64url.ts';
import { chunkFile } from '../../../src/core/artifact/chunks.ts';
import type { Alias } from '../../../src/core/artifact/documents.ts';
import { keyIdOf, signDocument } from '../../../src/core/artifact/signature.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import { tensorLayout } from '../../../src/core/onnx/layout.ts';
import type { InferRequest } from '../../../src/core/protocol/infer-request.ts';
import type { InferContext, Target } from '../../../src/core/serve/service.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { acceptAlias } from '../../../src/device/aliases.ts';
import { loadIdentity } from '../../../src/device/identity.ts';
import { type Database, openHaversackDB } from '../../../src/device/db.ts';
import { activate } from '../../../src/device/library.ts';
import { runCandidate, stopCandidate } from '../../../src/device/run-candidate.ts';
import { foundModel } from '../../device/founded.ts';
import { smallAnswer, smallModel, smallRecord, storeVersion } from '../../worker/stored.ts';

const bridge = new WorkerBridge('serving');
let db: Database;
let versions: InstalledVersions;
let backend: DeviceBackend;
let fetched: Target[];

beforeAll(async () => {
  db = await openHaversackDB();
  await storeVersion(db, { model: 'small', recorded: smallRecord() });
  await activate(db, 'small', 1);
  for (const [alias, version] of [
    ['production', 2],
    ['canary', 3],
    ['stable', 1],
  ] as const) {
    await tell(alias, version);
  }
});

beforeEach(() => {
  fetched = [];
  versions = new InstalledVersions(db);
  backend = new DeviceBackend({
    versions,
    models: new ServedModels(bridge, () => Promise.resolve(false)),
    version: '1.2.3',
    fetchVersion: async target => {
      fetched.push(target);
      await storeVersion(db, { model: target.model, recorded: smallRecord() });
      await activate(db, target.model, 1);
    },
  });
  return () => versions.close();
});

afterAll(() => {
  bridge.stop();
  db.close();
});

/** As the registry tells a device what an alias means. */
async function tell(alias: string, version: number): Promise<void> {
  const secret = new Uint8Array(32).fill(7);
  const publicKey = toBase64Url(await getPublicKeyAsync(secret));
  const signer = {
    keyId: await keyIdOf(publicKey),
    publicKey,
    sign: (bytes: Uint8Array) => signAsync(bytes, secret),
  };
  const document: Alias = {
    type: 'alias',
    formatVersion: 1,
    model: 'small',
    alias,
    revision: 1,
    version,
    versionDigest: '0'.repeat(64),
    rollout: { share: 1, groups: null },
    otherwise: null,
    held: false,
    issuedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
  };
  await acceptAlias(db, await signDocument(document, signer), publicKey);
}

const request = (change: Partial<InferRequest> = {}): InferRequest => ({
  id: null,
  parameters: {},
  inputs: { x: float32([1, 2], [1, 2]) },
  outputs: null,
  binaryOutputs: false,
  ...change,
});
const context = (change: Partial<InferContext> = {}): InferContext => ({
  signal: new AbortController().signal,
  tenant: 'device',
  ...change,
});
const small = { model: 'small', version: 1 };

describe('which version a name means', () => {
  test.each([
    ['nothing: what runs here', undefined, 1],
    ['a number: itself', 1, 1],
    ['an alias whose version is here', 'stable', 1],
    ['the followed alias, whose version has not come yet: what runs here, by its number', 'production', 1],
  ])('%s', async (_, version, found) => {
    expect((await backend.resolve({ model: 'small', version })).version).toBe(found);
  });

  test.each([
    ['a number that is not here', 9, 'NotInstalled', 'small@9 is not here'],
    ['another alias whose version is not here', 'canary', 'NotInstalled', 'small@3 is not here'],
    ['an alias that this device was not told of', 'beta', 'NotFound', 'no alias beta of small'],
  ])('%s: none', async (_, version, code, detail) => {
    const resolving = backend.resolve({ model: 'small', version });
    await expect(resolving).rejects.toMatchObject({ code, detail: expect.stringContaining(detail) });
  });

  test('no version at all: it says so', async () => {
    const resolving = backend.resolve({ model: 'absent', version: undefined });
    await expect(resolving).rejects.toMatchObject({ code: 'NotInstalled' });
  });

  test('a version that comes is seen at once', async () => {
    await expect(backend.resolve({ model: 'later', version: 1 })).rejects.toMatchObject({
      code: 'NotInstalled',
    });
    await storeVersion(db, { model: 'later' });
    await activate(db, 'later', 1);
    expect(await backend.resolve({ model: 'later', version: undefined })).toMatchObject({ version: 1 });
  });
});

test('metadata, readiness and index come from the store, with no worker started', async () => {
  const before = bridge.generation;
  expect(await backend.metadata(small)).toEqual({
    name: 'small',
    versions: ['1'],
    platform: 'onnx_onnxv1',
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
    outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 3] }],
  });
  await backend.ready(small);
  await expect(backend.ready({ model: 'small', version: 9 })).rejects.toMatchObject({ code: 'NotInstalled' });
  expect(await backend.index()).toContainEqual({ name: 'small', version: '1', state: 'READY', reason: '' });
  expect((await backend.describe(small)).labels).toEqual(['a', 'b', 'c']);
  expect(bridge.generation).toBe(before);
});

test('answers as recorded, and says who did', async () => {
  const { outputs, by } = await backend.infer(small, request(), context());
  smallAnswer.forEach((value, i) => expect(outputs['probabilities']!.data[i]).toBeCloseTo(value, 6));
  expect(by).toMatchObject({
    who: 'device',
    model: 'small',
    version: '1',
    variant: 'fp32',
    provider: 'wasm',
  });
});

test('what was made here answers before it has a number, and names none', async () => {
  const {
    file,
    interface: face,
    labels,
  } = { file: smallModel(), ...(await versions.get('small', 1)).manifest };
  const identity = await loadIdentity(db);
  const { ref, chunks } = await chunkFile(file, tensorLayout(file));
  const authority = { variant: 'fp32', file: ref };
  const digest = await foundModel(db, identity, 'made', 10, { authority, interface: face, labels }, chunks);
  const asked = { model: 'made', version: undefined };
  await expect(backend.resolve(asked)).rejects.toMatchObject({ code: 'NotInstalled' });
  await runCandidate(db, digest);
  await expect.poll(() => backend.resolve(asked).catch(() => null)).toEqual({ model: 'made', version: 0 });
  const made = { model: 'made', version: 0 };
  expect(await backend.index()).toContainEqual({ name: 'made', version: '', state: 'READY', reason: '' });
  expect(await backend.metadata(made)).toMatchObject({ name: 'made', versions: [] });
  expect((await backend.describe(made)).labels).toEqual(['a', 'b', 'c']);
  const { outputs, by } = await backend.infer(made, request(), context());
  smallAnswer.forEach((value, i) => expect(outputs['probabilities']!.data[i]).toBeCloseTo(value, 6));
  expect(by).toMatchObject({ who: 'device', model: 'made', version: null, variant: 'fp32' });
  await backend.load(asked);
  await backend.unload(asked);
  await stopCandidate(db, 'made');
  await expect
    .poll(() => backend.resolve(asked).catch((thrown: unknown) => (thrown as HaversackError).code))
    .toBe('NotInstalled');
});

test('refuses what the model does not have, by name', async () => {
  const other = request({ outputs: [{ name: 'other', binary: false }] });
  await expect(backend.infer(small, other, context())).rejects.toMatchObject({
    code: 'InputInvalid',
    detail: "there is no output 'other', only probabilities",
  });
  const wrong = request({ inputs: { x: float32([1, 3], [1, 2, 3]) } });
  await expect(backend.infer(small, wrong, context())).rejects.toMatchObject({ code: 'InputInvalid' });
});

test('does not answer who went', async () => {
  const gone = AbortSignal.abort(new HaversackError('Aborted', 'the caller went'));
  const asking = backend.infer(small, request(), context({ signal: gone }));
  await expect(asking).rejects.toMatchObject({ code: 'Aborted', detail: 'the caller went' });
});

test('opens ahead of the first question, and lets go again; the next question opens it anew', async () => {
  const open = () => bridge.call(async api => ({ ok: true as const, value: await api.openCount() }));
  await backend.load({ model: 'small', version: undefined });
  const loaded = await open();
  expect(fetched).toEqual([]);
  await backend.unload({ model: 'small', version: undefined });
  await expect
    .poll(async () => (await open()).ok && (await open()))
    .toMatchObject({
      value: (loaded as { value: number }).value - 1,
    });
  expect((await backend.infer(small, request(), context())).by.version).toBe('1');
});

test('fetches what is to be loaded and is not here; a question alone fetches nothing', async () => {
  const wanted = { model: 'wanted', version: undefined };
  await expect(backend.resolve(wanted)).rejects.toMatchObject({ code: 'NotInstalled' });
  expect(fetched).toEqual([]);
  await backend.load(wanted);
  expect(fetched).toEqual([wanted]);
  expect((await backend.infer({ model: 'wanted', version: 1 }, request(), context())).by.model).toBe(
    'wanted',
  );
});
