// A run that is cut short after any step and gone on with ends as if nothing had been.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { float32 } from '../../../src/core/tensor.ts';
import { fit, type FitJob, type FitProgress } from '../../../src/core/train/fit.ts';
import type { Continuation, FitState } from '../../../src/core/train/fit-state.ts';
import type { Samples } from '../../../src/core/train/samples.ts';
import { stateFromBytes, stateToBytes } from '../../../src/core/train/state-file.ts';
import { goOn, job, type JobChanges, labelled, normalizedNet, nodeHost } from './nets.ts';

/** 3×3 images, more than a whole number of batches. */
function images(rows: number): Samples {
  const flat = labelled(
    9,
    Array.from({ length: rows }, (_, row) =>
      Array.from({ length: 9 }, (_, i) => ((row * 5 + i * 7) % 11) - 5),
    ),
    Array.from({ length: rows }, (_, row) => row % 2),
  );
  const { data } = flat.inputs['features']!;
  return { ...flat, inputs: { features: float32([rows, 1, 3, 3], data as Float32Array<ArrayBuffer>) } };
}

const train = images(22);
/** Draws masks, follows statistics, shuffles, judges: all that a run carries along. */
const runOf = (changes: JobChanges): FitJob =>
  job(normalizedNet(5, 0.3), train, {
    trainable: new Set(['conv.weight', 'bn.scale', 'bn.bias', 'head.weight', 'head.bias']),
    validation: images(9),
    epochs: 6,
    batchSize: 5,
    ...changes,
  });

const finish = async (it: FitJob, continuation?: Partial<Continuation>) => {
  const told: FitProgress[] = [];
  const whole = { resume: null, checkpoints: null, ...continuation };
  const result = await fit(it, nodeHost(), goOn, progress => told.push(progress), whole);
  return { ...result, told };
};

class Killed extends Error {}

/** What the run leaves after a step, and nothing more of it. Null where it ends before. */
async function stateAfter(
  it: FitJob,
  step: number,
  resume: FitState | null = null,
): Promise<FitState | null> {
  let due = 0;
  let left: FitState | null = null;
  const checkpoints = {
    due: () => (resume?.step ?? 0) + ++due === step,
    save: (state: FitState) => {
      left = stateFromBytes(stateToBytes(state));
      return Promise.reject(new Killed());
    },
  };
  await finish(it, { resume, checkpoints }).catch((thrown: unknown) => {
    if (!(thrown instanceof Killed)) throw thrown;
  });
  return left;
}

const bytesOf = ({ weights }: { weights: Awaited<ReturnType<typeof fit>>['weights'] }) =>
  [...weights].map(([name, { data }]) => [name, Buffer.from((data as Float32Array).buffer).toString('hex')]);

const timeless = (told: readonly FitProgress[]) => told.map(({ workedMs: _, ...progress }) => progress);

const settings: fc.Arbitrary<JobChanges> = fc.record({
  optimizer: fc.constantFrom<JobChanges['optimizer'][]>(
    { kind: 'adam' },
    { kind: 'sgd', options: { momentum: 0.9 } },
    { kind: 'adamw', options: { averageDecay: 0.9, clipNorm: 1 } },
    { kind: 'rmsprop', options: { accumulate: 3 } },
  ),
  schedule: fc.constantFrom<JobChanges['schedule'][]>(
    { kind: 'one-cycle' },
    { kind: 'plateau', factor: 0.5, patience: 0 },
  ),
  patience: fc.constantFrom(null, 1),
  validation: fc.constantFrom(null, images(9)),
  statistics: fc.constantFrom<('batch' | 'frozen')[]>('batch', 'frozen'),
  seed: fc.nat(1000),
}) as fc.Arbitrary<JobChanges>;

describe('a run that was cut short', () => {
  it('ends with the very same weights, whatever it carries along and wherever it was cut, twice too', async () => {
    await fc.assert(
      fc.asyncProperty(
        settings,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 6 }),
        async (changes, first, more) => {
          const it = runOf(changes);
          const whole = await finish(it);
          const one = await stateAfter(it, first);
          fc.pre(one !== null);
          const two = (await stateAfter(it, first + more, one)) ?? one;
          const resumed = await finish(it, { resume: two });
          expect(bytesOf(resumed)).toEqual(bytesOf(whole));
          expect(timeless(resumed.told)).toEqual(timeless(whole.told.slice(-resumed.told.length)));
          expect(resumed.validation).toEqual(whole.validation);
          expect(resumed.epochs).toBe(whole.epochs);
          expect(resumed.firstAnswers).toEqual(whole.firstAnswers);
        },
      ),
      { numRuns: 12 },
    );
  });
});
