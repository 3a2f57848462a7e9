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
const head = ['head.weight', 'head.bias'];
const everything = ['conv.weight', 'bn.scale', 'bn.bias', ...head];
/** Draws masks, follows statistics, shuffles, judges: all that a run carries along. */
const runOf = (changes: JobChanges): FitJob =>
  job(normalizedNet(5, 0.3), train, {
    trainable: new Set(everything),
    validation: images(9),
    epochs: 5,
    batchSize: 5,
    ...changes,
  });

const finish = async (it: FitJob, continuation?: Partial<Continuation>) => {
  const told: FitProgress[] = [];
  const whole = { resume: null, checkpoints: null, ...continuation };
  const result = await fit(it, nodeHost(), goOn, progress => told.push(progress), whole);
  return { ...result, told };
};

/** Runs it to its end, and leaves its state after every step. */
async function recorded(it: FitJob, resume: FitState | null = null) {
  const states: FitState[] = [];
  const checkpoints = {
    due: () => true,
    save: (state: FitState) => {
      states.push(stateFromBytes(stateToBytes(state)));
      return Promise.resolve();
    },
  };
  return { ...(await finish(it, { resume, checkpoints })), states };
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
  /** What the teacher answers is asked again, of the weights that the run began with. */
  distillation: fc.constantFrom<JobChanges['distillation'][]>(null, { weight: 0.3, temperature: 2 }),
  /** The head alone has the rest of the net behind it in a cache. */
  trainable: fc.constantFrom(new Set(everything), new Set(head)),
  seed: fc.nat(1000),
}) as fc.Arbitrary<JobChanges>;

/** One of them, wherever it lies. */
const anyOf = <T>(items: readonly T[], share: number): T => items[Math.floor(share * items.length)]!;
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('a run that was cut short', () => {
  it('ends with the very same weights, whatever it carries along and wherever it was cut, twice too', async () => {
    await fc.assert(
      fc.asyncProperty(settings, share, share, async (changes, first, second) => {
        const it = runOf(changes);
        const whole = await recorded(it);
        const once = await recorded(it, anyOf(whole.states, first));
        const state = anyOf(once.states.length > 0 ? once.states : whole.states, second);
        const twice = await finish(it, { resume: state });
        for (const resumed of [once, twice]) {
          expect(bytesOf(resumed)).toEqual(bytesOf(whole));
          expect(timeless(resumed.told)).toEqual(timeless(whole.told.slice(-resumed.told.length)));
          expect(resumed.validation).toEqual(whole.validation);
          expect(resumed.epochs).toBe(whole.epochs);
          expect(resumed.firstAnswers).toEqual(whole.firstAnswers);
        }
      }),
      { numRuns: 8 },
    );
  }, 90_000);

  it('is what it would be if no state had been left', async () => {
    expect(bytesOf(await recorded(runOf({})))).toEqual(bytesOf(await finish(runOf({}))));
  });

  it('counts what was worked before', async () => {
    const { states } = await recorded(runOf({}));
    const state = { ...states.at(-1)!, workedMs: 3_600_000 };
    const resumed = await finish(runOf({}), { resume: state });
    expect(resumed.told[0]!.workedMs).toBeGreaterThan(3_600_000);
    expect(resumed.workedMs).toBeGreaterThan(resumed.told[0]!.workedMs);
  });

  it('is refused where rows or weights are others', async () => {
    const [state] = (await recorded(runOf({ epochs: 1 }))).states;
    const fewer = job(normalizedNet(5, 0.3), images(21));
    await expect(finish(fewer, { resume: state! })).rejects.toMatchObject({
      code: 'TrainingImpossible',
      detail: 'The run was begun on 22 rows, and there are 21.',
    });
    await expect(finish(runOf({ epochs: 2 }), { resume: state! })).rejects.toThrow(
      'The run was begun with 5 steps before it, and there are 10.',
    );
    const other = runOf({ trainable: new Set(['conv.weight']) });
    await expect(finish(other, { resume: state! })).rejects.toThrow('The run was begun on another graph');
  });

  it('ends where its state cannot be left', async () => {
    const checkpoints = { due: () => true, save: () => Promise.reject(new Error('broken')) };
    await expect(finish(runOf({}), { checkpoints })).rejects.toThrow('broken');
  });
});
