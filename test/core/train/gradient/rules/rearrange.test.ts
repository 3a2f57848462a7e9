import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Tensor } from '../../../../../src/core/tensor.ts';
import { int, many } from '../../../onnx/attribute-values.ts';
import { checkGradient, holds } from '../finite-differences.ts';
import { ints, numbersIn, seed } from '../generate.ts';

const int64 = (shape: number[], values: readonly number[]): Tensor => ({ ...ints(values), shape });
const size = fc.integer({ min: 1, max: 6 });

describe('what picks, mirrors or crops: gradients are the central differences of', () => {
  it('Trilu, any diagonal, above and below', () =>
    holds(
      fc
        .record({ rows: size, columns: size, k: fc.integer({ min: -3, max: 3 }), upper: fc.nat(1), seed })
        .map(({ rows, columns, k, upper, seed }) => ({
          op: 'Trilu',
          inputs: [numbersIn([2, rows, columns], seed)],
          constants: { 1: int64([], [k]) },
          attributes: { upper: int(upper) },
        })),
      8,
    ));

  it.each([0, 1])('ReverseSequence with the batch along axis %d', batch =>
    checkGradient({
      op: 'ReverseSequence',
      inputs: [numbersIn([4, 4, 2], 1)],
      constants: { 1: ints([1, 4, 2, 3]) },
      attributes: { batch_axis: int(batch), time_axis: int(1 - batch) },
    }),
  );

  it('CenterCropPad, cropped along one axis and padded along another', () =>
    holds(
      fc.record({ from: fc.tuple(size, size), to: fc.tuple(size, size), seed }).map(({ from, to, seed }) => ({
        op: 'CenterCropPad',
        inputs: [numbersIn([2, ...from], seed)],
        constants: { 1: ints(to) },
        attributes: { axes: many(1, -1) },
      })),
      8,
    ));

  it('Col2Im, blocks that overlap, with strides, dilations and pads', () =>
    holds(
      fc
        .record({
          stride: fc.integer({ min: 1, max: 2 }),
          dilation: fc.integer({ min: 1, max: 2 }),
          pad: fc.nat(1),
          seed,
        })
        .map(({ stride, dilation, pad, seed }) => {
          const rows = Math.floor((5 + pad - 1 - 1) / stride) + 1;
          const columns = 6 + pad - 2 * dilation;
          return {
            op: 'Col2Im',
            datatype: 'FP32' as const,
            step: 1,
            tolerance: 1e-4,
            inputs: [numbersIn([2, 2 * 6, rows * columns], seed)],
            constants: { 1: ints([5, 6]), 2: ints([2, 3]) },
            attributes: {
              strides: many(stride, 1),
              dilations: many(1, dilation),
              pads: many(pad, 0, 0, pad),
            },
          };
        }),
      6,
    ));

  it('MaxUnpool', () =>
    checkGradient({
      op: 'MaxUnpool',
      datatype: 'FP32',
      inputs: [numbersIn([1, 2, 2, 2], 1)],
      constants: { 1: int64([1, 2, 2, 2], [5, 7, 8, 15, 16, 22, 25, 31]) },
      attributes: { kernel_shape: many(2, 2), strides: many(2, 2) },
    }));
});
