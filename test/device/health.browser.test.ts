import * as fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Candidate, Manifest } from '../../src/core/artifact/documents.ts';
import { signDocument } from '../../src/core/artifact/signature.ts';
import { keepCarried } from '../../src/device/candidates.ts';
import { listRuns, saveCheckpoint } from '../../src/device/checkpoints.ts';
import type { Database } from '../../src/device/db.ts';
import { checkStorage, checkVersion, type HealthProgress, isClean } from '../../src/device/health.ts';
import { listInstalled, readVariant } from '../../src/device/library.ts';
import { dismissNotices, listNotices } from '../../src/device/notices.ts';
import { pullVersion } from '../../src/device/pull.ts';
import { fileOf, makeSigner } from './documents-made.ts';
import { freshDB } from './fresh-db.ts';
import { RegistryInPage } from './registry-in-page.ts';
import { runOf, stateAt } from './runs.ts';

const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const digits = { model: 'digits', version: 1 };
/** The long form: `VITE_FLIPS=10000`. */
const flips = Number(import.meta.env['VITE_FLIPS'] ?? 100);

async function digitsHere(): Promise<{ db: Database; registry: RegistryInPage }> {
  const { db } = await freshDB();
  const registry = await RegistryInPage.create();
  await registry.publish('digits', 1, seeds, { int8: [50, 51] });
  await pullVersion({ db, client: registry.client(), ...digits });
  return { db, registry };
}

async function damage(db: Database, digest: string, bit: number): Promise<void> {
  const { bytes } = (await db.get('chunks', digest))!;
  const damaged = new Uint8Array(bytes);
  damaged[bit >> 3]! ^= 1 << (bit & 7);
  await db.put('chunks', { digest, bytes: damaged.buffer });
}

test('a store that is whole is clean, and all of it was read', async () => {
  const { db } = await digitsHere();
  const told: HealthProgress[] = [];
  const health = await checkStorage(db, { onProgress: progress => told.push(progress) });
  expect(isClean(health)).toBe(true);
  expect(health).toMatchObject({ chunks: 13, bytes: 13 * 8192 });
  expect(told[0]).toEqual({ checkedChunks: 0, totalChunks: 13 });
  expect(told.at(-1)).toEqual({ checkedChunks: 13, totalChunks: 13 });
  expect(await listNotices(db)).toEqual([]);
});

test('every single flipped bit in a stored chunk is found', async () => {
  const { db } = await digitsHere();
  const digests = await db.getAllKeys('chunks');
  const sound = new Map(
    await Promise.all(digests.map(async key => [key, (await db.get('chunks', key))!] as const)),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...digests), fc.nat(8192 * 8 - 1), async (digest, bit) => {
      await damage(db, digest, bit);
      const found = await checkVersion(db, 'digits', 1);
      expect(found).toEqual({ ...digits, bytes: 8192 });
      expect(await db.getKey('chunks', digest)).toBeUndefined();
      await db.put('chunks', sound.get(digest)!);
    }),
    { numRuns: flips },
  );
  expect(isClean(await checkStorage(db))).toBe(true);
});

test('what is damaged is fetched again, those pieces and no others, and told', async () => {
  const { db, registry } = await digitsHere();
  const [first, second] = await db.getAllKeys('chunks');
  await damage(db, first!, 5);
  await db.put('chunks', { digest: second!, bytes: 'no bytes' as never });
  const health = await checkStorage(db);
  expect(health).toMatchObject({ damagedChunks: 2, versions: [{ ...digits, bytes: 2 * 8192 }] });
  expect(await listNotices(db)).toMatchObject([{ kind: 'damaged', ...digits, bytes: 2 * 8192 }]);
  registry.requests.length = 0;
  registry.fetchedChunks.length = 0;
  await pullVersion({ db, client: registry.client(), ...digits });
  expect(new Set(registry.fetchedChunks)).toEqual(new Set([first, second]));
  expect(await readVariant(db, 'digits', 1, 'fp32')).toEqual(fileOf(seeds).file);
  expect(isClean(await checkStorage(db))).toBe(true);
  const [notice] = await listNotices(db);
  expect(notice).toMatchObject({ kind: 'mended', ...digits });
  await dismissNotices(db, notice!.id!);
  expect(await listNotices(db)).toEqual([]);
});

test('rows that cannot be read are counted by store; a version without its row is fetched again', async () => {
  const { db, registry } = await digitsHere();
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  onTestFinished(() => {
    warn.mockRestore();
  });
  await db.put('installed', { ...digits, manifest: 'gone' } as never);
  await db.put('samples', { id: 'x' } as never);
  const health = await checkStorage(db);
  expect(health.rows).toEqual({ installed: 1, samples: 1 });
  expect(health.versions).toEqual([{ ...digits, bytes: 0 }]);
  await db.delete('samples', 'x');
  await pullVersion({ db, client: registry.client(), ...digits });
  expect(isClean(await checkStorage(db))).toBe(true);
  expect(await listInstalled(db)).toMatchObject([digits]);
});

test('a run of which no state is whole is found', async () => {
  const { db } = await digitsHere();
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  onTestFinished(() => {
    warn.mockRestore();
  });
  await saveCheckpoint(db, runOf('a'), stateAt(1));
  expect(isClean(await checkStorage(db))).toBe(true);
  const { id } = (await listRuns(db))[0]!;
  const [key] = await db.getAllKeys('checkpoints');
  const row = (await db.get('checkpoints', key!))!;
  new Uint8Array(row.bytes)[3]! ^= 1;
  await db.put('checkpoints', row);
  expect((await checkStorage(db)).runs).toEqual([id]);
});

test('stopped, it ends, and has thrown away nothing that hashes', async () => {
  const { db } = await digitsHere();
  const stop = new AbortController();
  const checking = checkStorage(db, {
    signal: stop.signal,
    onProgress: ({ checkedChunks }) => {
      if (checkedChunks > 0) stop.abort();
    },
  });
  await expect(checking).rejects.toMatchObject({ code: 'Aborted' });
  expect(await db.count('chunks')).toBe(13);
});

test('what was carried here to run lacks nothing where only what it was trained on is elsewhere', async () => {
  const { db } = await freshDB();
  const registry = await RegistryInPage.create();
  const { manifest, digest } = await registry.publish('digits', 1, seeds);
  await pullVersion({ db, client: registry.client(), ...digits, withTraining: false });
  const { type: _type, version: _version, candidate: _candidate, ...body } = manifest.signed as Manifest;
  const maker = await makeSigner();
  const parent = { version: 1, digest };
  const candidate: Candidate = { ...body, type: 'candidate', parent, device: maker.keyId };
  await keepCarried(db, await signDocument(candidate, maker), maker.keyId, new Map());
  expect(isClean(await checkStorage(db))).toBe(true);
  expect(await listNotices(db)).toEqual([]);
  await db.delete('chunks', candidate.authority.file.chunks[0]!.digest);
  expect((await checkStorage(db)).work).toHaveLength(1);
});
