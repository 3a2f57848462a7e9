import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { float32, type Tensor } from '../../../../src/core/tensor.ts';
import { buildLoss } from '../../../../src/core/train/losses/build-loss.ts';
import { lossInputs, type LossSettings } from '../../../../src/core/train/losses/loss.ts';
import { lossWeights } from '../../../../src/core/train/losses/row-weights.ts';
import { runTape, tapeOver } from '../run-tape.ts';

async function lossOf(loss: LossSettings, output: Tensor, target: Tensor, count = output.shape[0]!) {
  const { target: spec, rows } = lossInputs(loss, output.shape);
  const total = rows.reduce((a, b) => a * b, 1);
  const perRow = total / output.shape[0]!;
  const weights = float32(rows, lossWeights(loss, target, total, count * perRow));
  const tape = tapeOver([
    { name: 'x', datatype: 'FP32', shape: output.shape },
    { name: 'y', ...spec },
    { name: 'w', datatype: 'FP32', shape: rows },
  ]);
  const name = buildLoss(tape, loss, { output: 'x', target: 'y', weights: 'w' });
  expect(tape.shape(name)).toEqual([]);
  const results = await runTape(tape, [name], { x: output, y: target, w: weights });
  return Number(results[name]!.data[0]);
}

const labels = (...data: number[]): Tensor => ({
  datatype: 'INT32',
  shape: [data.length],
  data: Int32Array.from(data),
});

/** ln softmax, in float64. */
function logs(row: readonly number[]): number[] {
  const top = Math.max(...row);
  const sum = row.reduce((total, x) => total + Math.exp(x - top), 0);
  return row.map(x => x - top - Math.log(sum));
}

describe('cross-entropy', () => {
  const logits = float32([2, 3], [1, 2, 3, 0, 0, 0]);

  it('is −ln softmax(x) of the label: 0.407606 and ln 3', async () => {
    expect(await lossOf({ kind: 'cross-entropy' }, logits, labels(2, 0))).toBeCloseTo(
      (0.4076059644443803 + Math.log(3)) / 2,
      6,
    );
  });

  it('ignores padding and labels below 0', async () => {
    const loss: LossSettings = { kind: 'cross-entropy' };
    expect(await lossOf(loss, logits, labels(2, 0), 1)).toBeCloseTo(0.4076059644443803, 6);
    expect(await lossOf(loss, logits, labels(-100, 1))).toBeCloseTo(Math.log(3), 6);
  });

  it('stays finite where a softmax would be 0', async () => {
    expect(await lossOf({ kind: 'cross-entropy' }, float32([1, 2], [1000, 0]), labels(1))).toBe(1000);
  });

  it('reads labels of every position of a sequence', async () => {
    const sequence = float32([1, 2, 3], [1, 2, 3, 0, 0, 0]);
    const target: Tensor = { datatype: 'INT32', shape: [1, 2], data: Int32Array.of(2, -1) };
    expect(await lossOf({ kind: 'cross-entropy' }, sequence, target)).toBeCloseTo(0.4076059644443803, 6);
  });

  it('smooths towards the other classes from a label whose own class weighs nothing', async () => {
    const [smoothing, weights, rows] = [0.3, [0, 1, 2], [logs([1, 2, 3]), logs([0, 0, 0])]];
    const spread = rows.map(row => row.reduce((sum, log, c) => sum - weights[c]! * log, 0));
    const own = -weights[2]! * rows[1]![2]!;
    const wanted = ((1 - smoothing) * own + (smoothing / 3) * (spread[0]! + spread[1]!)) / weights[2]!;
    const loss = { kind: 'cross-entropy', labelSmoothing: smoothing, classWeights: weights } as const;
    expect(await lossOf(loss, logits, labels(0, 2))).toBeCloseTo(wanted, 5);
  });

  it('smooths labels and weighs classes as the formula says', async () => {
    const number = fc.float({ min: -5, max: 5, noNaN: true });
    const problem = fc.integer({ min: 2, max: 5 }).chain(classes =>
      fc.record({
        rows: fc.array(
          fc.record({
            logits: fc.array(number, { minLength: classes, maxLength: classes }),
            label: fc.integer({ min: 0, max: classes - 1 }),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        smoothing: fc.double({ min: 0, max: 0.9, noNaN: true }),
        weights: fc.array(fc.double({ min: 0.1, max: 3, noNaN: true }), {
          minLength: classes,
          maxLength: classes,
        }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(problem, async ({ rows, smoothing, weights }) => {
        const classes = weights.length;
        const terms = rows.map(({ logits, label }) =>
          logs(logits).reduce((sum, log, c) => {
            const share = (1 - smoothing) * Number(c === label) + smoothing / classes;
            return sum - weights[c]! * share * log;
          }, 0),
        );
        const divisor = rows.reduce((sum, { label }) => sum + weights[label]!, 0);
        const wanted = terms.reduce((a, b) => a + b, 0) / divisor;
        const got = await lossOf(
          { kind: 'cross-entropy', labelSmoothing: smoothing, classWeights: weights },
          float32(
            [rows.length, classes],
            rows.flatMap(({ logits }) => logits),
          ),
          labels(...rows.map(({ label }) => label)),
        );
        expect(Math.abs(got - wanted)).toBeLessThan(1e-5 * Math.max(1, wanted));
      }),
      { numRuns: 20 },
    );
  });
});

describe('the losses over values', () => {
  const output = float32([2, 2], [0, 3, -1, 0.5]);
  const target = float32([2, 2], [0, 1, 1, 0]);

  it('are, for differences 0, 2, −2 and ½: 2.0625, 1.125, and Huber’s 0.78125', async () => {
    expect(await lossOf({ kind: 'mean-squared-error' }, output, target)).toBeCloseTo(2.0625, 6);
    expect(await lossOf({ kind: 'mean-absolute-error' }, output, target)).toBeCloseTo(1.125, 6);
    expect(await lossOf({ kind: 'huber', delta: 1 }, output, target)).toBeCloseTo(0.78125, 6);
  });

  it('leave padding out', async () => {
    expect(await lossOf({ kind: 'mean-squared-error' }, output, target, 1)).toBeCloseTo(2, 6);
  });

  it('take one number a row', async () => {
    expect(await lossOf({ kind: 'mean-absolute-error' }, float32([2], [1, 5]), float32([2], [0, 2]))).toBe(2);
  });
});

describe('binary cross-entropy', () => {
  it('is −ln σ(x) for a yes and −ln(1 − σ(x)) for a no', async () => {
    const logits = [2, -3, 0, 40];
    const truth = [1, 0, 1, 0];
    const wanted = logits.map((x, i) => Math.log1p(Math.exp(truth[i] ? -x : x)));
    const got = await lossOf(
      { kind: 'binary-cross-entropy' },
      float32([4, 1], logits),
      float32([4, 1], truth),
    );
    expect(got).toBeCloseTo(wanted.reduce((a, b) => a + b) / 4, 5);
  });
});

describe('divergence from a teacher', () => {
  it('is T² Σ p (ln p − ln q) of both softened', async () => {
    const [teacher, student] = [
      [2, 0, -1],
      [0.5, 0.25, 1],
    ];
    const temperature = 3;
    const p = logs(teacher.map(x => x / temperature));
    const q = logs(student.map(x => x / temperature));
    const wanted = 9 * p.reduce((sum, log, i) => sum + Math.exp(log) * (log - q[i]!), 0);
    const got = await lossOf(
      { kind: 'divergence', temperature },
      float32([1, 3], student),
      float32([1, 3], teacher),
    );
    expect(got).toBeCloseTo(wanted, 5);
  });

  it('is a mean over what lies between the rows and the classes', async () => {
    const loss: LossSettings = { kind: 'divergence', temperature: 2 };
    const [teacher, student] = [
      [2, 0, 1, 1],
      [0, 1, 3, -1],
    ];
    const [sequence, rows] = [
      [1, 2, 2],
      [2, 2],
    ];
    const wanted = await lossOf(loss, float32(rows, student), float32(rows, teacher));
    expect(wanted).toBeGreaterThan(0.1);
    expect(await lossOf(loss, float32(sequence, student), float32(sequence, teacher))).toBeCloseTo(wanted, 6);
  });

  it('is 0 where both agree', async () => {
    const same = float32([2, 2], [1, 2, 3, 4]);
    expect(await lossOf({ kind: 'divergence', temperature: 2 }, same, same)).toBeCloseTo(0, 6);
  });
});
