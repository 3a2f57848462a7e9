// Training as the page has it: iris version 2 as it is committed, new samples, and what is in the store afterwards.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BridgedTraining } from '../../src/app/bridge/training-port.ts';
import { WorkerBridge } from '../../src/app/bridge/worker-bridge.ts';
import { sha256 } from '../../src/core/artifact/digest.ts';
import { candidateSchema, type Candidate } from '../../src/core/artifact/documents.ts';
import { openDocument } from '../../src/core/artifact/signature.ts';
import { type Dataset, maxDatasetBytes, parseDataset, writeDataset } from '../../src/core/data/dataset.ts';
import { gunzip } from '../../src/core/gunzip.ts';
import { rowKey } from '../../src/core/data/split.ts';
import type { TrainProgress } from '../../src/core/train/engine.ts';
import type { TrainRecipe } from '../../src/core/train/recipe.ts';
import { float32 } from '../../src/core/tensor.ts';
import { readCandidateFile } from '../../src/device/candidates.ts';
import { type Database, openHaversackDB } from '../../src/device/db.ts';
import { loadIdentity } from '../../src/device/identity.ts';
import { readFile } from '../../src/device/library.ts';
import { addSample, listSamples } from '../../src/device/samples.ts';
import { countParts } from '../../src/worker/training-data.ts';
import { storeDemo } from './demo-version.ts';
import { storeVersion } from './stored.ts';
import { failureOf, valueOf } from './outcome.ts';

const recipe: TrainRecipe = {
  kind: 'train',
  engine: 'tfjs',
  scope: 'all',
  loss: 'sparse-categorical-cross-entropy',
  optimizer: 'adam',
  learningRate: 0.001,
  epochs: 3,
  batchSize: 32,
  seed: 7,
  newSampleRepeats: 4,
};
const request = { model: 'iris', version: 1, recipe, shareSamples: true };

const bridge = new WorkerBridge('training');
const port = new BridgedTraining(bridge);
let db: Database;

beforeAll(async () => {
  db = await openHaversackDB();
  await storeDemo(db, { from: 'iris/2', model: 'iris' });
  await storeVersion(db, { model: 'bare' });
  for (let i = 0; i < 12; i++) {
    await addSample(db, {
      model: 'iris',
      features: [5 + i / 10, 3, 4.5, 1.5],
      label: 'virginica',
      source: 'form',
      answered: 'versicolor',
    });
  }
});

afterAll(() => {
  bridge.stop();
  db.close();
});

async function candidateOf(digest: string): Promise<Candidate> {
  const row = await db.get('candidates', digest);
  expect(row?.state).toBe('judging');
  return openDocument(row!.document, candidateSchema, (await loadIdentity(db)).publicKey);
}

function keysOf({ rows, values }: Dataset): string[] {
  return Array.from({ length: rows }, (_, row) => rowKey(values.subarray(row * 4, (row + 1) * 4)));
}

describe('train', () => {
  test('fine-tunes iris, judges both on the same rows, and stores a signed candidate that answers', async () => {
    const seen: TrainProgress[] = [];
    const outcome = valueOf(await port.train(request, progress => seen.push(progress)));
    const adapter = 'gpu' in navigator ? await navigator.gpu.requestAdapter().catch(() => null) : null;
    if (adapter) expect(outcome.backend).toBe('webgpu');
    else expect(['webgl', 'cpu']).toContain(outcome.backend);
    expect(seen.at(-1)).toMatchObject({ epoch: 3, epochs: 3, backend: outcome.backend });
    expect(outcome.comparison.parent).toMatchObject({ n: 30 });
    expect(outcome.comparison.parent!.old.metrics['accuracy']).toBe(1);
    expect(outcome.comparison.added?.n).toBeGreaterThan(0);

    const candidate = await candidateOf(outcome.candidate);
    expect(candidate).toMatchObject({
      model: 'iris',
      parent: { version: 1 },
      recipe,
      labels: ['setosa', 'versicolor', 'virginica'],
    });
    expect(candidate.data!.added).toMatchObject({ shared: true });
    expect(candidate.artifacts.dataset!.rows).toBe(162);
    expect(candidate.evaluations.map(each => each.origin)).toEqual(['parent', 'new']);

    const opened = valueOf(await bridge.call(api => api.openCandidate(outcome.candidate)));
    const inputs = { measurements: float32([1, 4], [5.1, 3.5, 1.4, 0.2]) };
    const { outputs } = valueOf(await bridge.predict(opened.handle, inputs));
    expect(outputs['probabilities']!.data[0]).toBeGreaterThan(0.5);
    const again = valueOf(
      await bridge.call(api => api.compare({ model: 'iris', version: 1 }, { candidate: outcome.candidate })),
    );
    expect(again).toEqual(outcome.comparison);
  });

  test('the digests tell of the rows that travel: all of them, and the new ones in their parts', async () => {
    const outcome = valueOf(await port.train(request, () => undefined));
    const { data, artifacts } = await candidateOf(outcome.candidate);
    const { file, schema } = artifacts.dataset!;
    const csv = await gunzip(await readFile(db, file), maxDatasetBytes);
    expect(await sha256(csv)).toBe(data!.digest);
    const all = parseDataset(new TextDecoder().decode(csv), schema);
    const fresh: Dataset = {
      ...all,
      rows: all.rows - 150,
      values: all.values.slice(150 * 4),
      labels: all.labels.slice(150),
      parts: all.parts.slice(150),
    };
    const samples = await listSamples(db, 'iris');
    // 5.4, 3, 4.5, 1.5 is a versicolor of the data set: what has the numbers of a row has that row's part.
    const twin = all.parts[keysOf(all).indexOf(rowKey([5.4, 3, 4.5, 1.5]))]!;
    expect(samples.map(({ features }) => rowKey(features))).toEqual(keysOf(fresh));
    expect(fresh.parts).toEqual(samples.map(({ part, features }) => (features[0] === 5.4 ? twin : part)));
    expect(data!.added!.rows).toEqual(countParts(fresh));
    expect(await sha256(new TextEncoder().encode(writeDataset(fresh)))).toBe(data!.added!.digest);
  });

  test('another device learns further from what was shared: the samples are rows now, and come no second time', async () => {
    const first = valueOf(await port.train(request, () => undefined));
    const { candidate, file } = await readCandidateFile(db, first.candidate);
    // As a pull would leave it where nothing was ever labelled.
    const { interface: modelInterface, labels, evaluations, data, artifacts } = candidate;
    const overrides = { interface: modelInterface, labels, evaluations, data, artifacts };
    await storeVersion(db, { model: 'elsewhere', file, overrides });
    const further = { ...request, model: 'elsewhere' };
    const again = valueOf(await port.train(further, () => undefined));
    expect((await candidateOf(again.candidate)).data).toEqual({ ...data, added: null });
    expect(again.comparison).toMatchObject({ parent: { n: data!.rows.test }, added: null });
    expect(data!.rows.test).toBeGreaterThan(30);

    const shared = { model: 'elsewhere', label: 'virginica', source: 'form', answered: null } as const;
    await addSample(db, { ...shared, features: [5, 3, 4.5, 1.5] });
    await addSample(db, { ...shared, features: [5, 3, 4.5, 1.625] });
    const more = valueOf(await port.train(further, () => undefined));
    expect((await candidateOf(more.candidate)).artifacts.dataset!.rows).toBe(163);
  });

  test('a page that closes in the middle of a run leaves no candidate, no piece of one and no lock', async () => {
    const [candidates, chunks] = [await db.count('candidates'), await db.count('chunks')];
    let worker: Worker | undefined;
    const createWorker = (): Worker =>
      (worker = new Worker(new URL('../../src/worker/main.ts', import.meta.url), { type: 'module' }));
    let steps = 0;
    const long = { ...request, recipe: { ...recipe, epochs: 5000 } };
    // Its answer never comes.
    void new BridgedTraining(new WorkerBridge('training', { createWorker })).train(long, ({ step }) => {
      steps = step;
    });
    await expect.poll(() => steps, { timeout: 30_000 }).toBeGreaterThan(0);
    worker!.terminate();
    expect(await db.count('candidates')).toBe(candidates);
    expect(await db.count('chunks')).toBe(chunks);
    // The browser lets go of them once the worker is gone.
    await expect.poll(async () => (await navigator.locks.query()).held).toEqual([]);
  });

  test('samples that are not shared stay here: the parent’s data set travels, and only a digest tells of them', async () => {
    const outcome = valueOf(await port.train({ ...request, shareSamples: false }, () => undefined));
    const candidate = await candidateOf(outcome.candidate);
    expect(candidate.data!.added).toMatchObject({ shared: false });
    expect(candidate.artifacts.dataset!.rows).toBe(150);
  });

  test('only the head’s weights move when only the head is trained', async () => {
    const outcome = valueOf(
      await port.train({ ...request, recipe: { ...recipe, scope: 'head' } }, () => undefined),
    );
    expect((await candidateOf(outcome.candidate)).recipe).toMatchObject({ scope: 'head' });
  });

  test('says what a version lacks', async () => {
    const failure = failureOf(await port.train({ ...request, model: 'bare' }, () => undefined));
    const detail = 'tfjs needs its topology, it came with none';
    expect(failure).toEqual({ code: 'TrainingImpossible', detail });
  });

  test('pauses between steps, goes on, and stops at its next step without a candidate', async () => {
    const before = await db.count('candidates');
    let steps = 0;
    const long = { ...request, recipe: { ...recipe, epochs: 5000 } };
    const run = port.train(long, ({ step }) => {
      steps = step;
    });
    await expect.poll(() => steps, { timeout: 30_000 }).toBeGreaterThan(0);
    await port.pause();
    const atRest = async () => {
      const before = steps;
      await new Promise(resolve => setTimeout(resolve, 1000));
      return steps === before;
    };
    await expect.poll(atRest, { timeout: 30_000 }).toBe(true);
    const paused = steps;
    await port.resume();
    await expect.poll(() => steps, { timeout: 30_000 }).toBeGreaterThan(paused);
    const { generation } = bridge;
    await port.stop();
    expect(failureOf(await run)).toMatchObject({ code: 'Aborted', detail: 'stopped between two steps' });
    expect(bridge.generation).toBe(generation);
    expect(await db.count('candidates')).toBe(before);
  });

  test('evaluates an installed variant on its held-out rows as its manifest says', async () => {
    const evaluations = valueOf(
      await bridge.call(api => api.evaluate({ model: 'iris', version: 1, variant: 'fp32' })),
    );
    const row = await db.get('installed', ['iris', 1]);
    const { evaluations: told } = row!.manifest.signed as { evaluations: { part: string; origin: string }[] };
    const test = told.find(each => each.part === 'test' && each.origin === 'parent');
    expect(evaluations[0]).toMatchObject({ ...test, metrics: expect.objectContaining({ accuracy: 1 }) });
  });
});
