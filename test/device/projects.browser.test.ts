import { expect, test } from 'vitest';
import { type Change, onChanges } from '../../src/device/changes.ts';
import { addExamples, listExamples } from '../../src/device/examples.ts';
import {
  addClass,
  moveClass,
  removeClass,
  renameClass,
  restoreClass,
} from '../../src/device/project-classes.ts';
import {
  changeProject,
  chooseEmbedder,
  createProject,
  listProjects,
  readProject,
  removeProject,
  renameProject,
} from '../../src/device/projects.ts';
import { freshDB } from './fresh-db.ts';
import { keptPhoto } from './photos.ts';

const recording = crypto.randomUUID();

test('a project has its classes in order, and is there again after a kill', async () => {
  const { db, reopen } = await freshDB();
  const made = await createProject(db, { model: 'leaves', labels: ['oak', 'beech'] });
  expect(made).toMatchObject({ model: 'leaves', embedder: null, candidate: null });
  await addClass(db, made.id, '  none of these ', true);
  await renameClass(db, made.id, made.classes[0]!.id, 'red oak');
  await moveClass(db, made.id, made.classes[1]!.id, 0);
  await renameProject(db, made.id, 'trees');
  await chooseEmbedder(db, made.id, { model: 'base', version: 2, value: 'pool' });
  await changeProject(db, made.id, () => ({ candidate: 'a'.repeat(64) }));
  const again = await reopen();
  const project = await readProject(again, made.id);
  expect(project.classes.map(({ label, isNone }) => [label, isNone])).toEqual([
    ['beech', false],
    ['red oak', false],
    ['none of these', true],
  ]);
  expect(project).toMatchObject({
    model: 'trees',
    embedder: { model: 'base', version: 2, value: 'pool' },
    candidate: 'a'.repeat(64),
  });
  expect(await listProjects(again)).toEqual([project]);
});

test('what would make no project is refused, and changes nothing', async () => {
  const { db } = await freshDB();
  await expect(createProject(db, { model: 'Not a name' })).rejects.toMatchObject({ code: 'InputInvalid' });
  await expect(createProject(db, { model: 'leaves', labels: ['a', 'a'] })).rejects.toMatchObject({
    code: 'InputInvalid',
    detail: 'there are two classes called "a"',
  });
  const made = await createProject(db, { model: 'leaves', labels: ['a', 'b'] });
  await addClass(db, made.id, 'none', true);
  const before = await readProject(db, made.id);
  const refused = [
    renameClass(db, made.id, made.classes[1]!.id, 'a'),
    addClass(db, made.id, ' '),
    addClass(db, made.id, 'nothing', true),
  ];
  for (const each of refused) await expect(each).rejects.toMatchObject({ code: 'InputInvalid' });
  await expect(renameClass(db, made.id, crypto.randomUUID(), 'c')).rejects.toMatchObject({
    code: 'NotFound',
  });
  await expect(readProject(db, crypto.randomUUID())).rejects.toMatchObject({ code: 'NotFound' });
  expect(await readProject(db, made.id)).toEqual(before);
  expect(await listProjects(db)).toHaveLength(1);
});

test('two pages that add a class at once both have theirs', async () => {
  const { db } = await freshDB();
  const made = await createProject(db, { model: 'leaves' });
  await Promise.all(['a', 'b', 'c'].map(label => addClass(db, made.id, label)));
  const { classes } = await readProject(db, made.id);
  expect(classes.map(({ label }) => label).sort()).toEqual(['a', 'b', 'c']);
});

test('a class goes with its examples, and comes back with them where it stood', async () => {
  const { db } = await freshDB();
  const made = await createProject(db, { model: 'leaves', labels: ['oak', 'beech'] });
  const [oak, beech] = made.classes;
  const shown = [oak!.id, oak!.id, beech!.id];
  await addExamples(
    db,
    made.id,
    await Promise.all(
      shown.map(async (id, i) => {
        return { class: id, shown: await keptPhoto(i), recording, source: 'file' as const };
      }),
    ),
  );
  const [project, examples] = [await readProject(db, made.id), await listExamples(db, made.id)];
  const photos = await db.getAll('exampleFiles');
  const removed = await removeClass(db, made.id, oak!.id);
  expect((await readProject(db, made.id)).classes).toEqual([beech]);
  expect(await listExamples(db, made.id)).toHaveLength(1);
  expect(await db.count('exampleFiles')).toBe(1);
  await restoreClass(db, removed);
  await restoreClass(db, removed);
  expect((await readProject(db, made.id)).classes).toEqual(project.classes);
  expect(await listExamples(db, made.id)).toEqual(examples);
  expect(await db.getAll('exampleFiles')).toEqual(photos);
});

test('a class comes back beside others that took its label and its part, with all its photos', async () => {
  const { db } = await freshDB();
  const made = await createProject(db, { model: 'leaves', labels: [] });
  const none = await addClass(db, made.id, 'other', true);
  const recording = crypto.randomUUID();
  await addExamples(db, made.id, [{ class: none.id, shown: await keptPhoto(1), recording, source: 'file' }]);
  const removed = await removeClass(db, made.id, none.id);
  const later = [await addClass(db, made.id, 'other', true), await addClass(db, made.id, 'other (2)')];
  await restoreClass(db, removed);
  expect((await readProject(db, made.id)).classes).toEqual([
    { ...none, label: 'other (3)', isNone: false },
    ...later,
  ]);
  expect(await listExamples(db, made.id)).toMatchObject([{ class: none.id }]);
});

test('a project that goes leaves nothing behind, and others as they were', async () => {
  const { db } = await freshDB();
  const [gone, stays] = [
    await createProject(db, { model: 'leaves', labels: ['oak'] }),
    await createProject(db, { model: 'birds', labels: ['owl'] }),
  ];
  for (const { id, classes } of [gone, stays]) {
    const photo = await keptPhoto(1);
    const { examples } = await addExamples(db, id, [
      { class: classes[0]!.id, shown: photo, recording, source: 'file' },
    ]);
    const values = new Float32Array(2).buffer;
    await db.put('embeddings', { embedder: 'e'.repeat(64), example: examples[0]!.id, values });
  }
  const heard: Change[] = [];
  const stop = onChanges(change => heard.push(change));
  await removeProject(db, gone.id);
  stop();
  expect(heard).toEqual([
    { type: 'projects', model: 'leaves' },
    { type: 'examples', model: 'leaves' },
  ]);
  const [left] = await listExamples(db, stays.id);
  expect(await db.getAllKeys('examples')).toEqual([left!.id]);
  expect(await db.getAllKeys('exampleFiles')).toEqual([left!.id]);
  expect(await db.getAllKeys('thumbnails')).toEqual([left!.id]);
  expect(await db.getAllKeys('embeddings')).toEqual([['e'.repeat(64), left!.id]]);
  expect((await listProjects(db)).map(({ id }) => id)).toEqual([stays.id]);
});
