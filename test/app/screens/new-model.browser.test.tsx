// New model with the real store: classes and photos as people change them, and the way back.
import { render } from 'preact';
import { afterEach, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import '../../../src/app/styles/tokens.css';
import '../../../src/app/styles/base.css';
import '../../../src/app/styles/parts.css';
import '../../../src/app/styles/camera.css';
import '../../../src/app/styles/new-model.css';
import { ConfirmHost } from '../../../src/app/parts/dialog.tsx';
import { addExamples, listExamples } from '../../../src/device/examples.ts';
import { createProject, readProject } from '../../../src/device/projects.ts';
import { freshDB } from '../../device/fresh-db.ts';
import { drawnPhoto, keptPhoto } from '../../device/photos.ts';
import { showTeaching } from './shown-teaching.tsx';

const root = document.body.appendChild(document.createElement('main'));
afterEach(() => render(null, root));

/** Two classes, three photos of the first. Nothing sees yet, so that nothing is learnt. */
async function shown() {
  const { db } = await freshDB();
  const made = await createProject(db, { model: 'cups', labels: ['cup', 'plate'] });
  const photos = await Promise.all([1, 2, 3].map(seed => keptPhoto(seed)));
  const recording = crypto.randomUUID();
  const given = { class: made.classes[0]!.id, recording, source: 'file' as const };
  await addExamples(
    db,
    made.id,
    photos.map(photo => ({ ...given, shown: photo })),
  );
  await showTeaching(root, db, made.id, <ConfirmHost />);
  const labels = async () => (await readProject(db, made.id)).classes.map(({ label }) => label);
  const counts = async () => {
    const examples = await listExamples(db, made.id);
    const { classes } = await readProject(db, made.id);
    return classes.map(({ id }) => examples.filter(example => example.class === id).length);
  };
  return { db, labels, counts };
}

function button(name: string): HTMLElement {
  const found = [...root.querySelectorAll<HTMLElement>('button')].find(
    one => one.getAttribute('aria-label') === name || one.textContent === name,
  );
  if (!found) throw new Error(`no button "${name}" in:\n${root.innerText}`);
  return found;
}

function nameField(n: number): HTMLInputElement {
  return root.querySelector<HTMLInputElement>(`input[aria-label="Name of class ${n}"]`)!;
}

test('a class is renamed in place, and not to what another is called', async () => {
  const { labels } = await shown();
  await userEvent.fill(nameField(2), 'saucer');
  await userEvent.keyboard('{Enter}');
  await expect.poll(labels).toEqual(['cup', 'saucer']);
  await userEvent.fill(nameField(2), 'cup');
  await expect.poll(() => root.textContent).toContain('Another class has that name.');
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => nameField(2).value).toBe('saucer');
  expect(await labels()).toEqual(['cup', 'saucer']);
});

test('“None of these” is proposed beside two classes, once', async () => {
  const { labels } = await shown();
  button('Add “None of these”').click();
  await expect.poll(labels).toEqual(['cup', 'plate', 'None of these']);
  await expect.poll(() => root.textContent).not.toContain('Add “None of these”');
  button('Add a class').click();
  await expect.poll(labels).toEqual(['cup', 'plate', 'None of these', 'Class 4']);
});

test('a class that is removed comes back with its photos', async () => {
  const { labels, counts } = await shown();
  button('Remove class cup').click();
  await expect.poll(labels).toEqual(['plate']);
  expect(await counts()).toEqual([0]);
  await expect.poll(() => root.textContent).toContain('Removed: cup');
  button('Undo').click();
  await expect.poll(labels).toEqual(['cup', 'plate']);
  await expect.poll(counts).toEqual([3, 0]);
});

test('photos that are selected are moved to another class, or removed, and both are undone', async () => {
  const { counts } = await shown();
  await expect.poll(() => root.querySelectorAll('.thumb').length).toBe(3);
  const tapFirst = () => root.querySelector<HTMLElement>('.thumb')!.click();
  tapFirst();
  await expect.poll(() => root.querySelector('.thumbs-move')).not.toBe(null);
  await userEvent.selectOptions(root.querySelector('.thumbs-move')!, 'plate');
  await expect.poll(counts).toEqual([2, 1]);
  button('Undo').click();
  await expect.poll(counts).toEqual([3, 0]);
  tapFirst();
  await expect.poll(() => root.querySelector('.thumbs-bar')).not.toBe(null);
  button('Remove').click();
  await expect.poll(counts).toEqual([2, 0]);
  button('Undo').click();
  await expect.poll(counts).toEqual([3, 0]);
});

/** As the system's choice of files gives them. */
async function give(input: HTMLInputElement, files: readonly File[]): Promise<void> {
  const data = new DataTransfer();
  for (const file of files) data.items.add(file);
  input.files = data.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
  await Promise.resolve();
}

async function fileOf(seed: number, name: string): Promise<File> {
  return new File([await drawnPhoto(seed).convertToBlob({ type: 'image/png' })], name, { type: 'image/png' });
}

test('photos from files are kept, the same one once, and what is no photo is said', async () => {
  const { counts } = await shown();
  const input = root.querySelectorAll<HTMLInputElement>('.class-card input[type=file]')[1]!;
  const [ten, eleven] = [await fileOf(10, 'a.png'), await fileOf(11, 'b.png')];
  await give(input, [ten, eleven, ten, new File(['no photo'], 'c.jpg', { type: 'image/jpeg' })]);
  await expect.poll(counts).toEqual([3, 2]);
  await expect
    .poll(() => root.querySelector('.toasts')?.textContent)
    .toContain('2 photos brought in. 1 photo was already there. 1 file is no photo');
});

test('a model can be made only of two classes with photos, which is said', async () => {
  await shown();
  expect(button('Finish').getAttribute('aria-disabled')).toBe('true');
  expect(root.textContent).toContain('plate has no photos yet.');
  expect(root.textContent).toContain('Two classes with photos are needed first.');
});

test('what was begun before can be gone on with, or removed with its photos', async () => {
  const { db } = await shown();
  const other = await createProject(db, { model: 'leaves', labels: ['oak'] });
  const given = { class: other.classes[0]!.id, recording: crypto.randomUUID(), source: 'file' as const };
  await addExamples(db, other.id, [{ ...given, shown: await keptPhoto(20) }]);
  await createProject(db, { model: 'never-shown-anything', labels: [] });
  await expect.poll(() => root.textContent).toContain('leaves');
  expect(root.textContent).not.toContain('never-shown-anything');
  expect(root.querySelector('a[aria-label="Go on: leaves"]')?.getAttribute('href')).toBe(`#/new/${other.id}`);
  button('Remove leaves with its photos').click();
  await expect.poll(() => root.querySelector('dialog .danger')).not.toBe(null);
  root.querySelector<HTMLElement>('dialog .danger')!.click();
  await expect.poll(() => listExamples(db, other.id)).toEqual([]);
});
