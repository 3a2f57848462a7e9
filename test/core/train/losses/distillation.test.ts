import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { float32, type Tensor } from '../../../../src/core/tensor.ts';
import { gradient } from '../../../../src/core/train/gradient/gradient.ts';
import type { Tape } from '../../../../src/core/train/gradient/tape.ts';
import { buildLoss } from '../../../../src/core/train/losses/build-loss.ts';
import { distilled, type Distillation } from '../../../../src/core/train/losses/distillation.ts';
import { lossInputs, type LossSettings } from '../../../../src/core/train/losses/loss.ts';
import { evenWeights, lossWeights } from '../../../../src/core/train/losses/row-weights.ts';
import { compare } from '../gradient/finite-differences.ts';
import { runTape, tapeOver } from '../run-tape.ts';

interface Lesson {
  readonly loss: LossSettings;
  readonly distillation: Distillation;
  /** The student's numbers and the teacher's, of one shape. */
  readonly student: Tensor;
  readonly teacher: Tensor;
  readonly target: Tensor;
  /** Rows that are no padding. */
  readonly count?: number;
}

/** x0 is the student's output; all else is constant. */
function lossTape({ loss, distillation, student, teacher, target, count }: Lesson): {
  tape: Tape;
  name: string;
} {
  const { shape } = student;
  const [rows] = shape as [number];
  const tape = tapeOver([{ name: 'x0', datatype: 'FP32', shape }]);
  const counted = lossInputs(loss, shape).rows.reduce((a, b) => a * b, 1);
  const own = (counted / rows) * (count ?? rows);
  const weights = tape.constant(
    float32(lossInputs(loss, shape).rows, lossWeights(loss, target, counted, own)),
  );
  const hard = buildLoss(tape, loss, { output: 'x0', target: tape.constant(target), weights });
  const even = tape.constant(float32([rows], evenWeights(rows, count ?? rows)));
  const names = { output: 'x0', teacher: { answers: tape.constant(teacher), weights: even } };
  return { tape, name: distilled(tape, hard, loss, distillation, names) };
}

async function lossOf(lesson: Lesson): Promise<number> {
  const { tape, name } = lossTape(lesson);
  const results = await runTape(tape, [name], { x0: lesson.student });
  return Number(results[name]!.data[0]);
}

/** In float64. */
function softmax(row: readonly number[]): number[] {
  const powers = row.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map(power => power / sum);
}

function divergence(teacher: readonly number[], student: readonly number[], t: number): number {
  const [p, q] = [softmax(teacher.map(x => x / t)), softmax(student.map(x => x / t))];
  return t * t * p.reduce((sum, share, i) => sum + share * Math.log(share / q[i]!), 0);
}

const labels = (...data: number[]): Tensor => ({
  datatype: 'INT32',
  shape: [data.length],
  data: Int32Array.from(data),
});

const near = { weight: 0.25, temperature: 2 };
const [student, teacher] = [
  [1, 2, -1],
  [0, 1.5, 1],
];

describe('a distilled loss', () => {
  it('is, over classes, (1 − w) of the labels’ and w of T² KL(teacher ‖ student)', async () => {
    const got = await lossOf({
      loss: { kind: 'cross-entropy' },
      distillation: near,
      student: float32([1, 3], student),
      teacher: float32([1, 3], teacher),
      target: labels(0),
    });
    const hard = -Math.log(softmax(student)[0]!);
    expect(got).toBeCloseTo(0.75 * hard + 0.25 * divergence(teacher, student, 2), 5);
  });

  it('is, over yes or no, the divergence of each answer’s two probabilities', async () => {
    const [x, t] = [
      [0.5, -2, 30],
      [1, 2, 25],
    ];
    const got = await lossOf({
      loss: { kind: 'binary-cross-entropy' },
      distillation: { weight: 1, temperature: 3 },
      student: float32([1, 3], x),
      teacher: float32([1, 3], t),
      target: float32([1, 3], [0, 0, 0]),
    });
    const each = x.map((value, i) => divergence([t[i]!, 0], [value, 0], 3));
    expect(got).toBeCloseTo(each.reduce((a, b) => a + b) / 3, 4);
  });

  it('is, over values, the mean square of the distance to the teacher’s', async () => {
    for (const kind of ['mean-squared-error', 'mean-absolute-error', 'huber'] as const) {
      const got = await lossOf({
        loss: { kind },
        distillation: { weight: 1, temperature: 5 },
        student: float32([2, 1], [3, 1]),
        teacher: float32([2, 1], [1, 2]),
        target: float32([2, 1], [9, 9]),
      });
      expect(got).toBeCloseTo((4 + 1) / 2, 5);
    }
  });

  it('weighs rows of the teacher alike, whatever their class weighs, and padding not at all', async () => {
    const rows = { student: float32([3, 3], [...student, ...student, 9, 9, 9]) };
    const got = await lossOf({
      ...rows,
      loss: { kind: 'cross-entropy', classWeights: [100, 1, 1] },
      distillation: { weight: 1, temperature: 2 },
      teacher: float32([3, 3], [...teacher, ...student, 0, 5, 0]),
      target: labels(0, 1, 2),
      count: 2,
    });
    expect(got).toBeCloseTo(divergence(teacher, student, 2) / 2, 5);
  });

  it('has the gradient that finite differences say', async () => {
    const number = fc.float({ min: -2, max: 2, noNaN: true });
    const kinds = fc.constantFrom<LossSettings['kind']>(
      'cross-entropy',
      'binary-cross-entropy',
      'mean-squared-error',
    );
    const lessons = fc
      .record({ kind: kinds, rows: fc.integer({ min: 1, max: 3 }), classes: fc.integer({ min: 2, max: 4 }) })
      .chain(({ kind, rows, classes }) => {
        const numbers = fc.array(number, { minLength: rows * classes, maxLength: rows * classes });
        const label = fc.array(fc.integer({ min: 0, max: classes - 1 }), {
          minLength: rows,
          maxLength: rows,
        });
        return fc.record({
          kind: fc.constant(kind),
          shape: fc.constant([rows, classes]),
          student: numbers,
          teacher: numbers,
          label,
          weight: fc.double({ min: 0, max: 1, noNaN: true }),
          temperature: fc.double({ min: 1, max: 5, noNaN: true }),
        });
      });
    await fc.assert(
      fc.asyncProperty(lessons, async ({ kind, shape, student, teacher, label, ...distillation }) => {
        const loss = { kind } as LossSettings;
        const target = kind === 'cross-entropy' ? labels(...label) : float32(shape, teacher.map(Math.sign));
        const lesson = { loss, distillation, target, teacher: float32(shape, teacher) };
        const { tape, name } = lossTape({ ...lesson, student: float32(shape, student) });
        const grads = gradient(tape, { loss: name, wrt: ['x0'] });
        const inputs = [{ shape, values: student.map(Math.fround) }];
        await compare(tape.graph, name, grads, { inputs, datatype: 'FP32' });
      }),
      { numRuns: 12, seed: 20261126, endOnFailure: true },
    );
  });
});
