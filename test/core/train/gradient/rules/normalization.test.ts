import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gradient } from '../../../../../src/core/train/gradient/gradient.ts';
import { checkGradient, holds } from '../finite-differences.ts';
import { type Case, lossGraph } from '../loss-graph.ts';
import { numbersIn, seed, shapes } from '../generate.ts';

const single = { datatype: 'FP32', tolerance: 1e-2 } as const;
const epsilon = { float: 0.1 };
const positive = { from: 0.4, to: 2 };

describe('normalizations: gradients are the central differences of', () => {
  it('BatchNormalization by given statistics, these included', () =>
    holds(
      fc
        .record({
          n: fc.integer({ min: 1, max: 3 }),
          c: fc.integer({ min: 1, max: 3 }),
          rest: shapes(0, 2, 3),
          seed,
        })
        .map(({ n, c, rest, seed }) => ({
          op: 'BatchNormalization',
          inputs: [
            numbersIn([n, c, ...rest], seed),
            numbersIn([c], 1),
            numbersIn([c], 2),
            numbersIn([c], 3),
            numbersIn([c], 4, positive),
          ],
          attributes: { epsilon },
        })),
      5,
    ));

  it('LayerNormalization from any axis on, with a bias and without', () =>
    holds(
      fc
        .record({ shape: shapes(2, 3), from: fc.integer({ min: 1, max: 2 }), bias: fc.boolean(), seed })
        .map(({ shape, from, bias, seed }): Case => {
          const axis = -Math.min(from, shape.length - 1);
          const inner = shape.slice(axis);
          return {
            op: 'LayerNormalization',
            ...single,
            inputs: [numbersIn(shape, seed), numbersIn(inner, 1), ...(bias ? [numbersIn(inner, 2)] : [])],
            attributes: { axis: { int: axis }, epsilon },
          };
        }),
      6,
    ));

  it('InstanceNormalization', () =>
    checkGradient({
      op: 'InstanceNormalization',
      ...single,
      inputs: [numbersIn([2, 3, 2, 2], 5), numbersIn([3], 1), numbersIn([3], 2)],
      attributes: { epsilon },
    }));

  it('GroupNormalization', () =>
    checkGradient({
      op: 'GroupNormalization',
      ...single,
      inputs: [numbersIn([2, 4, 2, 2], 5), numbersIn([4], 1), numbersIn([4], 2)],
      attributes: { num_groups: { int: 2 }, epsilon },
    }));

  it('RMSNormalization', () =>
    checkGradient({
      op: 'RMSNormalization',
      ...single,
      opset: 23,
      inputs: [numbersIn([2, 3, 4], 5), numbersIn([4], 1)],
      attributes: { epsilon },
    }));

  it('MeanVarianceNormalization', () =>
    checkGradient({
      op: 'MeanVarianceNormalization',
      ...single,
      inputs: [numbersIn([2, 2, 3, 2], 5)],
    }));
});

describe('BatchNormalization', () => {
  it('in training mode says that it must be spelled out', () => {
    const { tape, loss, names } = lossGraph({
      op: 'BatchNormalization',
      inputs: [[2, 3], [3], [3], [3], [3]].map(shape => numbersIn(shape, 1)),
      outputs: 3,
      attributes: { training_mode: { int: 1 } },
    });
    expect(() => gradient(tape, { loss, wrt: names })).toThrow(/BatchNormalization.*training mode/);
  });
});
