// Answers that are kept, with the real store: an answer has one record, whatever is done to it.
import { render } from 'preact';
import { expect, onTestFinished, test } from 'vitest';
import { ToastHost } from '../../../src/app/parts/toast.tsx';
import type { Answer } from '../../../src/app/state/answers.ts';
import { correctAnswer, keepAnswer } from '../../../src/app/state/kept-answers.ts';
import { type Services, services } from '../../../src/app/state/services.ts';
import { addExamples, listExamples } from '../../../src/device/examples.ts';
import { createProject } from '../../../src/device/projects.ts';
import { listRecords } from '../../../src/device/records.ts';
import { freshDB } from '../../device/fresh-db.ts';
import { keptPhoto } from '../../device/photos.ts';

const root = document.body.appendChild(document.createElement('main'));

async function answered() {
  const { db } = await freshDB();
  services.value = { db } as Services;
  render(<ToastHost />, root);
  onTestFinished(() => {
    render(null, root);
    services.value = null;
  });
  const photo = await keptPhoto(1);
  const answer = {
    from: { model: 'cups', version: 1, candidate: null },
    decided: [{ label: 'cup', sure: true, probabilities: [0.9, 0.1] }],
  } as unknown as Answer;
  const subject = {
    toExample: () => Promise.resolve(photo),
    toPhoto: () => Promise.resolve(photo.bytes),
  };
  const truths = async () => (await listRecords(db)).map(({ truth }) => truth);
  return { db, shown: { answer, subject }, truths };
}

async function undo(said: string): Promise<void> {
  await expect.poll(() => root.textContent).toContain(said);
  root.querySelector<HTMLElement>('button')!.click();
}

test('what is kept twice is one record, also where both are under way', async () => {
  const { shown, truths } = await answered();
  expect(await Promise.all([keepAnswer(shown), keepAnswer(shown)])).toEqual([true, true]);
  await keepAnswer(shown);
  expect(await truths()).toEqual([null]);
});

test('a correction of what was kept amends its record, and is taken back', async () => {
  const { shown, truths } = await answered();
  await keepAnswer(shown);
  await correctAnswer({ ...shown, label: 'plate', project: null });
  expect(await truths()).toEqual(['plate']);
  await undo('Kept as a record: plate');
  await expect.poll(truths).toEqual([null]);
});

test('without a record a correction makes one, which goes when it is taken back', async () => {
  const { shown, truths } = await answered();
  await correctAnswer({ ...shown, label: 'plate', project: null });
  expect(await truths()).toEqual(['plate']);
  await undo('Kept as a record: plate');
  await expect.poll(truths).toEqual([]);
  await keepAnswer(shown);
  expect(await truths()).toEqual([null]);
});

test('where its project is here it becomes an example, and its record says so, both or none', async () => {
  const { db, shown, truths } = await answered();
  const project = await createProject(db, { model: 'cups', labels: ['cup', 'plate'] });
  await keepAnswer(shown);
  await correctAnswer({ ...shown, label: 'plate', project });
  expect(await truths()).toEqual(['plate']);
  const classes = async () => (await listExamples(db, project.id)).map(example => example.class);
  expect(await classes()).toEqual([project.classes[1]!.id]);
  await undo('Kept as an example: plate');
  await expect.poll(truths).toEqual([null]);
  await expect.poll(classes).toEqual([]);
});

test('an example that was there already is said to be, and is not called kept; of another class it is kept as what was said', async () => {
  const { db, shown } = await answered();
  const project = await createProject(db, { model: 'cups', labels: ['cup', 'plate'] });
  expect(await correctAnswer({ ...shown, label: 'plate', project })).toBe(true);
  expect(await correctAnswer({ ...shown, label: 'plate', project })).toBe(false);
  await expect.poll(() => root.textContent).toContain('It was an example already: plate');
  expect(await correctAnswer({ ...shown, label: 'cup', project })).toBe(true);
  await expect.poll(() => root.textContent).toContain('Kept as an example: cup');
  expect((await listExamples(db, project.id)).map(example => example.class)).toEqual([
    project.classes[0]!.id,
  ]);
});

test('an example that is too much like others is said to be left out, and its record still says what it is', async () => {
  const { db, shown, truths } = await answered();
  const project = await createProject(db, { model: 'cups', labels: ['cup', 'plate'] });
  const [cup, plate] = project.classes.map(({ id }) => id);
  const photo = await keptPhoto(1);
  const of = { recording: crypto.randomUUID(), source: 'file' as const };
  // Its like is learnt from as a plate, and it was shown as a cup, to be judged on.
  await addExamples(db, project.id, [
    { ...of, class: plate!, shown: { ...photo, bytes: Uint8Array.of(1) }, part: 'train' },
    { ...of, class: cup!, shown: photo, part: 'test' },
  ]);
  const before = await listExamples(db, project.id);
  await keepAnswer(shown);
  expect(await correctAnswer({ ...shown, label: 'plate', project })).toBe(false);
  expect(await truths()).toEqual(['plate']);
  const classes = async () => (await listExamples(db, project.id)).map(example => example.class);
  expect(await classes()).toEqual([plate]);
  await undo('Left out: it is too much like other examples');
  await expect.poll(truths).toEqual([null]);
  await expect.poll(() => listExamples(db, project.id)).toEqual(before);
});
