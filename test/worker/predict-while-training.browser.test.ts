// Two workers, so that a model answers while another one learns.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BridgedTraining } from '../../src/app/bridge/training-port.ts';
import { WorkerBridge } from '../../src/app/bridge/worker-bridge.ts';
import { float32 } from '../../src/core/tensor.ts';
import { type Database, openHaversackDB } from '../../src/device/db.ts';
import { storeDemo } from './demo-version.ts';
import { valueOf } from './outcome.ts';

const serving = new WorkerBridge('serving');
const bridge = new WorkerBridge('training');
const training = new BridgedTraining(bridge);
let db: Database;

beforeAll(async () => {
  db = await openHaversackDB();
  await storeDemo(db, { from: 'digits/1', model: 'digits' });
});

afterAll(() => {
  serving.stop();
  bridge.stop();
  db.close();
});

test('predictions are answered between the steps of a run', async () => {
  const { handle } = valueOf(await serving.call(api => api.open({ model: 'digits', version: 1 })));
  const input = { image: float32([1, 1, 8, 8], new Float32Array(64)) };
  const recipe = {
    kind: 'train',
    engine: 'onnx',
    scope: 'all',
    loss: 'sparse-categorical-cross-entropy',
    optimizer: 'adam',
    learningRate: 0.001,
    epochs: 5000,
    batchSize: 32,
    seed: 7,
    newSampleRepeats: 1,
  } as const;
  let step = 0;
  let answered = 0;
  /** At each progress of the run: how many predictions had been answered. */
  const seen: number[] = [];
  const run = training.train(
    { model: 'digits', version: 1, recipe, shareSamples: false, compute: 'wasm' },
    progress => {
      step = progress.step;
      seen.push(answered);
    },
  );
  await expect.poll(() => step, { timeout: 30_000 }).toBeGreaterThan(0);
  const from = step;
  while (step < from + 20) {
    valueOf(await serving.predict(handle, input));
    answered++;
  }
  await training.stop();
  expect(await run).toMatchObject({ ok: false, error: { code: 'Aborted' } });
  // Some came between two tidings of the run, and not all of them before or after.
  expect(new Set(seen.filter(count => count > 0 && count < answered)).size).toBeGreaterThan(0);
});
