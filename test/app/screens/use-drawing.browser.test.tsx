// Use of a model that takes photos, asked by drawing, with the real store. What answers is in the test's hands: what is shown here
// is what happens while an answer is slow.
import { render } from 'preact';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import '../../../src/app/styles/tokens.css';
import '../../../src/app/styles/base.css';
import '../../../src/app/styles/parts.css';
import '../../../src/app/styles/parts-input.css';
import '../../../src/app/styles/camera.css';
import type { WorkerBridge } from '../../../src/app/bridge/worker-bridge.ts';
import { ToastHost } from '../../../src/app/parts/toast.tsx';
import PhotoWay from '../../../src/app/screens/use/photo-way.tsx';
import { takeDrawing } from '../../../src/app/state/drawn-photo.ts';
import { pictureWay } from '../../../src/app/state/picture-way.ts';
import { type Services, services } from '../../../src/app/state/services.ts';
import type { NumberedInUse } from '../../../src/app/state/version.ts';
import type { ModelInterface } from '../../../src/core/artifact/interface.ts';
import { ok, type Result } from '../../../src/core/result.ts';
import { float32, type TensorMap } from '../../../src/core/tensor.ts';
import { exampleIdOf, listExamples } from '../../../src/device/examples.ts';
import { createProject } from '../../../src/device/projects.ts';
import { listRecords } from '../../../src/device/records.ts';
import type { Prediction } from '../../../src/worker/protocol.ts';
import { freshDB } from '../../device/fresh-db.ts';
import { drawOn, lower, type Path } from '../pen.ts';

const root = document.body.appendChild(document.createElement('main'));
afterEach(() => {
  render(null, root);
  pictureWay.value = 'camera';
  vi.restoreAllMocks();
});

// Dots: each is asked about once.
const slash: Path = [[0.2, 0.8]];
const level: Path = [[0.8, 0.3]];
const strokesOf = (...paths: Path[]) => paths.map(path => path.map(([x, y]) => ({ x, y })));

const face: ModelInterface = {
  inputs: [
    {
      name: 'photo',
      datatype: 'UINT8',
      shape: [1, -1, -1, 3],
      meaning: { kind: 'image', layout: 'NHWC', range: [0, 255], preparation: 'photo', names: null },
    },
  ],
  outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [1, 2], meaning: null }],
  decision: { kind: 'softmax', output: 'probabilities', from: 'probabilities', notSureBelow: 0.5 },
};

function versionOf(version: number): NumberedInUse {
  const manifest = { interface: face, labels: ['slash', 'level'] } as NumberedInUse['manifest'];
  return { model: 'strokes', version, candidate: null, manifest, examples: [] };
}

interface Question {
  /** The version that was asked. */
  readonly by: number;
  readonly inputs: TensorMap;
  readonly say: (probabilities: readonly [number, number]) => void;
}

/** The page keeps what it has open for as long as it lives, and asks what is opened by its handle: here the version. */
const asked: Question[] = [];
const serving = {
  generation: 1,
  call: (use: (api: unknown) => unknown) =>
    use({
      open: ({ version, variant }: { version: number; variant: string }) =>
        Promise.resolve(ok({ handle: version, variant, provider: 'wasm', threads: 1, openMs: 1 })),
      close: () => Promise.resolve(ok(null)),
    }),
  predict: (by: number, inputs: TensorMap) =>
    new Promise<Result<Prediction>>(resolve => {
      const say = (probabilities: readonly [number, number]): void => {
        const outputs = { probabilities: float32([1, 2], Float32Array.of(...probabilities)) };
        resolve(ok({ outputs, runMs: 1, provider: 'wasm' }));
      };
      asked.push({ by, inputs, say });
    }),
} as unknown as WorkerBridge;

async function shown({ isTaughtHere = true } = {}) {
  const { db } = await freshDB();
  asked.length = 0;
  services.value = { db, serving } as Services;
  const project = isTaughtHere
    ? await createProject(db, { model: 'strokes', labels: ['slash', 'level'] })
    : null;
  onTestFinished(() => {
    render(null, root);
    services.value = null;
  });
  pictureWay.value = 'drawing';
  const show = (version: number): void =>
    render(
      <>
        <PhotoWay inUse={versionOf(version)} variant="fp32" />
        <ToastHost />
      </>,
      root,
    );
  show(1);
  await expect.poll(() => pad() !== null).toBe(true);
  const examples = async () => (project ? (await listExamples(db, project.id)).map(({ id }) => id) : []);
  /** What it is called where exactly these were drawn. */
  const exampleOf = async (...paths: Path[]) =>
    exampleIdOf(project!.id, (await takeDrawing(strokesOf(...paths))).bytes);
  return { db, show, examples, exampleOf };
}

const pad = () => root.querySelector<HTMLCanvasElement>('canvas.pad-canvas');
const word = () => root.querySelector('.answer-word')?.textContent;
const isEmpty = () => root.querySelector('.pad-hint') !== null;
const isAlerted = () => root.querySelector('[role=alert]') !== null;
const toasts = () => root.querySelector('.toasts')?.textContent ?? '';

function button(name: string): HTMLElement {
  const found = [...root.querySelectorAll<HTMLElement>('button')].find(one => one.textContent === name);
  if (!found) throw new Error(`no button "${name}" in:\n${root.innerText}`);
  return found;
}

/** The nth question, once it is asked. */
async function question(nth: number): Promise<Question> {
  await expect.poll(() => asked.length).toBeGreaterThan(nth);
  return asked[nth]!;
}

async function draw(path: Path): Promise<void> {
  const before = asked.length;
  drawOn(pad()!, path);
  (await question(before)).say([0.9, 0.1]);
  await expect.poll(word).toContain('slash');
}

test('another version is asked about what is drawn, and its answer stands', async () => {
  const { show } = await shown();
  await draw(slash);
  const before = asked.length;
  show(2);
  const next = await question(before);
  expect(next.by).toBe(2);
  next.say([0.2, 0.8]);
  await expect.poll(word).toContain('level');
});

test('another version leaves a drawing that was kept held', async () => {
  const { show, db } = await shown();
  await draw(slash);
  button('Keep this answer').click();
  await expect.poll(async () => (await listRecords(db)).length).toBe(1);
  show(2);
  const next = await question(1);
  expect(next.by).toBe(2);
  next.say([0.4, 0.6]);
  await expect.poll(word).toContain('level');
  // Said of it next, that is the record's: with a drawing that was let go of it would be another answer.
  button('Keep this answer').click();
  await expect.poll(async () => (await listRecords(db)).length).toBe(2);
});

test('what is said while the last stroke is not answered is said of it all, and the paper is empty at once', async () => {
  const { examples, exampleOf } = await shown();
  await draw(slash);
  drawOn(pad()!, level);
  const late = await question(1);
  button('level').click();
  await expect.poll(isEmpty).toBe(true);
  expect(await examples()).toEqual([]);
  late.say([0.1, 0.9]);
  await expect.poll(toasts).toContain('Kept as an example: level');
  expect(await examples()).toEqual([await exampleOf(slash, level)]);
  expect(word()).not.toContain('level');
});

test('what is kept while the last stroke is not answered is it all, with its own answer', async () => {
  const { db } = await shown({ isTaughtHere: false });
  await draw(slash);
  drawOn(pad()!, level);
  const late = await question(1);
  button('Keep this answer').click();
  late.say([0.1, 0.9]);
  await expect.poll(toasts).toContain('Kept as a record.');
  expect((await listRecords(db)).map(({ answer }) => answer.label)).toEqual(['level']);
  await expect.poll(word).toContain('level');
  expect(isEmpty()).toBe(false);
});

test('a stroke that is begun while one is kept is drawn on new paper', async () => {
  const { examples, exampleOf } = await shown();
  await draw(slash);
  button('slash').click();
  await expect.poll(isEmpty).toBe(true);
  await draw(level);
  await expect.poll(toasts).toContain('Kept as an example: slash');
  button('level').click();
  await expect.poll(toasts).toContain('Kept as an example: level');
  expect(new Set(await examples())).toEqual(new Set([await exampleOf(slash), await exampleOf(level)]));
});

test('paper that is emptied under the pen brings back nothing', async () => {
  await shown();
  await draw(slash);
  const pen = lower(pad()!, [0.1, 0.5]);
  await expect.poll(() => word()).toContain('slash');
  button('Clear').click();
  await expect.poll(isEmpty).toBe(true);
  pen.move([0.9, 0.5]);
  pen.lift();
  await new Promise(requestAnimationFrame);
  expect(isEmpty()).toBe(true);
});

test('drawn the very same again it is said to be there, and stays drawn', async () => {
  const { examples } = await shown();
  await draw(slash);
  button('slash').click();
  await expect.poll(toasts).toContain('Kept as an example: slash');
  await draw(slash);
  button('slash').click();
  await expect.poll(toasts).toContain('It was an example already: slash');
  await expect.poll(isEmpty).toBe(false);
  expect(await examples()).toHaveLength(1);
});

test('what could not be made a picture is said, and drawn still', async () => {
  const { examples } = await shown();
  await draw(slash);
  vi.spyOn(OffscreenCanvas.prototype, 'convertToBlob').mockRejectedValue(new Error('no memory'));
  vi.spyOn(console, 'error').mockReturnValue(undefined);
  button('slash').click();
  await expect.poll(toasts).toContain('Something broke');
  await expect.poll(isEmpty).toBe(false);
  await expect.poll(word).toContain('slash');
  expect(await examples()).toEqual([]);
});

function drop(file: File): void {
  const data = new DataTransfer();
  data.items.add(file);
  document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, cancelable: true }));
}

test('a file that cannot be read leaves what is drawn, with its answer; the next stroke takes its note away', async () => {
  await shown();
  await draw(slash);
  drop(new File(['no picture'], 'broken.png', { type: 'image/png' }));
  await expect.poll(isAlerted).toBe(true);
  expect([pictureWay.value, isEmpty(), word()]).toEqual(['drawing', false, expect.stringContaining('slash')]);
  drawOn(pad()!, level);
  await expect.poll(isAlerted).toBe(false);
});

test('a file that is read is seen where pictures are', async () => {
  await shown();
  await draw(slash);
  const canvas = new OffscreenCanvas(8, 8);
  canvas.getContext('2d');
  drop(new File([await canvas.convertToBlob()], 'one.png', { type: 'image/png' }));
  await expect.poll(() => root.querySelector('.camera-still') !== null).toBe(true);
  expect(pictureWay.value).toBe('camera');
});
