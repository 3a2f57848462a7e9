import { expect, test } from 'vitest';
import { maxPoints, tableRows, withProgress } from '../../../src/app/state/training-history.ts';
import type { HistoryPoint } from '../../../src/app/state/training-history.ts';
import type { TrainProgress } from '../../../src/core/train/engine.ts';

function report(step: number, over: Partial<TrainProgress> = {}): TrainProgress {
  return {
    step,
    steps: 100,
    epoch: Math.ceil(step / 10),
    epochs: 10,
    loss: 1 / step,
    accuracy: step / 100,
    validationLoss: null,
    validationAccuracy: null,
    elapsedMs: step,
    remainingMs: 100 - step,
    backend: 'cpu',
    ...over,
  };
}

function run(reports: readonly TrainProgress[]): readonly HistoryPoint[] {
  let history: readonly HistoryPoint[] = [];
  reports.forEach((now, i) => (history = withProgress(history, reports[i - 1] ?? null, now)));
  return history;
}

test('a point lies at the epochs that are done, fractions included', () => {
  expect(run([report(25)]).map(point => point.epochs)).toEqual([2.5]);
});

test('validation figures appear once, where their epoch ended', () => {
  const validated = { validationLoss: 0.5, validationAccuracy: 0.8 };
  const history = run([report(10), report(11, validated), report(12, validated)]);
  expect(history.map(point => point.validationAccuracy)).toEqual([null, 0.8, null]);
});

test('a repeated report adds no point', () => {
  expect(run([report(10), report(10)])).toHaveLength(1);
});

test('a long run keeps a bounded curve, its order, its last point and its validation figures', () => {
  const reports = Array.from({ length: 5001 }, (_, i) =>
    report(i + 1, { steps: 5001, ...(i >= 4000 ? { validationLoss: 0.25, validationAccuracy: 0.9 } : {}) }),
  );
  const history = run(reports);
  expect(history.length).toBeLessThanOrEqual(maxPoints);
  expect(history.at(-1)!.epochs).toBe(10);
  expect(history.filter(point => point.validationLoss === 0.25)).toHaveLength(1);
  const order = history.map(point => point.epochs);
  expect(order).toEqual([...order].sort((a, b) => a - b));
});

test('the table of a long run has the asked number of rows and ends with the last', () => {
  const history = run(Array.from({ length: 100 }, (_, i) => report(i + 1)));
  const rows = tableRows(history, 7);
  expect(rows).toHaveLength(7);
  expect(rows.at(-1)).toBe(history.at(-1));
  expect(tableRows(history.slice(0, 3), 7)).toHaveLength(3);
});
