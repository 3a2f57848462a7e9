// A run whose loss becomes no number, in the real worker: what it had learnt before is a candidate like any other.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BridgedTraining } from '../../src/app/bridge/training-port.ts';
import { WorkerBridge } from '../../src/app/bridge/worker-bridge.ts';
import { readInitializers } from '../../src/core/onnx/patch.ts';
import type { TrainRecipe } from '../../src/core/train/recipe.ts';
import { readCandidateFile } from '../../src/device/candidates.ts';
import { type Database, openHaversackDB } from '../../src/device/db.ts';
import { storeDemo } from './demo-version.ts';

/** Every weight is multiplied by 1 − η λ in each step. */
const growing = (weightDecay: number): TrainRecipe => ({
  kind: 'train',
  engine: 'onnx',
  scope: 'all',
  loss: 'sparse-categorical-cross-entropy',
  optimizer: 'adamw',
  options: { weightDecay },
  learningRate: 1,
  epochs: 50,
  batchSize: 32,
  seed: 7,
  newSampleRepeats: 1,
});

const bridge = new WorkerBridge('training');
const port = new BridgedTraining(bridge);
let db: Database;

beforeAll(async () => {
  db = await openHaversackDB();
  await storeDemo(db, { from: 'iris/2', model: 'iris' });
});
afterAll(() => {
  bridge.stop();
  db.close();
});

const train = (weightDecay: number) =>
  port.train(
    { model: 'iris', version: 1, recipe: growing(weightDecay), shareSamples: false },
    () => undefined,
  );

test('gives a candidate of the last good epoch, and says where it stopped', async () => {
  const result = await train(100);
  if (!result.ok) throw new Error(result.error.detail);
  const { diverged, candidate, comparison } = result.value;
  expect(diverged!.keptEpoch).toBeGreaterThan(0);
  expect(diverged!.message).toContain(`step ${diverged!.step}`);
  const { file } = await readCandidateFile(db, candidate);
  for (const { data } of readInitializers(file).values()) {
    expect(Array.from(data as Float32Array).every(Number.isFinite)).toBe(true);
  }
  expect(comparison.parent!.new.metrics['accuracy']).toBeGreaterThanOrEqual(0);
  expect(await db.count('runs')).toBe(0);
});

test('gives none where no epoch was good', async () => {
  const before = await db.count('candidates');
  expect(await train(1e30)).toMatchObject({ ok: false, error: { code: 'TrainingDiverged' } });
  expect(await db.count('candidates')).toBe(before);
});
