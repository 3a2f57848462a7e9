// An exported page of a model that takes photos, asked by drawing.
import { render } from 'preact';
import { afterEach, expect, test } from 'vitest';
import '../../../src/app/page/page.css';
import { AsksPhoto } from '../../../src/app/page/asks-photo.tsx';
import { pictureWay } from '../../../src/app/state/picture-way.ts';
import { toPhotoInput } from '../../../src/app/state/photos.ts';
import type { ModelInterface } from '../../../src/core/artifact/interface.ts';
import { drawnPicture } from '../../../src/core/data/drawn-picture.ts';
import type { Tensor } from '../../../src/core/tensor.ts';
import { drawOn } from '../pen.ts';

const root = document.body.appendChild(document.createElement('main'));
afterEach(() => {
  render(null, root);
  pictureWay.value = 'camera';
});

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
  decision: null,
};

test('a file that cannot be read is told of until something else is shown', async () => {
  pictureWay.value = 'drawing';
  render(<AsksPhoto face={face} onInput={() => undefined} />, root);
  const drop = (): void => {
    const data = new DataTransfer();
    data.items.add(new File(['no picture'], 'broken.png', { type: 'image/png' }));
    const over = { bubbles: true, cancelable: true, dataTransfer: data };
    root.querySelector('.stack')!.dispatchEvent(new DragEvent('drop', over));
  };
  const note = () => root.querySelector('[role=alert], .note');
  expect(note()).toBe(null);
  drop();
  await expect.poll(note).not.toBe(null);
  drawOn(root.querySelector('canvas.pad-canvas')!, [[0.5, 0.5]]);
  await expect.poll(note).toBe(null);
  drop();
  await expect.poll(note).not.toBe(null);
  root.querySelectorAll<HTMLElement>('[role=tab]')[0]!.click();
  await expect.poll(() => root.querySelector('canvas.pad-canvas')).toBe(null);
  expect(root.textContent).not.toContain('broken.png');
});

test('a drawing is asked about as it is drawn, and nothing once it is cleared or the camera is looked at', async () => {
  const asked: (Tensor | null)[] = [];
  render(<AsksPhoto face={face} onInput={input => asked.push(input)} />, root);
  const tabs = root.querySelectorAll<HTMLElement>('[role=tab]');
  tabs[1]!.click();
  await expect.poll(() => root.querySelector('canvas.pad-canvas')).not.toBe(null);
  const canvas = root.querySelector<HTMLCanvasElement>('canvas.pad-canvas')!;
  drawOn(canvas, [
    [0.25, 0.5],
    [0.75, 0.5],
  ]);
  const line = [
    { x: 0.25, y: 0.5 },
    { x: 0.75, y: 0.5 },
  ];
  expect(asked.at(-1)).toEqual(toPhotoInput(drawnPicture([line])));
  await expect.poll(() => root.querySelector('.pad-hint')).toBe(null);
  canvas.dispatchEvent(new KeyboardEvent('keydown', { key: 'Delete', bubbles: true, cancelable: true }));
  expect(asked.at(-1)).toBe(null);
  drawOn(canvas, [[0.5, 0.5]]);
  expect(asked.at(-1)).not.toBe(null);
  root.querySelectorAll<HTMLElement>('[role=tab]')[0]!.click();
  expect(asked.at(-1)).toBe(null);
});
