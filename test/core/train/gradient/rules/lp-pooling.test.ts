import fc from 'fast-check';
import { describe, it } from 'vitest';
import { int, many } from '../../../onnx/attribute-values.ts';
import { checkGradient, holds } from '../finite-differences.ts';
import { numbersIn, seed } from '../generate.ts';

const single = { datatype: 'FP32', tolerance: 1e-2 } as const;

describe('pooling by p-norms: gradients are the central differences of', () => {
  it('LpPool: p, strides, dilations, pads', () =>
    holds(
      fc
        .record({
          p: fc.integer({ min: 1, max: 3 }),
          stride: fc.integer({ min: 1, max: 3 }),
          dilation: fc.integer({ min: 1, max: 2 }),
          begin: fc.nat(1),
          end: fc.nat(1),
          seed,
        })
        .map(({ p, stride, dilation, begin, end, seed }) => ({
          op: 'LpPool',
          ...single,
          inputs: [numbersIn([1, 2, 6, 7], seed, { kinks: [0] })],
          attributes: {
            p: int(p),
            kernel_shape: many(2, 3),
            strides: many(stride, 1),
            dilations: many(1, dilation),
            pads: many(begin, 0, end, begin),
          },
        })),
      8,
    ));

  it.each([1, 2, 3])('GlobalLpPool with p = %d', p =>
    checkGradient({
      op: 'GlobalLpPool',
      ...single,
      inputs: [numbersIn([2, 2, 3, 2], 4, { kinks: [0] })],
      attributes: { p: int(p) },
    }),
  );
});
