// New model taught by drawings, with the real store: drawn, said of which class, kept, and the paper is empty for the next.
import { render } from 'preact';
import { afterEach, expect, test, vi } from 'vitest';
import '../../../src/app/styles/tokens.css';
import '../../../src/app/styles/base.css';
import '../../../src/app/styles/parts.css';
import '../../../src/app/styles/parts-input.css';
import '../../../src/app/styles/camera.css';
import '../../../src/app/styles/new-model.css';
import { pictureWay } from '../../../src/app/state/picture-way.ts';
import { listExamples } from '../../../src/device/examples.ts';
import { removeClass } from '../../../src/device/project-classes.ts';
import { createProject } from '../../../src/device/projects.ts';
import { freshDB } from '../../device/fresh-db.ts';
import { drawOn, type Path } from '../pen.ts';
import { showTeaching } from './shown-teaching.tsx';

const root = document.body.appendChild(document.createElement('main'));
afterEach(() => {
  render(null, root);
  pictureWay.value = 'camera';
  vi.restoreAllMocks();
});

const slash: Path = [
  [0.2, 0.8],
  [0.8, 0.2],
];
const level: Path = [
  [0.1, 0.5],
  [0.9, 0.5],
];

async function shown() {
  const { db } = await freshDB();
  const made = await createProject(db, { model: 'strokes', labels: ['slash', 'level'] });
  const teaching = await showTeaching(root, db, made.id);
  const examples = () => listExamples(db, made.id);
  const counts = async () => {
    const all = await examples();
    return made.classes.map(({ id }) => all.filter(example => example.class === id).length);
  };
  return { db, made, teaching, examples, counts };
}

function button(name: string): HTMLElement {
  const found = [...root.querySelectorAll<HTMLElement>('button')].find(
    one => one.getAttribute('aria-label') === name || one.textContent === name,
  );
  if (!found) throw new Error(`no button "${name}" in:\n${root.innerText}`);
  return found;
}

async function draw(path: Path): Promise<void> {
  button('Draw').click();
  await expect.poll(() => root.querySelector('canvas.pad-canvas')).not.toBe(null);
  drawOn(root.querySelector('canvas.pad-canvas')!, path);
  await expect.poll(() => root.textContent).toContain('Add the drawing');
}

const toasts = () => root.querySelector('.toasts')?.textContent ?? '';
const isEmpty = () => root.querySelector('.pad-hint') !== null;

test('one tap keeps what is drawn as an example of a class, and empties the paper', async () => {
  const { counts, examples } = await shown();
  await draw(slash);
  button('Add the drawing to slash').click();
  await expect.poll(isEmpty).toBe(true);
  await expect.poll(counts).toEqual([1, 0]);
  await draw(level);
  button('Add the drawing to level').click();
  await expect.poll(counts).toEqual([1, 1]);
  // Each is of a moment of its own.
  expect(new Set((await examples()).map(({ recording }) => recording)).size).toBe(2);
});

test('with nothing drawn there is nothing to add, which is said where it would be pressed', async () => {
  const { counts } = await shown();
  button('Draw').click();
  await expect.poll(() => root.textContent).toContain('Draw something first');
  const add = button('Draw something first, for slash');
  expect(add.getAttribute('aria-disabled')).toBe('true');
  add.click();
  await draw(slash);
  button('Add the drawing to slash').click();
  await expect.poll(counts).toEqual([1, 0]);
});

test('pressed twice it is added once; and drawn the very same again, that is said', async () => {
  const { counts } = await shown();
  await draw(slash);
  const add = button('Add the drawing to slash');
  add.click();
  add.click();
  await expect.poll(counts).toEqual([1, 0]);
  await draw(level);
  button('Add the drawing to level').click();
  await expect.poll(counts).toEqual([1, 1]);
  // A second slash would have been known, which is said; it was given before this one.
  expect(toasts()).toBe('');
  await draw(slash);
  button('Add the drawing to slash').click();
  await expect.poll(toasts).toContain('That drawing was already there.');
  expect(await counts()).toEqual([1, 1]);
});

test('what could not be made a picture is said, and stays drawn', async () => {
  const { counts } = await shown();
  await draw(slash);
  vi.spyOn(OffscreenCanvas.prototype, 'convertToBlob').mockRejectedValue(new Error('no memory'));
  vi.spyOn(console, 'error').mockReturnValue(undefined);
  button('Add the drawing to slash').click();
  await expect.poll(toasts).toContain('Something broke');
  await expect.poll(isEmpty).toBe(false);
  expect(await counts()).toEqual([0, 0]);
});

test('what cannot be kept is said, and stays drawn', async () => {
  const { db, made, teaching, counts } = await shown();
  await draw(slash);
  const add = button('Add the drawing to slash');
  await removeClass(db, made.id, made.classes[0]!.id);
  add.click();
  await expect.poll(() => teaching.project.value.classes.length).toBe(1);
  await expect.poll(() => root.querySelector('.toast')).not.toBe(null);
  await expect.poll(() => root.textContent).toContain('Add the drawing');
  expect(isEmpty()).toBe(false);
  expect(await counts()).toEqual([0, 0]);
});

test('what is drawn stays while the camera is looked at, which is let go of for drawing', async () => {
  const stream = document.createElement('canvas').captureStream(1);
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockResolvedValue(stream);
  await shown();
  button('Turn on the camera').click();
  await expect.poll(() => root.querySelector('.camera-switch')).not.toBe(null);
  await draw(slash);
  expect(stream.getTracks().map(track => track.readyState)).toEqual(['ended']);
  button('Camera').click();
  await expect.poll(() => root.textContent).toContain('Hold to record');
  button('Draw').click();
  await expect.poll(() => root.textContent).toContain('Add the drawing');
  expect(isEmpty()).toBe(false);
});
