import { unzipSync, zipSync } from 'fflate';
import { expect, test, vi } from 'vitest';
import { sha256 } from '../../src/core/artifact/digest.ts';
import { parseTable } from '../../src/core/data/table.ts';
import type { Database } from '../../src/device/db.ts';
import { addExamples, listExamples } from '../../src/device/examples.ts';
import { exportProject } from '../../src/device/export-project.ts';
import { importExamples } from '../../src/device/import-examples.ts';
import { addClass } from '../../src/device/project-classes.ts';
import { createProject, readProject } from '../../src/device/projects.ts';
import { freshDB } from './fresh-db.ts';
import { drawnPhoto, keptPhoto } from './photos.ts';

const recording = crypto.randomUUID();

/** Two classes whose names no folder can have, and "none of these". */
async function shownProject(db: Database): Promise<string> {
  const { id } = await createProject(db, { model: 'leaves', labels: ['a/b', 'A:B'] });
  await addClass(db, id, '=none, of these', true);
  const { classes } = await readProject(db, id);
  const given = Array.from({ length: 18 }, async (_, i) => ({
    class: classes[i % 3]!.id,
    shown: await keptPhoto(i, 120 * (i % 3)),
    recording,
    source: 'file' as const,
    at: new Date(Date.UTC(2026, 0, 1) + 1000 * i),
  }));
  await addExamples(db, id, await Promise.all(given));
  return id;
}

test('a project becomes a zip: a folder a class, and a table with labels, parts and recordings', async () => {
  const { db } = await freshDB();
  const id = await shownProject(db);
  const zip = await exportProject(db, id);
  const files = unzipSync(new Uint8Array(await zip.arrayBuffer()));
  const table = parseTable(new TextDecoder().decode(files['labels.csv']));
  expect(table.columns).toEqual(['file', 'label', 'none', 'part', 'recording', 'source', 'time']);
  expect(table.rows).toHaveLength(18);
  expect(new Set(table.rows.map(row => row[0]!.split('/')[0]))).toEqual(
    new Set(['a_b', 'A_B 2', '_none, of these']),
  );
  expect(new Set(table.rows.map(row => `${row[1]} ${row[2]}`))).toEqual(
    new Set(['a/b 0', 'A:B 0', "'=none, of these 1"]),
  );
  const photos = await db.getAll('exampleFiles');
  for (const [path] of table.rows) {
    const bytes = files[path!]!;
    expect(photos.some(photo => isSame(new Uint8Array(photo.bytes), bytes))).toBe(true);
  }
});

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

test('the zip comes back as the same classes, photos and parts; twice is once', async () => {
  const { db } = await freshDB();
  const zip = await exportProject(db, await shownProject(db));
  const { id } = await createProject(db, { model: 'again' });
  const progress: number[] = [];
  const result = await importExamples(db, id, zip, { onProgress: ({ done }) => progress.push(done) });
  expect(result).toEqual({ added: 18, known: 0, leftOut: 0, unreadable: [] });
  expect(progress.at(-1)).toBe(18);
  const { classes } = await readProject(db, id);
  expect(classes.map(({ label, isNone }) => [label, isNone])).toEqual([
    ['a/b', false],
    ['A:B', false],
    ['=none, of these', true],
  ]);
  const facts = async (project: string) => {
    const labels = new Map((await readProject(db, project)).classes.map(each => [each.id, each.label]));
    const examples = await listExamples(db, project);
    const rows = examples.map(async ({ id: example, part, recording, class: of }) => {
      const { bytes } = (await db.get('exampleFiles', example))!;
      return [await sha256(new Uint8Array(bytes)), part, recording, labels.get(of)];
    });
    return (await Promise.all(rows)).sort();
  };
  const [old] = (await db.getAll('projects')).filter(({ model }) => model === 'leaves');
  expect(await facts(id)).toEqual(await facts(old!.id));
  expect(await importExamples(db, id, zip)).toMatchObject({ added: 0, known: 18 });
});

test('a zip with a folder a class is read, and what is no photo is told', async () => {
  const { db } = await freshDB();
  const { id, classes } = await createProject(db, { model: 'pets', labels: ['cat'] });
  const png = async (seed: number) =>
    new Uint8Array(await (await drawnPhoto(seed).convertToBlob()).arrayBuffer());
  const archive = zipSync({
    'pets/cat/1.png': await png(1),
    'pets/cat/2.PNG': await png(2),
    'pets/dog/1.png': await png(3),
    'pets/dog/broken.jpg': new Uint8Array([1, 2, 3]),
    'pets/dog/2.heic': new Uint8Array([1, 2, 3]),
    'pets/dog/.DS_Store': new Uint8Array([1]),
    '__MACOSX/pets/cat/._1.png': new Uint8Array([1]),
    'read me.txt': new Uint8Array([1]),
    'loose.png': await png(4),
  });
  const zip = new Blob([archive]);
  expect(await importExamples(db, id, zip)).toEqual({
    added: 3,
    known: 0,
    leftOut: 0,
    unreadable: ['pets/dog/broken.jpg', 'pets/dog/2.heic', 'loose.png'],
  });
  expect((await readProject(db, id)).classes.map(({ label }) => label)).toEqual(['cat', 'dog']);
  const examples = await listExamples(db, id);
  const recordings = examples.map(({ class: of, recording: each }) => `${of} ${each}`);
  expect(new Set(recordings).size).toBe(2);
  const again = await importExamples(db, id, zip, { rootClass: classes[0]!.id });
  expect(again).toEqual({
    added: 1,
    known: 3,
    leftOut: 0,
    unreadable: ['pets/dog/broken.jpg', 'pets/dog/2.heic'],
  });
});

test.each([
  ['a label that is too long', ['cat', 'd'.repeat(257)]],
  ['more labels than a project has', Array.from({ length: 1001 }, (_, i) => `label ${i}`)],
])('%s: refused before anything is kept', async (_, labels) => {
  const { db } = await freshDB();
  const { id } = await createProject(db, { model: 'pets' });
  const photo = new Uint8Array(await (await drawnPhoto(1).convertToBlob()).arrayBuffer());
  const files = Object.fromEntries(
    labels.map((_label, i) => [`${i}.png`, i === 0 ? photo : Uint8Array.of(1)]),
  );
  const table = ['file,label', ...labels.map((label, i) => `${i}.png,${label}`)].join('\n');
  const zip = new Blob([zipSync({ ...files, 'labels.csv': new TextEncoder().encode(table) })]);
  await expect(importExamples(db, id, zip)).rejects.toMatchObject({ code: 'InputInvalid' });
  expect((await readProject(db, id)).classes).toEqual([]);
  expect(await db.count('examples')).toBe(0);
});

test('what no zip holds is refused before the first photo is read', async () => {
  const { db } = await freshDB();
  const id = await shownProject(db);
  const [one] = await listExamples(db, id);
  await db.put('examples', { ...one!, bytes: 2 ** 32 });
  const get = vi.spyOn(IDBObjectStore.prototype, 'get');
  await expect(exportProject(db, id)).rejects.toMatchObject({
    code: 'TooLarge',
    detail: expect.stringContaining('one zip holds 65534 files and 4 GiB'),
  });
  expect(get.mock.contexts.map(store => (store as IDBObjectStore).name)).not.toContain('exampleFiles');
  get.mockRestore();
});

test('what is no zip is refused, and one that is stopped keeps what was brought in', async () => {
  const { db } = await freshDB();
  const { id } = await createProject(db, { model: 'pets' });
  await expect(importExamples(db, id, new Blob(['no zip']))).rejects.toMatchObject({
    code: 'ArchiveInvalid',
  });
  const zip = await exportProject(db, await shownProject(db));
  const stop = new AbortController();
  const stopped = importExamples(db, id, zip, {
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  await expect(stopped).rejects.toMatchObject({ code: 'Aborted' });
  expect(await listExamples(db, id)).toHaveLength(8);
});
