import { expect, onTestFinished, test, vi } from 'vitest';
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import type { Candidate, Manifest } from '../../src/core/artifact/documents.ts';
import { envelopeDigest } from '../../src/core/artifact/signature.ts';
import { readCandidateFile, saveCandidate } from '../../src/device/candidates.ts';
import { saveCheckpoint } from '../../src/device/checkpoints.ts';
import type { Database } from '../../src/device/db.ts';
import { evict } from '../../src/device/evict.ts';
import { addExamples, listExamples } from '../../src/device/examples.ts';
import { loadIdentity } from '../../src/device/identity.ts';
import { activate, activeOf, listInstalled, openInstalled, readVariant } from '../../src/device/library.ts';
import { listNotices } from '../../src/device/notices.ts';
import { setPinned } from '../../src/device/pinned.ts';
import { createProject, removeProject } from '../../src/device/projects.ts';
import { pullVersion } from '../../src/device/pull.ts';
import { storeUsage } from '../../src/device/usage.ts';
import { fileOf } from './documents-made.ts';
import { freshDB } from './fresh-db.ts';
import { keptPhoto } from './photos.ts';
import { RegistryInPage } from './registry-in-page.ts';
import { runOf, stateAt } from './runs.ts';

const piece = 8192;

/**
 * Versions 1 to `count` of `digits`, each of a common body and a head of its own, used in that order; the last is in use, the first
 * could be gone back to.
 */
async function versionsHere(count: number): Promise<{ db: Database; registry: RegistryInPage }> {
  const { db } = await freshDB();
  const registry = await RegistryInPage.create();
  for (let version = 1; version <= count; version += 1) {
    await registry.publish('digits', version, [1, 2, 100 + version]);
    await pullVersion({ db, client: registry.client(), model: 'digits', version });
    await usedAt(db, version, `2026-01-0${version}T00:00:00.000Z`);
  }
  await activate(db, 'digits', count);
  return { db, registry };
}

async function usedAt(db: Database, version: number, lastUsedAt: string): Promise<void> {
  const row = (await db.get('installed', ['digits', version]))!;
  await db.put('installed', { ...row, lastUsedAt });
}

const here = async (db: Database) => (await listInstalled(db)).map(row => row.version);

function quotaOf(quota: number, usage: () => number): void {
  const estimate = vi
    .spyOn(navigator.storage, 'estimate')
    .mockImplementation(() => Promise.resolve({ quota, usage: usage() }));
  onTestFinished(() => {
    estimate.mockRestore();
  });
}

/** The disk is full for the next so many chunks. @returns how many were refused */
function refuseChunks(times: number): () => number {
  const original = Reflect.get<IDBObjectStore, 'put'>(IDBObjectStore.prototype, 'put');
  let refused = 0;
  const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
    this: IDBObjectStore,
    value,
  ) {
    if (this.name !== 'chunks' || refused >= times) return original.call(this, value);
    refused += 1;
    throw new DOMException('full', 'QuotaExceededError');
  });
  onTestFinished(() => {
    put.mockRestore();
  });
  return () => refused;
}

test('the longest unused goes first, with what only it needs, and it is told', async () => {
  const { db } = await versionsHere(4);
  const before = await db.count('chunks');
  // Its head and its recorded cases.
  expect(await evict(db, 1)).toEqual([{ model: 'digits', version: 2, bytes: 2 * piece }]);
  expect(await here(db)).toEqual([4, 3, 1]);
  expect(await db.count('chunks')).toBe(before - 2);
  expect(await listNotices(db)).toMatchObject([
    { kind: 'evicted', model: 'digits', version: 2, bytes: 2 * piece },
  ]);
  expect(await readVariant(db, 'digits', 4, 'fp32')).toEqual(fileOf([1, 2, 104]).file);
});

test('what is used again is not the first to go', async () => {
  const { db } = await versionsHere(4);
  await openInstalled(db, 'digits', 2);
  expect(await evict(db, 1)).toMatchObject([{ version: 3 }]);
});

test('never what is in use, could be gone back to, is pinned, or is being trained', async () => {
  const { db } = await versionsHere(5);
  await activate(db, 'digits', 2);
  expect(await activeOf(db, 'digits')).toMatchObject({ version: 2, previous: 5 });
  await setPinned(db, 'digits', 3, true);
  const run = runOf('a');
  await saveCheckpoint(db, { ...run, request: { ...run.request, version: 4 } }, stateAt(1));
  expect(await evict(db, 1)).toMatchObject([{ version: 1 }]);
  expect(await evict(db, 1)).toEqual([]);
  await setPinned(db, 'digits', 3, false);
  expect(await evict(db, 1)).toMatchObject([{ version: 3 }]);
  expect(await here(db)).toEqual([5, 4, 2]);
});

test('never what embeds photos of a project, nor the photos', async () => {
  const { db } = await versionsHere(5);
  const embedder = { model: 'digits', version: 2, value: 'pooled' };
  const { id, classes } = await createProject(db, { model: 'leaves', labels: ['oak'], embedder });
  const photo = await keptPhoto(1);
  const shown = {
    class: classes[0]!.id,
    shown: photo,
    recording: crypto.randomUUID(),
    source: 'file',
  } as const;
  const { examples } = await addExamples(db, id, [shown]);
  expect(await evict(db, 1)).toMatchObject([{ version: 3 }]);
  expect(await evict(db, 100 * piece)).toEqual([]);
  expect(await listExamples(db, id)).toEqual(examples);
  expect(await db.count('exampleFiles')).toBe(1);
  await removeProject(db, id);
  expect(await evict(db, 1)).toMatchObject([{ version: 2 }]);
});

test('where not enough can be freed nothing goes, and of what goes none in vain', async () => {
  const { db, registry } = await versionsHere(5);
  expect(await evict(db, 100 * piece)).toEqual([]);
  expect(await here(db)).toEqual([5, 4, 3, 2, 1]);
  // A large one, used last: it alone is enough.
  await registry.publish('large', 1, [200, 201, 202, 203, 204, 205, 206, 207]);
  await registry.publish('large', 2, [300]);
  for (const version of [1, 2]) await pullVersion({ db, client: registry.client(), model: 'large', version });
  await db.delete('active', 'large');
  const gone = await evict(db, 7 * piece);
  expect(gone).toMatchObject([{ model: 'large', version: 1 }]);
  expect(await here(db)).toEqual([5, 4, 3, 2, 1, 2]);
});

test('what several share goes with the last of them', async () => {
  const { db } = await versionsHere(4);
  await db.delete('active', 'digits');
  const { models, versions, workBytes } = await storeUsage(db);
  // Each: head and recorded cases. Together: the body, the data set and the topology.
  expect(versions.map(({ ownBytes, sharedBytes }) => [ownBytes, sharedBytes])).toEqual(
    [1, 2, 3, 4].map(() => [2 * piece, 4 * piece]),
  );
  expect(models.get('digits')).toBe(12 * piece);
  expect(workBytes).toBe(0);
  const gone = await evict(db, 12 * piece);
  expect(gone.map(({ bytes }) => bytes / piece)).toEqual([2, 2, 2, 6]);
  expect(await db.count('chunks')).toBe(0);
});

test('a pull that finds the disk full makes room and goes on without fetching a piece twice', async () => {
  const { db, registry } = await versionsHere(4);
  quotaOf(1e12, () => 0);
  await registry.publish('digits', 9, [1, 2, 901, 902]);
  const refused = refuseChunks(1);
  await pullVersion({ db, client: registry.client(), model: 'digits', version: 9 });
  expect(refused()).toBe(1);
  expect(await here(db)).toEqual([9, 4, 1]);
  expect((await listNotices(db)).map(({ kind, version }) => [kind, version])).toEqual([
    ['evicted', 3],
    ['evicted', 2],
  ]);
});

test('room is made ahead where the browser says that little is left', async () => {
  const { db, registry } = await versionsHere(4);
  await registry.publish('digits', 9, [1, 2, 901]);
  // Two pieces are wanted, and one is left below the share that is filled.
  quotaOf(100 * piece, () => 89 * piece);
  await pullVersion({ db, client: registry.client(), model: 'digits', version: 9 });
  expect(await here(db)).toEqual([9, 4, 3, 1]);
});

test('a disk that stays full ends the pull: nothing is lost, and what is wanted is said', async () => {
  const { db, registry } = await versionsHere(2);
  await registry.publish('digits', 9, [11, 12, 13]);
  refuseChunks(Infinity);
  await expect(
    pullVersion({ db, client: registry.client(), model: 'digits', version: 9 }),
  ).rejects.toMatchObject({
    code: 'QuotaExceeded',
    detail: expect.stringContaining('bytes more are wanted') as string,
  });
  expect(await here(db)).toEqual([2, 1]);
  expect(await readVariant(db, 'digits', 2, 'fp32')).toEqual(fileOf([1, 2, 102]).file);
});

test('what was made here is kept where the disk is full, and not at the cost of what it was made from', async () => {
  const { db } = await versionsHere(4);
  const identity = await loadIdentity(db);
  const { row, manifest } = await openInstalled(db, 'digits', 2);
  const { file, tensors } = fileOf([1, 2, 777]);
  const { ref, chunks } = await chunkFile(file, tensors);
  const { version: _version, candidate: _candidate, ...body } = manifest;
  const candidate: Candidate = {
    ...body,
    type: 'candidate',
    parent: { version: 2, digest: await envelopeDigest(row.manifest) },
    device: identity.keyId,
    authority: { variant: 'fp32', file: ref },
  };
  // By its last use it would be the first to go.
  await usedAt(db, 2, '2020-01-01T00:00:00.000Z');
  refuseChunks(1);
  const comparison = { labels: ['a'], parent: null, added: null, verdict: 'better' as const };
  const digest = await saveCandidate(db, identity, { candidate, chunks, comparison });
  expect((await readCandidateFile(db, digest)).file).toEqual(file);
  expect(await here(db)).toEqual([4, 2, 1]);
});

test('what a download has in common with an unused version is not thrown out to make room for it', async () => {
  const { db, registry } = await versionsHere(4);
  // The head of version 2, which is the first to go.
  const { manifest } = await registry.publish('digits', 5, [1, 2, 102]);
  const needed = (manifest.signed as Manifest).authority.file.chunks.map(({ digest }) => digest);
  const full = piece * (await db.count('chunks'));
  quotaOf(Math.ceil(full / 0.9), () => full);
  registry.fetchedChunks.length = 0;
  await pullVersion({ db, client: registry.client(), model: 'digits', version: 5, withTraining: false });
  expect(await here(db)).not.toContain(2);
  expect(registry.fetchedChunks.filter(digest => needed.includes(digest))).toEqual([]);
});
