import { expect, test, vi } from 'vitest';
import { cameraGapMs } from '../../src/core/teach/place-example.ts';
import type { Database } from '../../src/device/db.ts';
import { keepEmbedding, readEmbeddings } from '../../src/device/embeddings.ts';
import { moveExamples, takeBackExamples, undoMoves } from '../../src/device/example-moves.ts';
import {
  addExamples,
  countExamples,
  exampleIdOf,
  listExamples,
  type NewExample,
  readExampleFile,
  readThumbnails,
  removeExamples,
  restoreExamples,
} from '../../src/device/examples.ts';
import { removeClass } from '../../src/device/project-classes.ts';
import type { Project } from '../../src/device/project-schemas.ts';
import { createProject } from '../../src/device/projects.ts';
import { storeUsage } from '../../src/device/usage.ts';
import { freshDB } from './fresh-db.ts';
import { keptPhoto } from './photos.ts';

const recording = crypto.randomUUID();

async function project(): Promise<{ db: Database; made: Project; reopen: () => Promise<Database> }> {
  const { db, reopen } = await freshDB();
  return { db, made: await createProject(db, { model: 'leaves', labels: ['oak', 'beech'] }), reopen };
}

async function shown(made: Project, seed: number, of = 0): Promise<NewExample> {
  const at = new Date(Date.UTC(2026, 0, 1) + seed * 1000);
  return {
    class: made.classes[of]!.id,
    shown: await keptPhoto(seed, 100 * of),
    recording,
    source: 'file',
    at,
  };
}

function many(made: Project, count: number, of = 0): Promise<NewExample[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => shown(made, i + 100 * of, of)));
}

test('an example is kept with its photo, its thumbnail and its part, and is there after a kill', async () => {
  const { db, made, reopen } = await project();
  const given = await many(made, 5);
  const { examples, known, leftOut } = await addExamples(db, made.id, given);
  expect([known, leftOut]).toEqual([0, 0]);
  expect(examples.map(({ part }) => part)).toEqual(['train', 'train', 'train', 'train', 'test']);
  const again = await reopen();
  const listed = await listExamples(again, made.id);
  expect(listed).toEqual(examples);
  const [first] = listed;
  const { shown: photo } = given[0]!;
  expect(first).toMatchObject({
    id: await exampleIdOf(made.id, photo.bytes),
    fingerprint: photo.fingerprint,
    width: 96,
    height: 96,
    bytes: photo.bytes.length + photo.thumbnail.length,
  });
  const blob = await readExampleFile(again, first!.id);
  expect(blob!.type).toBe('image/jpeg');
  expect(new Uint8Array(await blob!.arrayBuffer())).toEqual(photo.bytes);
  const thumbnails = await readThumbnails(again, [first!.id, 'of another']);
  expect([...thumbnails.keys()]).toEqual([first!.id]);
  expect(await countExamples(again, made)).toEqual(
    new Map([
      [made.classes[0]!.id, 5],
      [made.classes[1]!.id, 0],
    ]),
  );
});

test('the same photo again is one row, of the class that was said last, in the part it had', async () => {
  const { db, made } = await project();
  const given = await many(made, 5);
  await addExamples(db, made.id, given);
  const again = { ...given[4]!, class: made.classes[1]!.id, source: 'correction' as const };
  const { examples, known } = await addExamples(db, made.id, [again]);
  expect(known).toBe(1);
  expect(examples[0]).toMatchObject({ class: made.classes[1]!.id, part: 'test', source: 'file' });
  expect(await listExamples(db, made.id)).toHaveLength(5);
});

/** The same but for a few pixels, and the same by its fingerprint. */
async function likeOf(example: NewExample, made: Project, of: number): Promise<NewExample> {
  const bytes = Uint8Array.from([...example.shown.bytes, of]);
  return { ...example, shown: { ...example.shown, bytes }, class: made.classes[of]!.id };
}

/** Five of the first class, the last of them held out, and its like, learnt from in the second. */
async function aboutToStraddle() {
  const { db, made } = await project();
  const given = await many(made, 5);
  const { examples } = await addExamples(db, made.id, given);
  const heldOut = examples[4]!;
  const like = await likeOf(given[4]!, made, 1);
  const other = (await addExamples(db, made.id, [like])).examples[0]!;
  expect([heldOut.part, other.part]).toEqual(['test', 'train']);
  return { db, made, heldOut, other, like, listed: await listExamples(db, made.id) };
}

test('what is moved beside its like in the other part goes, and is back where that is undone', async () => {
  const { db, made, heldOut, other, listed } = await aboutToStraddle();
  const file = await db.get('exampleFiles', other.id);
  const moved = await moveExamples(db, [{ id: other.id, class: heldOut.class }]);
  expect(moved).toMatchObject({ before: [], removed: [{ example: { id: other.id } }] });
  expect(await listExamples(db, made.id)).toHaveLength(5);
  expect(await db.get('exampleFiles', other.id)).toBeUndefined();
  expect(await undoMoves(db, moved)).toBe(0);
  expect(await listExamples(db, made.id)).toEqual(listed);
  expect(await db.get('exampleFiles', other.id)).toEqual(file);
});

test('two that change places do not straddle', async () => {
  const { db, heldOut, other } = await aboutToStraddle();
  const swap = [
    { id: other.id, class: heldOut.class },
    { id: heldOut.id, class: other.class },
  ];
  expect((await moveExamples(db, swap)).removed).toEqual([]);
});

test('what is shown again as another class goes where its like lies there in the other part, and can be had back', async () => {
  const { db, made, heldOut, like, listed } = await aboutToStraddle();
  const added = await addExamples(db, made.id, [{ ...like, class: heldOut.class }]);
  expect(added).toMatchObject({ examples: [], known: 0, leftOut: 1 });
  expect(await listExamples(db, made.id)).toHaveLength(5);
  await takeBackExamples(db, added);
  expect(await listExamples(db, made.id)).toEqual(listed);
});

test('what was parted elsewhere is left out where its like lies in the other part here', async () => {
  const { db, made } = await project();
  const [first] = await many(made, 1);
  const like = { ...(await likeOf(first!, made, 0)), part: 'test' as const };
  await addExamples(db, made.id, [first!]);
  expect(await addExamples(db, made.id, [like])).toMatchObject({ examples: [], leftOut: 1 });
});

test('what was removed stays away where its like was shown meanwhile and lies in the other part', async () => {
  const { db, made, heldOut, like } = await aboutToStraddle();
  const removed = await removeExamples(db, [heldOut.id]);
  await addExamples(db, made.id, [{ ...like, class: heldOut.class }]);
  expect(await restoreExamples(db, removed)).toBe(1);
  expect((await listExamples(db, made.id)).map(({ part }) => part)).not.toContain('test');
});

test('frames between the parts are left out, and said to be', async () => {
  const { db, made } = await project();
  const photos = await Promise.all(Array.from({ length: 40 }, (_, i) => keptPhoto(i)));
  const frames = photos.map((photo, i): NewExample => ({
    shown: photo,
    class: made.classes[0]!.id,
    recording,
    source: 'camera',
    at: new Date(Date.UTC(2026, 0, 1) + 100 * i),
  }));
  const { examples, leftOut } = await addExamples(db, made.id, frames);
  expect(leftOut).toBeGreaterThan(0);
  expect(examples.length + leftOut).toBe(40);
  expect(await db.count('exampleFiles')).toBe(examples.length);
  const changes = examples.flatMap((example, i) => {
    const before = examples[i - 1];
    return before && before.part !== example.part
      ? [Date.parse(example.createdAt) - Date.parse(before.createdAt)]
      : [];
  });
  expect(changes.length).toBeGreaterThan(0);
  expect(Math.min(...changes)).toBeGreaterThanOrEqual(cameraGapMs);
});

test('two pages that show at once do not both hold the fifth out', async () => {
  const { db, made } = await project();
  const given = await many(made, 8);
  await Promise.all(given.map(each => addExamples(db, made.id, [each])));
  const listed = await listExamples(db, made.id);
  expect(listed.filter(({ part }) => part === 'test')).toHaveLength(1);
});

test('without its class or project nothing is kept', async () => {
  const { db, made } = await project();
  const [first, second] = await many(made, 2);
  const stranger = { ...second!, class: crypto.randomUUID() };
  await expect(addExamples(db, made.id, [first!, stranger])).rejects.toMatchObject({ code: 'NotFound' });
  await expect(addExamples(db, crypto.randomUUID(), [first!])).rejects.toMatchObject({ code: 'NotFound' });
  expect(await db.count('examples')).toBe(0);
  expect(await db.count('exampleFiles')).toBe(0);
});

test('examples are moved and moved back, removed and put back, in the part they had', async () => {
  const { db, made } = await project();
  const { examples } = await addExamples(db, made.id, await many(made, 6));
  const [a, b] = [examples[0]!, examples[4]!];
  const undo = await moveExamples(
    db,
    [a, b].map(({ id }) => ({ id, class: made.classes[1]!.id })),
  );
  const moved = await listExamples(db, made.id);
  expect(moved.filter(each => each.class === made.classes[1]!.id).map(({ part }) => part)).toEqual([
    'train',
    'test',
  ]);
  expect(await undoMoves(db, undo)).toBe(0);
  expect(await listExamples(db, made.id)).toEqual(examples);
  const photo = await db.get('exampleFiles', b.id);
  const removed = await removeExamples(db, [a.id, b.id, 'of another']);
  expect(await listExamples(db, made.id)).toHaveLength(4);
  expect(await db.count('thumbnails')).toBe(4);
  expect(await restoreExamples(db, removed)).toBe(0);
  expect(await listExamples(db, made.id)).toEqual(examples);
  expect(await db.get('exampleFiles', b.id)).toEqual(photo);
});

test('what is put back into a class that went is refused', async () => {
  const { db, made } = await project();
  const { examples } = await addExamples(db, made.id, await many(made, 1));
  const removed = await removeExamples(db, [examples[0]!.id]);
  await removeClass(db, made.id, made.classes[0]!.id);
  await expect(restoreExamples(db, removed)).rejects.toMatchObject({ code: 'NotFound' });
  await expect(moveExamples(db, [{ id: examples[0]!.id, class: made.classes[0]!.id }])).resolves.toEqual({
    before: [],
    removed: [],
  });
  expect(await db.count('examples')).toBe(0);
});

test('an embedding is kept by what made it, goes with its example, and is not kept for one that went', async () => {
  const { db, made } = await project();
  const { examples } = await addExamples(db, made.id, await many(made, 2));
  const [a, b] = examples.map(({ id }) => id) as [string, string];
  const [one, two] = ['1'.repeat(64), '2'.repeat(64)];
  const batch = Float32Array.of(1, 2, 3, 4);
  await keepEmbedding(db, one, a, batch.subarray(0, 2));
  await keepEmbedding(db, one, b, batch.subarray(2));
  await keepEmbedding(db, two, a, batch);
  expect(await readEmbeddings(db, one, 2, [a, b])).toEqual(
    new Map([
      [a, Float32Array.of(1, 2)],
      [b, Float32Array.of(3, 4)],
    ]),
  );
  expect((await readEmbeddings(db, two, 2, [a, b])).size).toBe(0);
  await removeExamples(db, [a]);
  await keepEmbedding(db, one, a, batch.subarray(0, 2));
  expect(await db.getAllKeys('embeddings')).toEqual([[one, b]]);
});

test('photos count in what takes room, by project', async () => {
  const { db, made } = await project();
  const { examples } = await addExamples(db, made.id, await many(made, 3));
  const { shown: taken } = await storeUsage(db);
  const bytes = examples.reduce((sum, each) => sum + each.bytes, 0);
  expect(taken).toEqual({
    projects: [{ id: made.id, model: 'leaves', examples: 3, bytes }],
    recordBytes: 0,
  });
});

test('where the browser gives no more room, it is said and nothing is half kept', async () => {
  const { db, made } = await project();
  const given = await many(made, 1);
  const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  const failed = addExamples(db, made.id, given);
  await expect(failed).rejects.toMatchObject({ code: 'QuotaExceeded' });
  put.mockRestore();
  expect(await db.count('examples')).toBe(0);
  expect(await db.count('exampleFiles')).toBe(0);
});
