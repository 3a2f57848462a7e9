import { describe, expect, it } from 'vitest';
import { evaluate, perClass } from '../../../src/core/evaluate/metrics.ts';

const context = { part: 'test', origin: 'parent', dataset: null } as const;
const labels = ['a', 'b', 'c'];
function judge(truth: number[], answers: number[], probabilities?: number[]) {
  return evaluate(Int32Array.from(truth), Int32Array.from(answers), labels, {
    ...context,
    ...(probabilities && { probabilities }),
  });
}

describe('evaluate', () => {
  it('gives scikit-learn 1.9.1’s numbers', () => {
    const { metrics, confusion, n } = judge([0, 1, 2, 0, 1, 2, 2, 1], [0, 2, 1, 0, 0, 1, 2, 1]);
    expect(n).toBe(8);
    expect(metrics['accuracy']).toBe(0.5);
    expect(metrics['precision']).toBeCloseTo(0.5, 10);
    expect(metrics['recall']).toBeCloseTo(0.5555555556, 10);
    expect(metrics['f1']).toBeCloseTo(0.5111111111, 10);
    expect(metrics['kappa']).toBeCloseTo(0.2558139535, 10);
    expect(confusion).toEqual([
      [2, 0, 0],
      [1, 1, 1],
      [0, 2, 1],
    ]);
  });

  it('has no kappa where all is one class, and 0 for a constant answer', () => {
    expect(judge([1, 1, 1], [1, 1, 1]).metrics['kappa']).toBeNull();
    expect(judge([0, 1, 0, 1], [1, 1, 1, 1]).metrics['kappa']).toBe(0);
  });

  it('leaves a class that never occurs out of the means, and counts an undefined one as 0', () => {
    expect(judge([0, 0], [0, 0]).metrics).toMatchObject({ precision: 1, recall: 1, f1: 1 });
    // b is the truth once and never answered: precision undefined → 0.
    expect(judge([0, 1], [0, 0]).metrics).toMatchObject({ precision: 0.25, recall: 0.5 });
  });

  it('is null throughout without rows', () => {
    const empty = judge([], [], []);
    expect(empty.interval).toBeNull();
    expect(Object.values(empty.metrics)).toEqual([null, null, null, null, null, null]);
  });

  it('computes log-loss by hand, in binary64, away from ln 0', () => {
    expect(judge([0, 2], [0, 2], [0.5, 0.25, 0.25, 0, 0.2, 0.8]).metrics['logLoss']).toBeCloseTo(
      -(Math.log(0.5) + Math.log(0.8)) / 2,
      12,
    );
    expect(judge([0], [1], [0, 1, 0]).metrics['logLoss']).toBeCloseTo(36.04365338911715, 10);
  });

  it('refuses answers that are no class', () => {
    expect(() => judge([0], [3])).toThrow('row 0 has truth 0, answer 3 of 3');
  });
});

describe('perClass', () => {
  it('has support, precision, recall and F1 of each', () => {
    expect(
      perClass([
        [2, 0, 0],
        [1, 1, 0],
        [0, 0, 0],
      ]),
    ).toEqual([
      { support: 2, precision: 2 / 3, recall: 1, f1: 0.8 },
      { support: 2, precision: 1, recall: 0.5, f1: 2 / 3 },
      { support: 0, precision: null, recall: null, f1: null },
    ]);
  });
});
