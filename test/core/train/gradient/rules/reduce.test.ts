import fc from 'fast-check';
import { describe, it } from 'vitest';
import { checkGradient, holds } from '../finite-differences.ts';
import type { Case } from '../loss-graph.ts';
import { ints, numbersIn, seed, shapes, type Spread } from '../generate.ts';

const operators: readonly [string, Spread][] = [
  ['ReduceSum', {}],
  ['ReduceMean', {}],
  ['ReduceMax', {}],
  ['ReduceMin', {}],
  ['ReduceProd', { kinks: [0] }],
  ['ReduceL1', { kinks: [0] }],
  ['ReduceL2', {}],
  ['ReduceSumSquare', {}],
  ['ReduceLogSum', { from: 0.2, to: 3 }],
  ['ReduceLogSumExp', {}],
];

const reduction = (op: string, spread: Spread): fc.Arbitrary<Case> =>
  fc
    .record({
      shape: shapes(1, 3),
      keep: fc.nat(1),
      all: fc.boolean(),
      mask: fc.integer({ min: 1, max: 7 }),
      seed,
    })
    .map(({ shape, keep, all, mask, seed }) => {
      const axes = shape.map((_, axis) => axis - shape.length).filter((_, axis) => (mask >> axis) & 1);
      return {
        op,
        // In FP64 ONNX Runtime's CPU has not all of them.
        datatype: 'FP32',
        step: 1e-2,
        tolerance: 1e-2,
        inputs: [numbersIn(shape, seed, spread)],
        ...(all || axes.length === 0 ? {} : { constants: { 1: ints(axes) } }),
        attributes: { keepdims: { int: keep } },
      };
    });

describe('reductions: gradients are the central differences of', () => {
  it.each(operators)('%s over any axes', (op, spread) => holds(reduction(op, spread), 5));

  it('ReduceSum that reduces nothing', () =>
    checkGradient({
      op: 'ReduceSum',
      inputs: [numbersIn([2, 3], 1)],
      attributes: { noop_with_empty_axes: { int: 1 } },
    }));

  it.each([
    ['none', [2, 3, 4]],
    ['one', [0, 3, 4]],
    ['two', [0, 0, 4]],
  ])('ReduceProd with %s that is 0', (_, values) =>
    checkGradient({ op: 'ReduceProd', datatype: 'FP32', inputs: [{ shape: [3], values }] }),
  );
});
