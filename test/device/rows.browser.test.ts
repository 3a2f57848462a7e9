// Rows of numbers in the store: columns that are fixed once there is a row, many rows at once, and a project of them that goes out and
// comes back.
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { parseTable } from '../../src/core/data/table.ts';
import { rowLimits } from '../../src/core/teach/row-limits.ts';
import { readRowTable } from '../../src/core/teach/row-table.ts';
import type { Database } from '../../src/device/db.ts';
import { moveExamples, takeBackExamples, undoMoves } from '../../src/device/example-moves.ts';
import {
  addExamples,
  listExamples,
  readThumbnails,
  removeExamples,
  restoreExamples,
} from '../../src/device/examples.ts';
import { bringRows } from '../../src/device/bring-rows.ts';
import { exportProject } from '../../src/device/export-project.ts';
import { importExamples } from '../../src/device/import-examples.ts';
import { importOwnTable } from '../../src/device/import-rows.ts';
import { prepareRow } from '../../src/device/prepare-row.ts';
import { builtInEmbedder, type Project } from '../../src/device/project-schemas.ts';
import { removeClass, restoreClass } from '../../src/device/project-classes.ts';
import { createProject, readProject } from '../../src/device/projects.ts';
import { withoutOwnColumns } from '../../src/device/rows-as-table.ts';
import {
  addRows,
  type GivenRow,
  type GivenRows,
  nameColumns,
  readRowValues,
} from '../../src/device/row-examples.ts';
import { freshDB } from './fresh-db.ts';
import { keptPhoto } from './photos.ts';

async function rowProject(db: Database, columns = ['a', 'b'], labels = ['x', 'y']): Promise<Project> {
  const { id } = await createProject(db, { kind: 'row', model: 'rows', labels });
  return nameColumns(db, id, columns);
}

function given({ classes, columns }: Project, place: number, rows: readonly number[][]): GivenRows {
  const recording = crypto.randomUUID();
  const made = rows.map((row): GivenRow => ({
    class: classes[place]!.id,
    values: Float32Array.from(row),
    recording,
    source: 'file',
  }));
  return { columns: columns!, rows: made };
}

const many = (count: number, columns = 2): number[][] =>
  Array.from({ length: count }, (_, i) => Array.from({ length: columns }, (_, c) => i + c / 8));

test('a project of rows sees by what is built in, and has no columns until somebody says which', async () => {
  const { db } = await freshDB();
  const made = await createProject(db, { kind: 'row', model: 'rows', labels: ['x'] });
  expect(made).toMatchObject({ kind: 'row', embedder: builtInEmbedder, columns: null });
  const unnamed = { class: made.classes[0]!.id, recording: crypto.randomUUID(), source: 'form' as const };
  const row = { ...unnamed, shown: prepareRow(Float32Array.of(1)) };
  await expect(addExamples(db, made.id, [row])).rejects.toMatchObject({
    code: 'InputInvalid',
    detail: 'a row of 1 numbers; the project has 0 columns',
  });
  const { columns, ...before } = made;
  await db.put('projects', before as never);
  expect([columns, (await readProject(db, made.id)).columns]).toEqual([null, null]);
});

test('columns may be said anew until there is a row', async () => {
  const { db } = await freshDB();
  const project = await rowProject(db);
  const renamed = await nameColumns(db, project.id, ['c', 'd']);
  expect(renamed.columns).toEqual(['c', 'd']);
  // Of the columns that were said before.
  await expect(addRows(db, project.id, given(project, 0, [[1, 2]]))).rejects.toMatchObject({
    code: 'InputInvalid',
    detail: 'rows of the columns a, b; the project has c, d',
  });
  await addRows(db, project.id, given(renamed, 0, [[1, 2]]));
  await expect(nameColumns(db, project.id, ['e', 'f'])).rejects.toMatchObject({
    code: 'InputInvalid',
    detail: '1 rows have the columns c, d already',
  });
  expect((await nameColumns(db, project.id, ['c', 'd'])).columns).toEqual(['c', 'd']);
  const photos = await createProject(db, { model: 'photos' });
  await expect(nameColumns(db, photos.id, ['a'])).rejects.toMatchObject({ code: 'InputInvalid' });
});

test('rows keep their order and their numbers, a fifth of each class is held out, the same row is one', async () => {
  const { db } = await freshDB();
  const project = await rowProject(db);
  const rows = many(30);
  expect(await addRows(db, project.id, given(project, 0, rows))).toMatchObject({
    added: 30,
    known: 0,
    moved: 0,
  });
  expect(
    await addRows(
      db,
      project.id,
      given(
        project,
        1,
        many(10).map(row => row.map(value => -1 - value)),
      ),
    ),
  ).toMatchObject({
    added: 10,
    known: 0,
    moved: 0,
  });
  const examples = await listExamples(db, project.id);
  const [first] = project.classes;
  const ofFirst = examples.filter(each => each.class === first!.id);
  const values = await readRowValues(
    db,
    ofFirst.map(({ id }) => id),
  );
  expect(ofFirst.map(({ id }) => [...values.get(id)!])).toEqual(rows);
  expect(ofFirst.slice(0, 5).map(({ part }) => part)).toEqual(['train', 'train', 'train', 'train', 'test']);
  expect(ofFirst.filter(({ part }) => part === 'test').length).toBeGreaterThanOrEqual(30 / 5 - 4);
  expect((await readThumbnails(db, [ofFirst[0]!.id])).size).toBe(0);
  // Shown again, as something else: it is of that, in the part it had.
  const said = await addRows(db, project.id, given(project, 1, [rows[4]!, rows[4]!]));
  expect(said).toMatchObject({ added: 0, known: 1, moved: 1, movedTo: [project.classes[1]!.id] });
  const again = (await listExamples(db, project.id)).find(({ id }) => id === ofFirst[4]!.id);
  expect(again).toMatchObject({ class: project.classes[1]!.id, part: 'test' });
  await takeBackExamples(db, said.back);
  expect(await listExamples(db, project.id)).toEqual(examples);
});

test('two thousand rows of thirty numbers come in a few transactions', async () => {
  const { db } = await freshDB();
  const columns = Array.from({ length: 30 }, (_, i) => `c${i}`);
  const project = await rowProject(db, columns);
  const started = performance.now();
  const steps: number[] = [];
  const rows = given(project, 0, many(2000, 30));
  await addRows(db, project.id, rows, { onProgress: done => steps.push(done) });
  console.info(`2000 rows of 30 numbers: ${Math.round(performance.now() - started)} ms`);
  expect(steps).toEqual([500, 1000, 1500, 2000]);
  expect(await db.countFromIndex('examples', 'project', project.id)).toBe(2000);
});

test('rows are moved, removed, and come back as they were', async () => {
  const { db } = await freshDB();
  const project = await rowProject(db);
  await addRows(db, project.id, given(project, 0, many(6)));
  const before = await listExamples(db, project.id);
  const moved = await moveExamples(
    db,
    before.map(({ id }) => ({ id, class: project.classes[1]!.id })),
  );
  expect([moved.before.length, moved.removed.length]).toEqual([6, 0]);
  expect(await undoMoves(db, moved)).toBe(0);
  expect(await listExamples(db, project.id)).toEqual(before);
  const removed = await removeExamples(db, [before[0]!.id]);
  expect(await db.count('exampleFiles')).toBe(5);
  expect(await restoreExamples(db, removed)).toBe(0);
  expect(await listExamples(db, project.id)).toEqual(before);
  expect([...(await readRowValues(db, [before[0]!.id])).values()].map(row => [...row])).toEqual([[0, 0.125]]);
});

test('more than a project may have, and what is no row, is refused', async () => {
  const { db } = await freshDB();
  const project = await rowProject(db, ['a']);
  expect(() => prepareRow(Float32Array.of(1, NaN))).toThrow('a row whose number 2 is NaN');
  expect(() => prepareRow(new Float32Array(0))).toThrow('a row of no numbers');
  const shown = { class: project.classes[0]!.id, recording: crypto.randomUUID(), source: 'file' as const };
  const photo = { ...shown, shown: await keptPhoto(1) };
  await expect(addExamples(db, project.id, [photo])).rejects.toMatchObject({ code: 'InputInvalid' });
  const wide = { ...shown, shown: prepareRow(Float32Array.of(1, 2)) };
  await expect(addExamples(db, project.id, [wide])).rejects.toMatchObject({ code: 'InputInvalid' });
  const tooMany = Array.from({ length: rowLimits.rows + 1 }, (_, i) => ({
    ...shown,
    shown: prepareRow(Float32Array.of(i)),
  }));
  await expect(addExamples(db, project.id, tooMany)).rejects.toMatchObject({
    code: 'TooLarge',
    detail: 'it would have 10001 rows then, at most 10000 are taken',
  });
  expect(await db.count('examples')).toBe(0);
});

test('a row that is added and known by one table is its own: taken back, it goes, whatever transactions it lay in', async () => {
  const { db } = await freshDB();
  const project = await rowProject(db);
  await addRows(db, project.id, given(project, 0, [[-1, -1]]));
  const before = await listExamples(db, project.id);
  const rows = given(project, 0, many(501)).rows;
  const twice = [...rows, { ...rows[0]!, class: project.classes[1]!.id }];
  const moved = { ...rows[0]!, class: project.classes[1]!.id, values: Float32Array.of(-1, -1) };
  const added = await addRows(db, project.id, { columns: project.columns!, rows: [...twice, moved] });
  expect(added).toMatchObject({ added: 501, known: 1, moved: 1 });
  await takeBackExamples(db, added.back);
  expect(await listExamples(db, project.id)).toEqual(before);
});

test('a table that has no room, a label or a column that cannot be, leaves nothing behind', async () => {
  const { db } = await freshDB();
  const { id } = await createProject(db, { kind: 'row', model: 'rows' });
  const recording = crypto.randomUUID();
  const rows = (count: number, label = 'x') =>
    Array.from({ length: count }, (_, i) => ({
      label: `${label}${i % 2}`,
      isNone: false,
      values: Float32Array.of(i),
      recording,
    }));
  const refused = [
    [
      { columns: ['a'], rows: rows(rowLimits.rows + 1) },
      'it would have 10001 rows then, at most 10000 are taken',
    ],
    [{ columns: ['a'], rows: rows(2, 'l'.repeat(256)) }, /^the label/],
    [{ columns: [' '], rows: rows(2) }, /name has 1 to 256 characters/],
  ] as const;
  for (const [table, detail] of refused) {
    await expect(bringRows(db, id, table)).rejects.toMatchObject({
      detail: expect.stringMatching(detail) as string,
    });
    expect(await readProject(db, id)).toMatchObject({ columns: null, classes: [] });
    expect(await db.count('examples')).toBe(0);
  }
  // The same row twice needs no room.
  const again = rows(rowLimits.rows / 2);
  const fits = [...again, ...again, ...again.slice(0, 1)];
  expect(await bringRows(db, id, { columns: ['a'], rows: fits })).toMatchObject({ added: 5000, known: 5001 });
});

test('rows are not put back among others of other columns, nor beyond what a project may have', async () => {
  const { db } = await freshDB();
  const project = await rowProject(db);
  await addRows(db, project.id, given(project, 0, many(2)));
  const ids = (await listExamples(db, project.id)).map(({ id }) => id);
  const removed = await removeExamples(db, ids);
  const renamed = await nameColumns(db, project.id, ['b', 'a']);
  const failure = { code: 'InputInvalid', detail: 'rows of the columns a, b; the project has b, a' };
  await expect(restoreExamples(db, removed)).rejects.toMatchObject(failure);
  await nameColumns(db, project.id, ['a', 'b']);
  expect(await restoreExamples(db, removed)).toBe(0);
  const ofClass = await removeClass(db, project.id, project.classes[0]!.id);
  await nameColumns(db, project.id, ['b', 'a']);
  await expect(restoreClass(db, ofClass)).rejects.toMatchObject(failure);
  expect((await readProject(db, project.id)).classes).toHaveLength(1);
  expect(renamed.columns).toEqual(['b', 'a']);
});

test('a table of ours that a spreadsheet saved again, with decimal commas, comes back whole', async () => {
  const { db } = await freshDB();
  const project = await rowProject(db, ['a', 'b']);
  const rows = [
    [0.5, 1],
    [1.5, 2],
    [2.25, 3],
  ];
  await addRows(db, project.id, given(project, 0, rows));
  const zip = await exportProject(db, project.id);
  const csv = new TextDecoder().decode(unzipSync(new Uint8Array(await zip.arrayBuffer()))['rows.csv']);
  const saved = csv
    .split('\n')
    .map(line =>
      line
        .split(',')
        .map(cell => cell.replace(/^(\d+)\.(\d+)$/, '$1,$2'))
        .join(';'),
    )
    .join('\n');
  expect(saved).toContain(';0,5;1');
  const own = withoutOwnColumns(readRowTable(saved, true))!;
  // Columns that somebody said, and no row of: they are what the table says.
  const other = await rowProject(db, ['typo', 'b']);
  for (const into of [await createProject(db, { kind: 'row', model: 'again' }), other, project]) {
    const made = await importOwnTable(db, into, own, {});
    expect(made.unreadable).toEqual([]);
    expect((await readProject(db, into.id)).columns).toEqual(['a', 'b']);
    const ids = (await listExamples(db, into.id)).map(({ id }) => id);
    expect([...(await readRowValues(db, ids)).values()].map(row => [...row])).toEqual(rows);
  }
});

test('adding stops between two transactions', async () => {
  const { db } = await freshDB();
  const project = await rowProject(db);
  const stop = new AbortController();
  const adding = addRows(db, project.id, given(project, 0, many(1200)), {
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  await expect(adding).rejects.toMatchObject({ code: 'Aborted' });
  expect(await db.count('examples')).toBe(500);
});

test('a project goes out as a table and comes back with labels, numbers and parts', async () => {
  const { db } = await freshDB();
  const project = await rowProject(db, ['label', '=b'], ['x', '=y']);
  await addRows(
    db,
    project.id,
    given(
      project,
      0,
      many(12).map(([a, b]) => [a! + 0.1, b!]),
    ),
  );
  await addRows(
    db,
    project.id,
    given(
      project,
      1,
      many(7).map(([a, b]) => [a! - 100, b! / 3]),
    ),
  );
  const zip = await exportProject(db, project.id);
  const files = unzipSync(new Uint8Array(await zip.arrayBuffer()));
  expect(Object.keys(files)).toEqual(['rows.csv']);
  const table = parseTable(new TextDecoder().decode(files['rows.csv']));
  expect(table.columns).toEqual(['_label', 'none', 'part', 'recording', 'source', 'time', 'label', "'=b"]);
  expect([table.rows[0]![6], table.rows.at(-1)![0]]).toEqual(['0.1', "'=y"]);

  const { id } = await createProject(db, { kind: 'row', model: 'again' });
  const made = await importExamples(db, id, zip);
  expect(made).toMatchObject({ added: 19, known: 0, leftOut: 0, unreadable: [] });
  expect((await readProject(db, id)).columns).toEqual(['label', '=b']);
  expect(await told(db, id)).toEqual(await told(db, project.id));
  expect(await importExamples(db, id, zip)).toMatchObject({ added: 0, known: 19 });
});

/** What each row is, in which part, and its numbers. */
async function told(db: Database, project: string): Promise<string[]> {
  const { classes } = await readProject(db, project);
  const labels = new Map(classes.map(({ id, label }) => [id, label]));
  const examples = await listExamples(db, project);
  const values = await readRowValues(
    db,
    examples.map(({ id }) => id),
  );
  return examples
    .map(each => [labels.get(each.class), each.part, each.recording, values.get(each.id)].join())
    .sort();
}

test('a zip without such a table, and one of other columns, is refused', async () => {
  const { db } = await freshDB();
  const project = await rowProject(db);
  await addRows(db, project.id, given(project, 0, many(3)));
  const zip = await exportProject(db, project.id);
  const other = await rowProject(db, ['a', 'c']);
  await addRows(db, other.id, given(other, 0, many(1)));
  await expect(importExamples(db, other.id, zip)).rejects.toMatchObject({
    code: 'InputInvalid',
    detail: 'columns missing: c; too many: b',
  });
  const photos = await createProject(db, { model: 'photos', labels: ['a'] });
  const without = await exportProject(db, photos.id);
  await expect(importExamples(db, project.id, without)).rejects.toMatchObject({
    code: 'InputInvalid',
    detail: expect.stringContaining('no rows.csv in it') as string,
  });
});
