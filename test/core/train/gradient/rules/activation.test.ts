import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Attributes } from '../../../../../src/core/onnx/build.ts';
import { checkGradient, holds } from '../finite-differences.ts';
import type { Case } from '../loss-graph.ts';
import { numbersIn, seed, shapes, type Spread } from '../generate.ts';

const single = { datatype: 'FP32', tolerance: 1e-2 } as const;
const half = { alpha: { float: 0.5 } };

/** ONNX Runtime's CPU has few of them in FP64. */
const elementwise: readonly [string, Attributes, Spread, Partial<Case>][] = [
  ['Relu', {}, { kinks: [0] }, {}],
  ['LeakyRelu', half, { kinks: [0] }, single],
  ['ThresholdedRelu', half, { kinks: [0.5] }, { ...single, step: 5e-3 }],
  ['Elu', half, { kinks: [0] }, single],
  ['Celu', half, { kinks: [0] }, single],
  ['Selu', {}, { kinks: [0] }, single],
  ['Gelu', {}, { from: -3, to: 3 }, single],
  ['Gelu', { approximate: { string: 'tanh' } }, { from: -3, to: 3 }, single],
  ['Sigmoid', {}, {}, {}],
  ['HardSigmoid', { alpha: { float: 0.4 }, beta: { float: 0.5 } }, { kinks: [-1.25, 1.25] }, single],
  ['HardSwish', {}, { from: -4, to: 4, kinks: [-3, 3] }, single],
  ['Tanh', {}, {}, {}],
  ['Softplus', {}, {}, single],
  ['Softsign', {}, {}, single],
  ['Mish', {}, { from: -4, to: 4 }, single],
  ['Shrink', { lambd: { float: 0.6 }, bias: { float: 0.2 } }, { kinks: [-0.6, 0.6] }, single],
];

describe('activations: gradients are the central differences of', () => {
  it.each(elementwise)('%s %j', (op, attributes, spread, options) =>
    holds(
      fc.record({ shape: shapes(1, 3), seed }).map(({ shape, seed }) => ({
        op,
        inputs: [numbersIn(shape, seed, spread)],
        attributes,
        ...options,
      })),
      3,
    ),
  );

  it.each(['Softmax', 'LogSoftmax', 'LpNormalization'])('%s along any axis', op =>
    holds(
      fc.record({ shape: shapes(1, 3), at: fc.nat(2), seed }).map(({ shape, at, seed }) => ({
        op,
        inputs: [numbersIn(shape, seed, { kinks: [0] })],
        attributes: { axis: { int: at < shape.length ? at - shape.length : -1 } },
      })),
      5,
    ),
  );

  it('LpNormalization by the sum of sizes', () =>
    checkGradient({
      op: 'LpNormalization',
      inputs: [numbersIn([2, 4], 3, { kinks: [0] })],
      attributes: { p: { int: 1 }, axis: { int: 1 } },
    }));

  it.each([[[3, 1]], [[1]], [[2, 3, 4]]])('PRelu with a slope of %j', slope =>
    checkGradient({
      op: 'PRelu',
      ...single,
      inputs: [numbersIn([2, 3, 4], 1, { kinks: [0] }), numbersIn(slope, 2)],
    }),
  );

  it('Clip, its bounds included', async () => {
    const inputs = [numbersIn([3, 4], 1, { kinks: [-1, 0.5] }), numbersIn([], 0, { from: -1, to: -1 })];
    await checkGradient({ op: 'Clip', inputs });
    await checkGradient({ op: 'Clip', inputs: [...inputs, numbersIn([], 0, { from: 0.5, to: 0.5 })] });
    await checkGradient({ op: 'Clip', inputs: [inputs[0]!] });
  });
});
