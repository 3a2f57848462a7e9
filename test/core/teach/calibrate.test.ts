import { describe, expect, it } from 'vitest';
import { calibrate } from '../../../src/core/teach/calibrate.ts';
import { minimize } from '../../../src/core/teach/lbfgs.ts';
import { balancedWeights, regressionObjective } from '../../../src/core/teach/softmax-regression.ts';
import { sureAbove } from '../../../src/core/teach/sure-above.ts';
import { clusters } from './clusters.ts';

describe('a temperature', () => {
  it('makes logits that are right in 80 of 100 say 0.8, however large they were', () => {
    for (const size of [0.4, 4, 12]) {
      const labels = Int32Array.from({ length: 1000 }, (_, row) => (row % 10 < 8 ? 0 : 1));
      const logits = Float64Array.from({ length: 2000 }, (_, at) => (at % 2 === 0 ? size : 0));
      const weights = new Float64Array(1000).fill(1e-3);
      const { temperature } = calibrate({ classes: 2, logits, labels, weights });
      expect(1 / (1 + Math.exp(-size / temperature))).toBeCloseTo(0.8, 2);
    }
  });

  it('leaves few rows short of certainty, though all are right', () => {
    const [labels, logits] = [Int32Array.of(0, 1), Float64Array.of(9, 0, 0, 9)];
    const { temperature } = calibrate({ classes: 2, logits, labels, weights: Float64Array.of(0.5, 0.5) });
    expect(1 / (1 + Math.exp(-9 / temperature))).toBeCloseTo(2 / 3, 3);
  });
});

describe('L-BFGS', () => {
  it('finds the minimum of Rosenbrock’s valley', async () => {
    const x = Float64Array.of(-1.2, 1);
    const value = await minimize(
      ([a, b], gradient) => {
        gradient[0] = -400 * a! * (b! - a! ** 2) - 2 * (1 - a!);
        gradient[1] = 200 * (b! - a! ** 2);
        return 100 * (b! - a! ** 2) ** 2 + (1 - a!) ** 2;
      },
      x,
      { maxSteps: 200, tolerance: 1e-8 },
    );
    expect(value).toBeLessThan(1e-12);
    expect(x[0]).toBeCloseTo(1, 5);
    expect(x[1]).toBeCloseTo(1, 5);
  });
});

describe('softmax regression', () => {
  it('has the gradient that finite differences have, for any number of rows and classes', () => {
    for (const [rows, classes] of [
      [5, 2],
      [9, 3],
      [8, 5],
    ] as const) {
      const { embeddings, labels } = clusters({ rows, classes, width: 3 });
      const objective = regressionObjective({ width: 3, classes, features: embeddings, labels }, 0.3);
      const x = Float64Array.from({ length: classes * 4 }, (_, i) => Math.sin(i + 1));
      const [gradient, unused] = [new Float64Array(x.length), new Float64Array(x.length)];
      objective(x, gradient);
      for (let i = 0; i < x.length; i++) {
        const at = (step: number) =>
          objective(
            Float64Array.from(x, (each, k) => (k === i ? each + step : each)),
            unused,
          );
        expect((at(1e-5) - at(-1e-5)) / 2e-5).toBeCloseTo(gradient[i]!, 6);
      }
    }
  });

  it('weighs classes alike', () => {
    expect([...balancedWeights(Int32Array.of(0, 0, 0, 1), 2)]).toEqual([1 / 6, 1 / 6, 1 / 6, 0.5]);
  });
});

describe('from which probability on an answer is sure', () => {
  const answers = (pairs: readonly (readonly [number, boolean])[]) => ({
    classes: 2,
    probabilities: Float32Array.from(pairs.flatMap(([p]) => [p, 1 - p])),
    labels: Int32Array.from(pairs, ([, isRight]) => (isRight ? 0 : 1)),
  });

  it('is the lowest above which 95 of 100 are right', () => {
    const pairs = Array.from({ length: 100 }, (_, i) => [i < 50 ? 0.62 : 0.82, i >= 25] as const);
    expect(sureAbove(answers(pairs))).toBe(0.65);
    expect(sureAbove(answers(pairs.map(([p]) => [p, true])))).toBe(0.5);
  });

  it('is the usual one where there is too little to tell', () => {
    expect(sureAbove(answers([[0.9, false]]))).toBe(0.6);
  });
});
