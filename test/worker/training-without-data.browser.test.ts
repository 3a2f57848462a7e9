// Training of a version that came without its data set: digits as somebody would push the graph alone, and a hand that it
// cannot read well.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BridgedTraining } from '../../src/app/bridge/training-port.ts';
import { WorkerBridge } from '../../src/app/bridge/worker-bridge.ts';
import { sha256 } from '../../src/core/artifact/digest.ts';
import { type Candidate, candidateSchema } from '../../src/core/artifact/documents.ts';
import { openDocument } from '../../src/core/artifact/signature.ts';
import { writeDataset } from '../../src/core/data/dataset.ts';
import type { Failure } from '../../src/core/errors.ts';
import type { Result } from '../../src/core/result.ts';
import type { TrainRecipe } from '../../src/core/train/recipe.ts';
import { type Database, openHaversackDB } from '../../src/device/db.ts';
import { loadIdentity } from '../../src/device/identity.ts';
import { addSample, listSamples } from '../../src/device/samples.ts';
import { samplesAlone } from '../../src/worker/training-data.ts';
import { storeDemo } from './demo-version.ts';

const recipe: TrainRecipe = {
  kind: 'train',
  engine: 'onnx',
  scope: 'all',
  loss: 'sparse-categorical-cross-entropy',
  optimizer: 'adam',
  learningRate: 0.001,
  epochs: 5,
  batchSize: 16,
  seed: 7,
  newSampleRepeats: 4,
};
const request = { model: 'digits', version: 1, recipe, shareSamples: true };
const bridge = new WorkerBridge('training');
const port = new BridgedTraining(bridge);
let db: Database;

beforeAll(async () => {
  db = await openHaversackDB();
  await storeDemo(db, { from: 'digits/1', model: 'digits', data: false });
});

afterAll(() => {
  bridge.stop();
  db.close();
});

/** A square of ink that says which it is, and something of its own: what the model has never seen. */
async function label(from: number, to: number, labels = ['3', '8']): Promise<void> {
  for (let i = from; i < to; i++) {
    const label = labels[i % labels.length]!;
    const features = Array.from({ length: 64 }, (_, at) => {
      const inside = label === '3' ? at % 8 < 4 : at % 8 >= 4;
      return inside ? 8 + ((i * 7 + at) % 8) + i / 128 : 0;
    });
    const sample = { model: 'digits', features, label, source: 'table', answered: null } as const;
    await addSample(db, sample, 'session');
  }
}

async function trained(changes: Partial<TrainRecipe> = {}) {
  const result = await port.train({ ...request, recipe: { ...recipe, ...changes } }, () => undefined);
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`);
  const row = await db.get('candidates', result.value.candidate);
  const { publicKey } = await loadIdentity(db);
  const candidate = await openDocument(row!.document, candidateSchema, publicKey);
  return { candidate, digest: result.value.candidate, comparison: result.value.comparison };
}

async function failureOf(run: Promise<Result<unknown>>): Promise<Failure> {
  const result = await run;
  if (result.ok) throw new Error('it succeeded');
  return result.error;
}

describe('a version that came without its data', () => {
  test('says how many samples it still takes', async () => {
    const wanted = async (detail: string) => {
      const failure = await failureOf(port.train(request, () => undefined));
      expect(failure).toMatchObject({ code: 'TrainingImpossible' });
      expect(failure.detail).toContain(detail);
    };
    await wanted('it takes 5 more samples and samples of 2 more classes to learn from');
    await label(0, 3, ['3']);
    await wanted('it takes 2 more samples and samples of 1 more classes to learn from');
    await label(3, 8, ['3']);
    await wanted('it takes samples of 1 more classes to learn from');
  });

  describe('that has samples enough', () => {
    let run: Awaited<ReturnType<typeof trained>>;
    let candidate: Candidate;
    beforeAll(async () => {
      await label(8, 100);
      run = await trained();
      candidate = run.candidate;
    });

    test('is judged on those of them that were held out, and on nothing else', async () => {
      const held = (await listSamples(db, 'digits')).filter(({ part }) => part === 'test');
      expect(run.comparison).toMatchObject({ parent: null, added: { n: held.length }, verdict: 'better' });
      expect(held).toHaveLength(20);
      expect(candidate.evaluations.map(({ origin, part, n }) => ({ origin, part, n }))).toEqual([
        { origin: 'new', part: 'test', n: held.length },
      ]);
    });

    test('tells of the samples by their digest, and keeps them here whatever was said', async () => {
      const samples = await listSamples(db, 'digits');
      const own = samplesAlone(candidate.interface, samples);
      const digest = await sha256(new TextEncoder().encode(writeDataset(own)));
      const rows = { train: 0, validation: 0, test: 0 };
      for (const { part } of samples) rows[part]++;
      expect(candidate.data).toEqual({ digest, rows, added: { digest, rows, shared: false } });
      expect(candidate.artifacts.dataset).toBeNull();
    });

    test('is held near its own answers, with the statistics it came with, and the candidate says so', () => {
      expect(candidate.recipe).toEqual({
        ...recipe,
        distillation: { weight: 0.2, temperature: 2 },
        batchStatistics: 'frozen',
      });
    });

    test('learns as it is told where the recipe says otherwise', async () => {
      const free = await trained({ distillation: { weight: 0, temperature: 2 } });
      expect(free.candidate.recipe).toMatchObject({ distillation: { weight: 0 } });
      expect(free.candidate.authority.file.digest).not.toBe(candidate.authority.file.digest);
      const logLoss = (outcome: typeof run) => outcome.comparison.added!.new.metrics['logLoss']!;
      expect(logLoss(free)).toBeLessThan(logLoss(run));
    });

    test('can be compared and evaluated on the same held-out samples', async () => {
      const again = await bridge.call(api =>
        api.compare({ model: 'digits', version: 1 }, { candidate: run.digest }),
      );
      expect(again).toEqual({ ok: true, value: run.comparison });
      const evaluated = await bridge.call(api =>
        api.evaluate({ model: 'digits', version: 1, variant: 'fp32' }),
      );
      expect(evaluated).toMatchObject({ ok: true, value: [run.comparison.added!.old] });
    });

    test('is not taught by the engine that cannot hold it', async () => {
      const failure = await failureOf(
        port.train({ ...request, recipe: { ...recipe, engine: 'tfjs' } }, () => undefined),
      );
      expect(failure).toEqual({
        code: 'TrainingImpossible',
        detail: 'tfjs does not distil; the engine onnx does.',
      });
    });
  });
});
