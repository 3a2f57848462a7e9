// Records with the real store: which are shown, which come first, and what a correction does.
import { h, render } from 'preact';
import { expect, onTestFinished, test } from 'vitest';
import { ToastHost } from '../../../src/app/parts/toast.tsx';
import { mostUseful, say, shownRecords } from '../../../src/app/state/records.ts';
import { type Services, services } from '../../../src/app/state/services.ts';
import type { Database } from '../../../src/device/db.ts';
import { takeBackExamples } from '../../../src/device/example-moves.ts';
import { addExamples, listExamples } from '../../../src/device/examples.ts';
import { createProject } from '../../../src/device/projects.ts';
import { keepRecord, listRecords } from '../../../src/device/records.ts';
import { freshDB } from '../../device/fresh-db.ts';
import { keptPhoto } from '../../device/photos.ts';

async function opened(): Promise<Database> {
  const { db } = await freshDB();
  services.value = { db } as Services;
  onTestFinished(() => {
    services.value = null;
  });
  return db;
}

/** @param sure the highest probability of two classes; below 0.7 it is not sure */
async function kept(db: Database, photo: number, sure: number, truth: string | null = null, model = 'cups') {
  return keepRecord(db, {
    model,
    version: 1,
    candidate: null,
    photo: (await keptPhoto(photo)).bytes,
    answer: { label: sure < 0.7 ? null : 'cup', probabilities: [sure, 1 - sure] },
    truth,
    place: null,
  });
}

test('each view shows its own, of one model or of all', async () => {
  const db = await opened();
  const sure = await kept(db, 1, 0.9);
  const unsure = await kept(db, 2, 0.55);
  const corrected = await kept(db, 3, 0.95, 'plate');
  const other = await kept(db, 4, 0.95, null, 'bowls');
  const all = await listRecords(db);
  const ids = (...args: [Parameters<typeof shownRecords>[1], string | null]) =>
    new Set(shownRecords(all, ...args).map(({ id }) => id));
  expect(ids('all', 'cups')).toEqual(new Set([sure.id, unsure.id, corrected.id]));
  expect(ids('notSure', null)).toEqual(new Set([unsure.id]));
  expect(ids('corrected', null)).toEqual(new Set([corrected.id]));
  expect(ids('unsaid', null)).toEqual(new Set([sure.id, unsure.id, other.id]));
});

test('what the model is least sure of comes first, and its like waits behind what looks otherwise', async () => {
  const db = await opened();
  const alike = [await kept(db, 1, 0.5), await kept(db, 1, 0.51)];
  const otherwise = await kept(db, 9, 0.6);
  const sure = await kept(db, 5, 0.99);
  const said = await kept(db, 6, 0.5, 'plate');
  const order = await mostUseful(await listRecords(db));
  expect(order).not.toContain(said.id);
  expect(alike.map(({ id }) => id)).toContain(order[0]);
  expect(order[1]).toBe(otherwise.id);
  expect(order.indexOf(sure.id)).toBeGreaterThan(1);
});

test('saying what it is keeps that, and makes it an example where the project is here', async () => {
  const db = await opened();
  const project = await createProject(db, { model: 'cups', labels: ['cup', 'plate'] });
  const record = await kept(db, 1, 0.55);
  await say(record, 'plate');
  expect((await listRecords(db))[0]?.truth).toBe('plate');
  const [example] = await listExamples(db, project.id);
  expect(example).toMatchObject({ class: project.classes[1]!.id, source: 'correction' });
});

test('what was an example already, or is left out as one, is not called kept as one', async () => {
  const db = await opened();
  const root = document.body.appendChild(document.createElement('main'));
  render(h(ToastHost, {}), root);
  onTestFinished(() => {
    render(null, root);
    root.remove();
  });
  const project = await createProject(db, { model: 'cups', labels: ['cup', 'plate'] });
  const record = await kept(db, 1, 0.55);
  await say(record, 'cup');
  await expect.poll(() => root.textContent).toContain('Noted, and kept as an example: cup');
  await say(record, 'cup');
  await expect.poll(() => root.textContent).toContain('Noted; it was an example already: cup');
  // Its like is judged on as a plate, and it is learnt from.
  const part = (await listExamples(db, project.id))[0]?.part;
  await addExamples(db, project.id, [
    {
      class: project.classes[1]!.id,
      recording: crypto.randomUUID(),
      source: 'file',
      shown: { ...(await keptPhoto(1)), bytes: Uint8Array.of(1) },
      part: part === 'train' ? 'test' : 'train',
    },
  ]);
  await say(record, 'plate');
  await expect.poll(() => root.textContent).toContain('Noted: plate. As an example it is left out');
  expect((await listRecords(db))[0]?.truth).toBe('plate');
});

test('taken back, an example goes; one that was shown before is again of what it was of', async () => {
  const db = await opened();
  const { id, classes } = await createProject(db, { model: 'cups', labels: ['cup', 'plate'] });
  const [cup, plate] = [classes[0]!.id, classes[1]!.id];
  const example = async (seed: number, of: string) => {
    const photo = await keptPhoto(seed);
    return { class: of, shown: photo, recording: crypto.randomUUID(), source: 'correction' as const };
  };
  const shown = await addExamples(db, id, [await example(1, cup)]);
  const added = await addExamples(db, id, [await example(1, plate), await example(2, plate)]);
  expect((await listExamples(db, id)).map(each => each.class)).toEqual([plate, plate]);
  await takeBackExamples(db, added);
  expect(await listExamples(db, id)).toEqual(shown.examples);
});
