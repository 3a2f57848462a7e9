import { expect, test } from 'vitest';
import type { Column } from '../../../src/app/screens/shrink/columns.ts';
import { findingsOf } from '../../../src/app/screens/shrink/findings.ts';
import type { Timing } from '../../../src/app/screens/shrink/timing.ts';
import type { Evaluation } from '../../../src/core/artifact/documents.ts';

function judged(accuracy: number, low: number, high: number): Evaluation {
  return {
    part: 'test',
    origin: 'parent',
    dataset: null,
    n: 360,
    metrics: { accuracy },
    interval: { metric: 'accuracy', level: 0.95, low, high, method: 'wilson' },
    confusion: null,
  };
}

function column(name: string, bytes: number, evaluation: Evaluation | null): Column {
  return { name, bytes, evaluation, authority: name === 'fp32', here: true };
}

function timing(runMs: number): Timing {
  return { openMs: 10, runMs, provider: 'wasm', threads: 1 };
}

const large = column('fp32', 1000, judged(0.96, 0.93, 0.98));

test('a smaller variant of the same accuracy is said to be that, and no more before it was measured', () => {
  const small = column('int8', 270, judged(0.955, 0.925, 0.975));
  expect(findingsOf([large, small], new Map())).toEqual([
    { kind: 'smaller', name: 'int8', share: 0.73 },
    { kind: 'sameAccuracy' },
  ]);
});

test('a variant that came out larger is called larger', () => {
  const small = column('int8', 1210, null);
  const [finding] = findingsOf([large, small], new Map());
  expect(finding).toMatchObject({ kind: 'larger', name: 'int8' });
  expect(finding).toHaveProperty('share', expect.closeTo(0.21, 6));
});

test('an accuracy outside the other’s interval is told with both figures', () => {
  const small = column('int8', 270, judged(0.8, 0.75, 0.84));
  expect(findingsOf([large, small], new Map())[1]).toEqual({ kind: 'worse', small: 0.8, large: 0.96 });
});

test('int8 that is slower here is called slower, equal is called equal', () => {
  const small = column('int8', 270, null);
  const speed = (ms: number) =>
    findingsOf(
      [large, small],
      new Map([
        ['fp32', timing(2)],
        ['int8', timing(ms)],
      ]),
    ).at(-1);
  expect(speed(3)).toEqual({ kind: 'slower', smallMs: 3, largeMs: 2 });
  expect(speed(2.1)).toEqual({ kind: 'sameSpeed' });
  expect(speed(1)).toEqual({ kind: 'faster', factor: 2 });
});

test('a version in one size has nothing to be held against', () => {
  expect(findingsOf([large], new Map())).toEqual([{ kind: 'one' }]);
});
