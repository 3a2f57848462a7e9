// The engine for any ONNX model, as the page has it: the demo models as they are committed, trained on WebAssembly in the
// real worker, with the layers TensorFlow.js needs and without.
import { proxy } from 'comlink';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { BridgedTraining } from '../../src/app/bridge/training-port.ts';
import { WorkerBridge } from '../../src/app/bridge/worker-bridge.ts';
import { candidateSchema } from '../../src/core/artifact/documents.ts';
import { openDocument } from '../../src/core/artifact/signature.ts';
import { architectureDigest } from '../../src/core/onnx/architecture.ts';
import { readInitializers } from '../../src/core/onnx/patch.ts';
import type { TrainProgress } from '../../src/core/train/engine.ts';
import type { RatePoint } from '../../src/core/train/find-learning-rate.ts';
import type { TrainRecipe } from '../../src/core/train/recipe.ts';
import { readCandidateFile } from '../../src/device/candidates.ts';
import { type Database, openHaversackDB } from '../../src/device/db.ts';
import { loadIdentity } from '../../src/device/identity.ts';
import { openInstalled, readVariant } from '../../src/device/library.ts';
import type { TrainOutcome } from '../../src/worker/protocol.ts';
import { storeDemo } from './demo-version.ts';
import { failureOf, valueOf } from './outcome.ts';

const recipe: TrainRecipe = {
  kind: 'train',
  engine: 'onnx',
  scope: 'head',
  loss: 'sparse-categorical-cross-entropy',
  optimizer: 'adam',
  learningRate: 0.003,
  epochs: 1,
  batchSize: 32,
  seed: 7,
  newSampleRepeats: 8,
};

/** A long run would try the other ways of computing first, which a software adapter takes long for. */
const onWasm = { compute: 'wasm' } as const;

const bridge = new WorkerBridge('training');
const port = new BridgedTraining(bridge);
let db: Database;

beforeAll(async () => {
  db = await openHaversackDB();
  await storeDemo(db, { from: 'iris/2', model: 'iris' });
  await storeDemo(db, { from: 'digits/1', model: 'digits' });
  await storeDemo(db, { from: 'digits/1', model: 'no-layers', topology: false });
});

afterAll(() => {
  bridge.stop();
  db.close();
});

function train(model: string, changes: Partial<TrainRecipe> = {}, seen: TrainProgress[] = []) {
  const request = { model, version: 1, recipe: { ...recipe, ...changes }, shareSamples: false, ...onWasm };
  return port.train(request, progress => seen.push(progress));
}

test('a run stops where it is told so before anything of it is loaded', async () => {
  const fresh = new WorkerBridge('training');
  onTestFinished(() => fresh.stop());
  const request = { model: 'iris', version: 1, recipe, shareSamples: false, ...onWasm };
  const run = fresh.call(api =>
    api.train(
      request,
      proxy(() => undefined),
    ),
  );
  await fresh.tell(api => api.stop());
  expect(failureOf(await run).code).toBe('Aborted');
});

/** Names of the parent's weights that have other values in the candidate, which is signed by this device. */
async function moved(model: string, { candidate: digest }: TrainOutcome): Promise<string[]> {
  const row = await db.get('candidates', digest);
  expect(row?.state).toBe('judging');
  const signed = await openDocument(row!.document, candidateSchema, (await loadIdentity(db)).publicKey);
  expect(signed).toMatchObject({ model, parent: { version: 1 }, recipe: { engine: 'onnx' } });
  const { file } = await readCandidateFile(db, digest);
  expect(await architectureDigest(file)).toBe(signed.architecture);
  const [before, after] = [readInitializers(await readVariant(db, model, 1, 'fp32')), readInitializers(file)];
  return [...before].flatMap(([name, { data }]) =>
    data.every((value, i) => value === after.get(name)!.data[i]) ? [] : [name],
  );
}

describe.each([
  { model: 'iris', rows: 30, accurate: 0.9, head: ['species/kernel', 'species/bias'] },
  { model: 'digits', rows: 359, accurate: 0.95, head: ['digit/kernel', 'digit/bias'] },
  { model: 'no-layers', rows: 359, accurate: 0.95, head: ['digit/kernel', 'digit/bias'] },
])('$model', ({ model, rows, accurate, head }) => {
  test('its head is trained on WebAssembly to a signed candidate that is judged on the held-out rows', async () => {
    const seen: TrainProgress[] = [];
    const outcome = valueOf(await train(model, {}, seen));
    expect(outcome.backend).toBe('wasm');
    expect(seen.at(-1)).toMatchObject({ epoch: 1, epochs: 1, backend: 'wasm' });
    expect(outcome.comparison.parent!.n).toBe(rows);
    expect(outcome.comparison.parent!.new.metrics['accuracy']).toBeGreaterThan(accurate);
    expect(await moved(model, outcome)).toEqual(head);
  });
});

test.each([
  { scope: 'all', weights: ['hidden/kernel', 'hidden/bias', 'species/kernel', 'species/bias'] },
  { scope: 'biases', weights: ['hidden/bias', 'species/bias'] },
  { scope: 'lora', weights: ['hidden/kernel', 'species/kernel'] },
] as const)('$scope: $weights move, and no others', async ({ scope, weights }) => {
  expect(await moved('iris', valueOf(await train('iris', { scope })))).toEqual(weights);
});

test('a candidate with low-rank changes beside its weights is another graph, with the chunks of the weights it came from', async () => {
  const lora = { rank: 2, alpha: 2, keep: 'delta' } as const;
  const { candidate: digest } = valueOf(await train('digits', { scope: 'lora', lora }));
  const { candidate, file } = await readCandidateFile(db, digest);
  const { manifest } = await openInstalled(db, 'digits', 1);
  expect(candidate.architecture).toBe(await architectureDigest(file));
  expect(candidate.architecture).not.toBe(manifest.architecture);
  expect(candidate.interface).toEqual(manifest.interface);
  // TensorFlow.js' layers know nothing of the nodes that were added.
  expect(manifest.artifacts.topology).not.toBeNull();
  expect(candidate.artifacts.topology).toBeNull();
  const parent = await readVariant(db, 'digits', 1, 'fp32');
  const [before, after] = [readInitializers(parent), readInitializers(file)];
  for (const [name, { data }] of before) expect(after.get(name)!.data).toEqual(data);
  const has = new Set(manifest.authority.file.chunks.map(chunk => chunk.digest));
  const lacks = candidate.authority.file.chunks.filter(chunk => !has.has(chunk.digest));
  const bytes = lacks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  // The largest weights are most of it; the small ones lie among what describes the graph.
  expect(bytes / file.length).toBeLessThan(0.35);
});

test('a sweep over the rates suggests one, and stores nothing', async () => {
  const before = await db.count('candidates');
  const request = {
    model: 'digits',
    version: 1,
    recipe: { ...recipe, scope: 'all', newSampleRepeats: 1 },
    shareSamples: false,
    ...onWasm,
  } as const;
  const told: RatePoint[] = [];
  const { points, ended } = valueOf(await port.findLearningRate(request, point => told.push(point)));
  expect(points[0]!.rate).toBeCloseTo(1e-6, 12);
  expect(ended).toBe('blown-up');
  await expect.poll(() => told).toEqual(points);
  expect(await db.count('candidates')).toBe(before);
});

test('a sweep is stopped, and is none for TensorFlow.js', async () => {
  // Steps long enough that the message arrives before the sweep's end on any machine.
  const slow: TrainRecipe = { ...recipe, scope: 'all', batchSize: 512 };
  const request = { model: 'digits', version: 1, recipe: slow, shareSamples: false, ...onWasm };
  let first: () => void = () => undefined;
  const begun = new Promise<void>(resolve => (first = resolve));
  const sweep = port.findLearningRate(request, () => first());
  await begun;
  await port.stop();
  expect(await sweep).toMatchObject({ ok: false, error: { code: 'Aborted' } });
  expect(
    await port.findLearningRate({ ...request, recipe: { ...slow, engine: 'tfjs' } }, () => undefined),
  ).toMatchObject({ ok: false, error: { code: 'TrainingImpossible' } });
});

test('TensorFlow.js says that it needs the layers', async () => {
  expect(await train('no-layers', { engine: 'tfjs' })).toMatchObject({
    ok: false,
    error: { code: 'TrainingImpossible', detail: 'tfjs needs its topology, it came with none' },
  });
});

test('the same recipe gives the same weights', async () => {
  const outcomes = [valueOf(await train('digits')), valueOf(await train('digits'))];
  const files = await Promise.all(outcomes.map(({ candidate }) => readCandidateFile(db, candidate)));
  expect(files[1]!.file).toEqual(files[0]!.file);
});

test('pauses between steps, goes on, and stops at its next step without a candidate', async () => {
  const before = await db.count('candidates');
  const seen: TrainProgress[] = [];
  const run = train('digits', { scope: 'all', epochs: 5000 }, seen);
  const steps = (): number => seen.at(-1)?.step ?? 0;
  await expect.poll(steps, { timeout: 30_000 }).toBeGreaterThan(0);
  await port.pause();
  const atRest = async () => {
    const before = steps();
    await new Promise(resolve => setTimeout(resolve, 1000));
    return steps() === before;
  };
  await expect.poll(atRest, { timeout: 30_000 }).toBe(true);
  const paused = steps();
  await port.resume();
  await expect.poll(steps, { timeout: 30_000 }).toBeGreaterThan(paused);
  await port.stop();
  expect(await run).toMatchObject({ ok: false, error: { code: 'Aborted' } });
  expect(await db.count('candidates')).toBe(before);
});
