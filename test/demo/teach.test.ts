// Whether teaching is worth it: the digits model, a writer it has not seen, the recipe that Teach starts with, and the
// rows as the worker makes them of samples.
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { openNodeSession } from '../../server/inference/session.ts';
import { defaultDraft, recipeFrom } from '../../src/app/screens/teach/recipe-draft.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { parseDataset } from '../../src/core/data/dataset.ts';
import type { LabelledRows } from '../../src/core/data/labelled-rows.ts';
import { partOf } from '../../src/core/data/split.ts';
import { compare, type Comparison } from '../../src/core/evaluate/compare.ts';
import type { Sample } from '../../src/device/schema.ts';
import { memoryStepHost } from '../../src/core/runtime/step-host.ts';
import { createOnnxEngine } from '../../src/core/train/onnx-engine.ts';
import { trainedFile } from '../../src/core/train/trained-file.ts';
import { createTfjsEngine } from '../../src/tfjs/engine.ts';
import {
  addedSamples,
  rowsOf,
  tableOf,
  trainingRows,
  type VersionData,
} from '../../src/worker/training-data.ts';
import { written } from '../fixtures/new-writer.ts';
import { answersOf, document, labels, parent, read, writer } from './digits.ts';

async function samplesOf({ features, labels: truth, rows }: LabelledRows): Promise<Sample[]> {
  return Promise.all(
    Array.from({ length: rows }, async (_, row) => {
      const numbers = [...features.subarray(row * 64, (row + 1) * 64)];
      return { features: numbers, label: labels[truth[row]!]!, part: await partOf(numbers) } as Sample;
    }),
  );
}

async function versionData(perDigit: number): Promise<VersionData> {
  const csv = gunzipSync(read('dataset.csv.gz')).toString();
  const dataset = parseDataset(csv, document.artifacts.dataset!.schema);
  const samples = await samplesOf(written(writer, perDigit, 11));
  const added = await tableOf(addedSamples(dataset, samples));
  return { labels, parent: await tableOf(dataset), added, addedBy: [] };
}

async function compared(taught: Bytes, rows: LabelledRows): Promise<Comparison> {
  const [old, now] = [await answersOf(parent, rows), await answersOf(taught, rows)];
  return compare(labels, { parent: { truth: rows.labels, old, new: now, dataset: null }, added: null });
}

const engines = {
  onnx: () => createOnnxEngine(() => memoryStepHost('cpu', openNodeSession)),
  tfjs: () => createTfjsEngine(['cpu']),
};

describe.each(['onnx', 'tfjs'] as const)('five samples of each digit in a new hand, taught by %s', name => {
  let data: VersionData;
  let taught: Bytes;

  beforeAll(async () => {
    data = await versionData(5);
    const recipe = { ...recipeFrom(defaultDraft)!, engine: name };
    const engine = await engines[name]();
    const trained = await engine.train(
      {
        topology: JSON.parse(new TextDecoder().decode(read('topology.json'))) as unknown,
        model: parent,
        classes: labels.length,
        train: trainingRows(data, recipe.newSampleRepeats),
        validation: rowsOf(data.parent, 'validation', data.labels),
        recipe,
      },
      { checkpoint: () => Promise.resolve() },
      () => undefined,
    );
    taught = trainedFile(parent, trained);
  }, 120_000);

  it('make it read digits of that hand that it has not seen: nine of ten and more, of six before', async () => {
    const { parent: rows, verdict } = await compared(taught, written(writer, 20, 12));
    expect(rows!.old.metrics['accuracy']).toBeLessThan(0.7);
    expect(rows!.new.metrics['accuracy']).toBeGreaterThan(0.9);
    expect(verdict).toBe('better');
  });

  it('cost nothing that can be told from chance on the digits it was made for', async () => {
    const { parent: rows, verdict } = await compared(taught, rowsOf(data.parent, 'test', labels));
    expect(rows!.n).toBe(359);
    expect(verdict).not.toBe('worse');
    expect(rows!.new.metrics['accuracy']).toBeGreaterThanOrEqual(0.97);
  });
});
