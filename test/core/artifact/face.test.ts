import { describe, expect, it, test } from 'vitest';
import { interfaceAfter, mayFollow } from '../../../src/core/artifact/face.ts';
import type { ModelInterface } from '../../../src/core/artifact/interface.ts';

const face = (notSureBelow: number, classes = 3): ModelInterface => ({
  inputs: [{ name: 'photo', datatype: 'UINT8', shape: [-1, -1, -1, 3], meaning: null }],
  outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, classes], meaning: null }],
  decision: { kind: 'softmax', output: 'probabilities', from: 'probabilities', notSureBelow },
});

test('what comes after a version is not sure where that is not sure', () => {
  expect(interfaceAfter(face(0.5), face(0.7))).toEqual(face(0.5));
});

test('whatever the order of its members', () => {
  const { decision, ...rest } = face(0.7);
  expect(interfaceAfter(face(0.5), { decision, ...rest })).toEqual(face(0.5));
});

test('columns that reach further are no other: what comes after keeps when that is not sure', () => {
  const rows = (notSureBelow: number, names: string[], most: number): ModelInterface => {
    const ranges: [number, number][] = names.map(() => [0, most]);
    const meaning = { kind: 'features' as const, names, units: names.map(() => null), ranges };
    const inputs = [{ name: 'row', datatype: 'FP32' as const, shape: [-1, names.length], meaning }];
    return { ...face(notSureBelow), inputs };
  };
  expect(interfaceAfter(rows(0.5, ['x'], 1), rows(0.7, ['x'], 2))).toEqual(rows(0.5, ['x'], 2));
  expect(interfaceAfter(rows(0.5, ['x'], 1), rows(0.7, ['y'], 1))).toEqual(rows(0.7, ['y'], 1));
});

test('where more than that is another, it is as it was made', () => {
  expect(interfaceAfter(face(0.5), face(0.7, 4))).toEqual(face(0.7, 4));
  expect(interfaceAfter(face(0.5), { ...face(0.7), decision: null })).toEqual({
    ...face(0.7),
    decision: null,
  });
});

describe('what may come after a version', () => {
  const shown = { kind: 'show' };
  const version = (labels: string[], recipe: { kind: string } | null = shown, notSureBelow = 0.5) => ({
    interface: face(notSureBelow, labels.length),
    labels,
    task: 'classification' as const,
    recipe,
  });

  it.each([
    ['one more class', version(['a', 'b', 'c']), true],
    ['another name for one', version(['a', 'c']), true],
    ['another threshold', version(['a', 'b'], shown, 0.8), true],
    ['the same classes, however taught', version(['a', 'b'], { kind: 'train' }), true],
    ['other classes, taught otherwise', version(['a', 'b', 'c'], { kind: 'train' }), false],
    ['other classes, nobody knows how', version(['a', 'b', 'c'], null), false],
    ['another task', { ...version(['a', 'b']), task: 'other' as const }, false],
    [
      'another input',
      {
        ...version(['a', 'b']),
        interface: { ...face(0.5, 2), inputs: [{ ...face(0.5).inputs[0]!, name: 'x' }] },
      },
      false,
    ],
  ])('taught by showing: %s', async (_what, next, may) => {
    expect(await mayFollow(version(['a', 'b']), next)).toBe(may);
  });

  it('by rows whose columns reach further, but not by rows of other columns', async () => {
    const rows = (names: string[], ranges: [number, number][]) => {
      const meaning = { kind: 'features' as const, names, units: names.map(() => null), ranges };
      const input = { name: 'row', datatype: 'FP32' as const, shape: [-1, names.length], meaning };
      return { ...version(['a', 'b']), interface: { ...face(0.5, 2), inputs: [input] } };
    };
    const before = rows(
      ['x', 'y'],
      [
        [0, 1],
        [0, 1],
      ],
    );
    expect(
      await mayFollow(
        before,
        rows(
          ['x', 'y'],
          [
            [-1, 1],
            [0, 7],
          ],
        ),
      ),
    ).toBe(true);
    expect(
      await mayFollow(
        before,
        rows(
          ['x', 'z'],
          [
            [0, 1],
            [0, 1],
          ],
        ),
      ),
    ).toBe(false);
    expect(
      await mayFollow(
        { ...before, recipe: { kind: 'train' } },
        rows(
          ['x', 'y'],
          [
            [-1, 1],
            [0, 7],
          ],
        ),
      ),
    ).toBe(false);
  });

  it('is not by showing alone: the version before was, too', async () => {
    expect(await mayFollow(version(['a', 'b'], { kind: 'train' }), version(['a', 'b', 'c']))).toBe(false);
  });
});
