import { expect, onTestFinished, test, vi } from 'vitest';
import { seededRandom } from '../../src/core/data/random.ts';
import { dropDownload } from '../../src/device/garbage.ts';
import { activeOf, listInstalled, readVariant } from '../../src/device/library.ts';
import { runningPulls } from '../../src/device/locks.ts';
import { downloadKey, listDownloads, type PullProgress, pullVersion } from '../../src/device/pull.ts';
import { refreshCatalogue } from '../../src/device/registry.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import type { Manifest } from '../../src/core/artifact/documents.ts';
import { freshDB } from './fresh-db.ts';
import { fileOf, makeSigner } from './documents-made.ts';
import { RegistryInPage } from './registry-in-page.ts';

const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const digits = { model: 'digits', version: 1 };

async function published(): Promise<RegistryInPage> {
  const registry = await RegistryInPage.create();
  await registry.publish('digits', 1, seeds, { int8: [50, 51] });
  return registry;
}

function expectNoChunkTwice(registry: RegistryInPage): void {
  const fetched = registry.fetchedChunks;
  expect(fetched.length).toBe(new Set(fetched).size);
}

test('brings a version here, byte for byte, and makes the first one active', async () => {
  const { db } = await freshDB();
  const registry = await published();
  const progress: PullProgress[] = [];
  const row = await pullVersion({
    db,
    client: registry.client(),
    ...digits,
    onProgress: p => progress.push(p),
  });
  expect(row).toMatchObject({ variants: ['fp32'], trainable: true });
  expect(await readVariant(db, 'digits', 1, 'fp32')).toEqual(fileOf(seeds).file);
  expect(await activeOf(db, 'digits')).toMatchObject({ version: 1, variant: 'fp32', follows: true });
  const totalBytes = 13 * 8192;
  expect(progress[0]).toEqual({ receivedBytes: 0, totalBytes, wireBytes: 0, reusedBytes: 0 });
  const wireBytes = registry.batchBytes;
  expect(progress.at(-1)).toEqual({ receivedBytes: totalBytes, totalBytes, wireBytes, reusedBytes: 0 });
  expect(await listDownloads(db)).toEqual([]);
});

test('a version that is whole costs no request, and works without a network', async () => {
  const { db } = await freshDB();
  const registry = await published();
  await pullVersion({ db, client: registry.client(), ...digits });
  const before = registry.requests.length;
  registry.offline = true;
  await pullVersion({ db, client: registry.client(), ...digits });
  expect(registry.requests.length).toBe(before);
});

test('a version whose bytes the registry let go of is said to be that, and nothing is fetched', async () => {
  const { db } = await freshDB();
  const registry = await published();
  const client = registry.client();
  const whole = client.version.bind(client);
  client.version = async (...wanted) => ({
    ...(await whole(...wanted)),
    collectedAt: '2026-05-03T08:00:00.000Z',
  });
  await expect(pullVersion({ db, client, ...digits })).rejects.toMatchObject({ code: 'VersionCollected' });
  expect(registry.fetchedChunks).toEqual([]);
});

test('a derived variant is fetched alone, unless training is asked for', async () => {
  const { db } = await freshDB();
  const registry = await published();
  const client = registry.client();
  const small = await pullVersion({ db, client, ...digits, variant: 'int8' });
  expect(small).toMatchObject({ variants: ['int8'], trainable: false });
  // Two chunks of the variant, one of the recorded cases.
  expect(registry.fetchedChunks.length).toBe(3);
  await expect(readVariant(db, 'digits', 1, 'fp32')).rejects.toMatchObject({ code: 'NotInstalled' });
  const all = await pullVersion({ db, client, ...digits, variant: 'int8', withTraining: true });
  expect(all).toMatchObject({ variants: ['int8', 'fp32'], trainable: true });
  expectNoChunkTwice(registry);
});

test('a version without layers comes with its data set, and can be taught', async () => {
  const { db } = await freshDB();
  const registry = await RegistryInPage.create();
  await registry.publish('digits', 1, seeds, {
    change: manifest => ({ ...manifest, artifacts: { ...manifest.artifacts, topology: null } }),
  });
  const row = await pullVersion({ db, client: registry.client(), ...digits });
  expect(row.trainable).toBe(true);
});

test('a second version fetches only the chunks that differ', async () => {
  const { db } = await freshDB();
  const registry = await published();
  await registry.publish('digits', 2, [...seeds.slice(0, 9), 99]);
  const client = registry.client();
  await pullVersion({ db, client, ...digits });
  const before = registry.fetchedChunks.length;
  const progress: PullProgress[] = [];
  await pullVersion({ db, client, model: 'digits', version: 2, onProgress: p => progress.push(p) });
  // The head, and the recorded cases of the new version.
  expect(registry.fetchedChunks.length - before).toBe(2);
  expect(progress.at(-1)).toMatchObject({
    receivedBytes: 2 * 8192,
    totalBytes: 2 * 8192,
    reusedBytes: 11 * 8192,
  });
});

/** All of `seeds`’ chunks, each moved a little. */
async function publishMoved(registry: RegistryInPage): Promise<Bytes> {
  const { file, tensors } = fileOf(seeds);
  const moved = file.map((byte, i) => (i % 50 === 0 ? byte + 1 : byte));
  const ref = await registry.addBytes(moved, tensors);
  await registry.publish('digits', 2, [], {
    change: manifest => ({ ...manifest, authority: { variant: 'fp32', file: ref } }),
  });
  return moved;
}

test('a version that moved everywhere comes as differences to the one that is here', async () => {
  const { db } = await freshDB();
  const registry = await published();
  const moved = await publishMoved(registry);
  const client = registry.client();
  await pullVersion({ db, client, ...digits, withTraining: false });
  const progress: PullProgress[] = [];
  await pullVersion({
    db,
    client,
    model: 'digits',
    version: 2,
    withTraining: false,
    onProgress: p => progress.push(p),
  });
  expect(await readVariant(db, 'digits', 2, 'fp32')).toEqual(moved);
  // The recorded cases, a chunk of their own, come whole.
  const { receivedBytes, wireBytes } = progress.at(-1)!;
  expect(receivedBytes).toBe(11 * 8192);
  expect(wireBytes - 8192).toBeLessThan(0.1 * 10 * 8192);
});

test('where the base is damaged in the store, the whole chunk is fetched once', async () => {
  const { db } = await freshDB();
  const registry = await published();
  const moved = await publishMoved(registry);
  const client = registry.client();
  await pullVersion({ db, client, ...digits, withTraining: false });
  const { chunks } = (registry.versions.get('digits@1')!.manifest.signed as unknown as Manifest).authority
    .file;
  await db.put('chunks', { digest: chunks[3]!.digest, bytes: new ArrayBuffer(8192) });
  await db.delete('chunks', chunks[5]!.digest);
  registry.fetchedChunks.length = 0;
  registry.requests.length = 0;
  await pullVersion({ db, client, model: 'digits', version: 2, withTraining: false });
  expect(await readVariant(db, 'digits', 2, 'fp32')).toEqual(moved);
  expect(registry.requests.filter(line => line.startsWith('GET /chunks/'))).toHaveLength(2);
});

test('a registry without batches gives its chunks one by one', async () => {
  const { db } = await freshDB();
  const registry = await published();
  registry.hasBatches = false;
  await pullVersion({ db, client: registry.client(), ...digits });
  expect(await readVariant(db, 'digits', 1, 'fp32')).toEqual(fileOf(seeds).file);
  expect(registry.requests.filter(line => line.startsWith('GET /chunks/'))).toHaveLength(13);
  expectNoChunkTwice(registry);
});

test('many small chunks are few requests', async () => {
  const { db } = await freshDB();
  const registry = await RegistryInPage.create();
  await registry.publish(
    'digits',
    1,
    Array.from({ length: 130 }, (_, i) => 500 + i),
  );
  await pullVersion({ db, client: registry.client(), ...digits });
  expect(registry.requests.filter(line => line.includes('/chunks/')).length).toBeLessThanOrEqual(4);
  expectNoChunkTwice(registry);
});

test('a chunk that is damaged on the way is never stored, and fetched again', async () => {
  const { db } = await freshDB();
  const registry = await published();
  registry.fault = (_digest, nth) => (nth === 1 ? 'wrong' : null);
  await pullVersion({ db, client: registry.client(), ...digits });
  expect(await readVariant(db, 'digits', 1, 'fp32')).toEqual(fileOf(seeds).file);
});

test('a chunk that stays damaged ends the pull: not stored, version invisible', async () => {
  const { db } = await freshDB();
  const registry = await published();
  const bad = [...registry.chunks.keys()][4]!;
  registry.fault = digest => (digest === bad ? 'wrong' : null);
  await expect(pullVersion({ db, client: registry.client(), ...digits })).rejects.toMatchObject({
    code: 'ChunkInvalid',
  });
  expect(await db.get('chunks', bad)).toBeUndefined();
  expect(await listInstalled(db)).toEqual([]);
  expect(await activeOf(db, 'digits')).toBeNull();
});

test('a body without end is stopped early', async () => {
  const { db } = await freshDB();
  const registry = await published();
  const bad = [...registry.chunks.keys()][0]!;
  registry.fault = digest => (digest === bad ? 'oversize' : null);
  await expect(pullVersion({ db, client: registry.client(), ...digits })).rejects.toMatchObject({
    code: 'ChunkInvalid',
  });
  // Three tries of 8 KiB each, and what a stream reads ahead.
  expect(registry.oversizeBytes).toBeLessThanOrEqual(3 * (8192 + 4 * 4096));
});

test.for(['cut', 'unavailable', 'offline'] as const)(
  'goes on after a passing fault: %s',
  async (fault, { expect: expectHere }) => {
    const { db } = await freshDB();
    const registry = await published();
    registry.fault = (digest, nth) => (nth === 1 && digest < '8' ? fault : null);
    await pullVersion({ db, client: registry.client(), ...digits });
    expectHere(await readVariant(db, 'digits', 1, 'fp32')).toEqual(fileOf(seeds).file);
  },
);

test.for([1, 2, 3])(
  'over a line that drops a third of what it carries, at random, all comes, and nothing twice that was here (seed %i)',
  async (seed, { expect: expectHere }) => {
    const { db } = await freshDB();
    const registry = await published();
    const random = seededRandom(seed);
    const kinds = ['cut', 'unavailable', 'offline', 'wrong'] as const;
    let asked: string[] = [];
    registry.fault = digest => {
      asked.push(digest);
      return random.uniform() < 1 / 3 ? kinds[Math.floor(random.uniform() * kinds.length)]! : null;
    };
    let installed = null;
    for (let pull = 0; installed === null && pull < 30; pull += 1) {
      const stored = new Set(await db.getAllKeys('chunks'));
      asked = [];
      installed = await pullVersion({ db, client: registry.client(), ...digits }).catch(() => null);
      expectHere(asked.filter(digest => stored.has(digest))).toEqual([]);
    }
    expectHere(installed).toMatchObject(digits);
    expectHere(await readVariant(db, 'digits', 1, 'fp32')).toEqual(fileOf(seeds).file);
  },
);

test('stopped half-way and opened again, it goes on without fetching a chunk twice', async () => {
  const fresh = await freshDB();
  const registry = await published();
  const stop = new AbortController();
  const onProgress = ({ receivedBytes }: PullProgress) => {
    if (receivedBytes >= 5 * 8192) stop.abort();
  };
  const pulling = pullVersion({
    db: fresh.db,
    client: registry.client(),
    ...digits,
    signal: stop.signal,
    onProgress,
  });
  await expect(pulling).rejects.toMatchObject({ code: 'Aborted' });
  const db = await fresh.reopen();
  expect(await listInstalled(db)).toEqual([]);
  expect(await listDownloads(db)).toMatchObject([digits]);
  const stored = new Set(await db.getAllKeys('chunks'));
  expect(stored.size).toBeGreaterThanOrEqual(5);

  registry.fetchedChunks.length = 0;
  let reused = 0;
  await pullVersion({
    db,
    client: registry.client(),
    ...digits,
    onProgress: p => (reused = p.reusedBytes),
  });
  expect(reused).toBe(stored.size * 8192);
  expect(registry.fetchedChunks.filter(digest => stored.has(digest))).toEqual([]);
  expectNoChunkTwice(registry);
  expect(await readVariant(db, 'digits', 1, 'fp32')).toEqual(fileOf(seeds).file);
});

test('two pulls at the same time fetch once', async () => {
  const { db } = await freshDB();
  const registry = await published();
  const client = registry.client();
  const rows = await Promise.all([
    pullVersion({ db, client, ...digits }),
    pullVersion({ db, client, ...digits }),
  ]);
  expect(rows[0]).toEqual(rows[1]);
  expectNoChunkTwice(registry);
});

test('dropped while it runs, it leaves nothing behind, and is known to run until then', async () => {
  const { db } = await freshDB();
  const registry = await published();
  const stop = new AbortController();
  let dropping: Promise<void> | undefined;
  const running: ReadonlySet<string>[] = [];
  const onProgress = ({ receivedBytes }: PullProgress) => {
    if (receivedBytes < 3 * 8192 || dropping) return;
    stop.abort();
    void runningPulls().then(keys => running.push(keys));
    dropping = dropDownload(db, downloadKey('digits', 1));
  };
  const pulling = pullVersion({ db, client: registry.client(), ...digits, signal: stop.signal, onProgress });
  await expect(pulling).rejects.toMatchObject({ code: 'Aborted' });
  await dropping;
  expect(running).toEqual([new Set(['digits@1'])]);
  expect(await runningPulls()).toEqual(new Set());
  expect(await listDownloads(db)).toEqual([]);
  expect(await db.count('chunks')).toBe(0);
});

test('a full disk is said so, and what came stays for the next try', async () => {
  let stored = 0;
  const original = IDBObjectStore.prototype.put;
  const { db } = await freshDB();
  const registry = await published();
  const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
    this: IDBObjectStore,
    value,
  ) {
    if (stored === 4 && 'bytes' in (value as object)) throw new DOMException('full', 'QuotaExceededError');
    if ('bytes' in (value as object)) stored += 1;
    return original.call(this, value);
  });
  onTestFinished(() => {
    put.mockRestore();
  });
  await expect(pullVersion({ db, client: registry.client(), ...digits })).rejects.toMatchObject({
    code: 'QuotaExceeded',
  });
  expect(await listInstalled(db)).toEqual([]);
  put.mockRestore();
  let reused = 0;
  await pullVersion({
    db,
    client: registry.client(),
    ...digits,
    onProgress: progress => (reused = progress.reusedBytes),
  });
  expect(reused).toBe(4 * 8192);
});

test('a chunk damaged in the store is found when read, thrown away, and brought back by the next pull', async () => {
  const { db } = await freshDB();
  const registry = await published();
  const client = registry.client();
  await pullVersion({ db, client, ...digits });
  const digest = registry.fetchedChunks[0]!;
  await db.put('chunks', { digest, bytes: new ArrayBuffer(8192) });
  await expect(readVariant(db, 'digits', 1, 'fp32')).rejects.toMatchObject({ code: 'ChunkInvalid' });
  await pullVersion({ db, client, ...digits });
  expect(await readVariant(db, 'digits', 1, 'fp32')).toEqual(fileOf(seeds).file);
  expect(registry.fetchedChunks.filter(fetched => fetched === digest).length).toBe(2);
});

test('refuses a manifest that another key signed', async () => {
  const { db } = await freshDB();
  const registry = await RegistryInPage.create();
  await registry.publish('digits', 1, seeds, { signer: await makeSigner() });
  await expect(pullVersion({ db, client: registry.client(), ...digits })).rejects.toMatchObject({
    code: 'SignatureInvalid',
  });
  expect(registry.fetchedChunks).toEqual([]);
});

test('refuses a manifest that was changed after it was signed', async () => {
  const { db } = await freshDB();
  const registry = await published();
  const entry = registry.versions.get('digits@1')!;
  const manifest = { ...entry.manifest, signed: { ...entry.manifest.signed, note: 'trust me' } };
  registry.versions.set('digits@1', { ...entry, manifest });
  await expect(pullVersion({ db, client: registry.client(), ...digits })).rejects.toMatchObject({
    code: 'SignatureInvalid',
  });
});

test('refuses another version’s manifest, and another version’s variant, though the key is right', async () => {
  const { db } = await freshDB();
  const registry = await published();
  const client = registry.client();
  const two = await registry.publish('digits', 2, [7, 8, 9], { int8: [60] });
  const one = registry.versions.get('digits@1')!;
  registry.versions.set('digits@1', two);
  await expect(pullVersion({ db, client, ...digits })).rejects.toMatchObject({ code: 'SignatureInvalid' });
  registry.versions.set('digits@1', { ...one, variants: two.variants });
  await expect(pullVersion({ db, client, ...digits })).rejects.toMatchObject({ code: 'SignatureInvalid' });
  expect(await listInstalled(db)).toEqual([]);
});

test('refuses a manifest other than the one that the signed alias names', async () => {
  const { db } = await freshDB();
  const registry = await published();
  await registry.moveAlias('digits', 1, 1);
  await refreshCatalogue(db, registry.client());
  // Signed by the right key, for the right version, and yet not what `production` was said to be.
  await registry.publish('digits', 1, [...seeds, 11]);
  await expect(pullVersion({ db, client: registry.client(), ...digits })).rejects.toMatchObject({
    code: 'SignatureInvalid',
  });
});

test('a version that is not the registry’s production is not replaced by itself', async () => {
  const { db } = await freshDB();
  const registry = await published();
  await registry.publish('digits', 2, [7, 8]);
  await registry.moveAlias('digits', 2, 1);
  await refreshCatalogue(db, registry.client());
  await pullVersion({ db, client: registry.client(), ...digits });
  expect(await activeOf(db, 'digits')).toMatchObject({ version: 1, follows: false });
});

test('says which variants there are when asked for another', async () => {
  const { db } = await freshDB();
  const registry = await published();
  const pulling = pullVersion({ db, client: registry.client(), ...digits, variant: 'int4' });
  await expect(pulling).rejects.toMatchObject({ code: 'NotFound' });
});

test('a variant that is here stays whole when the registry has lost it and another is fetched', async () => {
  const { db } = await freshDB();
  const registry = await RegistryInPage.create();
  const published = await registry.publish('digits', 1, [1, 2, 3], { int8: [4] });
  const client = registry.client();
  await pullVersion({ db, client, model: 'digits', version: 1, variant: 'int8', withTraining: false });
  registry.versions.set('digits@1', { ...published, variants: [] });
  const row = await pullVersion({ db, client, model: 'digits', version: 1, variant: 'fp32' });
  expect(row.variants).toEqual(['int8', 'fp32']);
  expect(await readVariant(db, 'digits', 1, 'int8')).toEqual(fileOf([4]).file);
});
