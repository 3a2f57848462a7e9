// Whether teaching is worth it where the data did not come along: the digits model alone, a writer it has not seen, and the
// recipe as Teach and the worker settle it.
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { openNodeSession } from '../../server/inference/session.ts';
import { defaultDraft, recipeFrom, withEngine } from '../../src/app/screens/teach/recipe-draft.ts';
import { heldNear } from '../../src/app/screens/teach/stay-close.tsx';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { parseDataset } from '../../src/core/data/dataset.ts';
import type { LabelledRows } from '../../src/core/data/labelled-rows.ts';
import { compare, type ComparedRows } from '../../src/core/evaluate/compare.ts';
import { patchInitializers } from '../../src/core/onnx/patch.ts';
import { memoryStepHost } from '../../src/core/runtime/step-host.ts';
import { createOnnxEngine } from '../../src/core/train/onnx-engine.ts';
import type { Sample } from '../../src/device/schema.ts';
import { settledRecipe } from '../../src/worker/settled-recipe.ts';
import {
  rowsOf,
  samplesAlone,
  tableOf,
  trainingRows,
  type VersionData,
} from '../../src/worker/training-data.ts';
import { written } from '../fixtures/new-writer.ts';
import { answersOf, document, labels, parent, read, writer } from './digits.ts';

/** Three of each digit, all to learn from. */
async function versionData(): Promise<VersionData> {
  const { features, labels: truth, rows } = written(writer, 3, 11);
  const samples = Array.from({ length: rows }, (_, row) => {
    const numbers = [...features.subarray(row * 64, (row + 1) * 64)];
    return { features: numbers, label: labels[truth[row]!]!, part: 'train' } as Sample;
  });
  return {
    labels,
    parent: null,
    added: await tableOf(samplesAlone(document.interface, samples)),
    addedBy: [],
  };
}

async function taught(data: VersionData, close: boolean): Promise<Bytes> {
  const recipe = settledRecipe(heldNear(recipeFrom(withEngine(defaultDraft, 'onnx'))!, close), data);
  const engine = createOnnxEngine(() => memoryStepHost('cpu', openNodeSession));
  const train = trainingRows(data, recipe.newSampleRepeats);
  const { weights } = await engine.train(
    { topology: null, model: parent, classes: labels.length, train, validation: null, recipe },
    { checkpoint: () => Promise.resolve() },
    () => undefined,
  );
  return patchInitializers(parent, weights);
}

async function compared(file: Bytes, rows: LabelledRows): Promise<ComparedRows> {
  const [old, now] = [await answersOf(parent, rows), await answersOf(file, rows)];
  const judged = { truth: rows.labels, old, new: now, dataset: null };
  return compare(labels, { parent: null, added: judged }).added!;
}

async function heldOutDigits(): Promise<LabelledRows> {
  const csv = gunzipSync(read('dataset.csv.gz')).toString();
  const dataset = parseDataset(csv, document.artifacts.dataset!.schema);
  return rowsOf(await tableOf(dataset), 'test', labels);
}

describe('three samples of each digit in a new hand, without the data the model was made of', () => {
  let close: Bytes;
  let free: Bytes;
  beforeAll(async () => {
    const data = await versionData();
    [close, free] = [await taught(data, true), await taught(data, false)];
  });

  it('make it read digits of that hand that it has not seen: nine of ten, of six before', async () => {
    const { old, new: now } = await compared(close, written(writer, 30, 12));
    expect(old.metrics['accuracy']).toBeLessThan(0.7);
    expect(now.metrics['accuracy']).toBeGreaterThan(0.9);
  });

  it('cost a few of the digits it was made for, and more where it is not held near its answers', async () => {
    const rows = await heldOutDigits();
    const [held, loose] = [await compared(close, rows), await compared(free, rows)];
    expect(held.broken - held.fixed).toBeLessThanOrEqual(8);
    expect(loose.broken - loose.fixed).toBeGreaterThan(held.broken - held.fixed);
  });
});
