import fc from 'fast-check';
import { describe, it } from 'vitest';
import { checkGradient, holds } from '../finite-differences.ts';
import type { Case } from '../loss-graph.ts';
import { numbersIn, seed } from '../generate.ts';

/** ONNX Runtime's CPU convolves FP32 only. A convolution is linear in each input: a large step loses nothing. */
const linear = { datatype: 'FP32', step: 1, tolerance: 1e-4 } as const;
const small = fc.integer({ min: 1, max: 2 });

interface Axis {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly begin: number;
  readonly end: number;
  readonly extra: number;
}

const axis: fc.Arbitrary<Axis> = fc.record({
  kernel: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: small,
  begin: fc.nat(2),
  end: fc.nat(2),
  extra: fc.nat(4),
});

const layer = (axes: number) =>
  fc.record({
    axes: fc.array(axis, { minLength: axes, maxLength: axes }),
    group: small,
    batch: small,
    channels: small,
    filters: small,
    bias: fc.boolean(),
    seed,
  });

const attributesOf = (axes: readonly Axis[], group: number) => ({
  group: { int: group },
  kernel_shape: { ints: axes.map(({ kernel }) => kernel) },
  strides: { ints: axes.map(({ stride }) => stride) },
  dilations: { ints: axes.map(({ dilation }) => dilation) },
  pads: { ints: [...axes.map(({ begin }) => begin), ...axes.map(({ end }) => end)] },
});

const conv = (axes: number): fc.Arbitrary<Case> =>
  layer(axes).map(({ axes, group, batch, channels, filters, bias, seed }) => {
    const input = axes.map(({ kernel, dilation, begin, end, extra }) =>
      Math.max(1, (kernel - 1) * dilation + 1 + extra - begin - end),
    );
    return {
      op: 'Conv',
      ...linear,
      inputs: [
        numbersIn([batch, group * channels, ...input], seed),
        numbersIn([group * filters, channels, ...axes.map(({ kernel }) => kernel)], seed + 1),
        ...(bias ? [numbersIn([group * filters], seed + 2)] : []),
      ],
      attributes: attributesOf(axes, group),
    };
  });

const transposed: fc.Arbitrary<Case> = layer(2).map(
  ({ axes, group, batch, channels, filters, bias, seed }) => {
    const fits = axes.map(each => ({ ...each, begin: Math.min(each.begin, each.kernel - 1), end: 0 }));
    const input = fits.map(({ extra }) => 1 + Math.min(extra, 2));
    return {
      op: 'ConvTranspose',
      ...linear,
      inputs: [
        numbersIn([batch, group * channels, ...input], seed),
        numbersIn([group * channels, filters, ...fits.map(({ kernel }) => kernel)], seed + 1),
        ...(bias ? [numbersIn([group * filters], seed + 2)] : []),
      ],
      attributes: {
        ...attributesOf(fits, group),
        output_padding: { ints: fits.map(({ stride, extra }) => Math.min(stride - 1, extra % 2)) },
      },
    };
  },
);

describe('convolutions: gradients are the central differences of', () => {
  it('Conv over one axis: groups, strides, dilations, pads', () => holds(conv(1), 10));
  it('Conv over two axes: groups, strides, dilations, pads', () => holds(conv(2), 12));
  it('ConvTranspose: groups, strides, dilations, pads, output padding', () => holds(transposed, 10));

  it('Conv with a channel a group', () =>
    checkGradient({
      op: 'Conv',
      ...linear,
      inputs: [numbersIn([2, 4, 5, 5], 1), numbersIn([4, 1, 3, 3], 2), numbersIn([4], 3)],
      attributes: { group: { int: 4 }, pads: { ints: [1, 1, 1, 1] }, strides: { ints: [2, 2] } },
    }));

  it('Conv of one place, which is a product of matrices', () =>
    checkGradient({
      op: 'Conv',
      ...linear,
      inputs: [numbersIn([2, 3, 2, 3], 1), numbersIn([4, 3, 1, 1], 2), numbersIn([4], 3)],
    }));

  it.each(['SAME_UPPER', 'SAME_LOWER', 'VALID'])('Conv and ConvTranspose padded by %s', async auto => {
    const attributes = { auto_pad: { string: auto }, strides: { ints: [2, 2] } };
    const w = numbersIn([2, 2, 3, 2], 2);
    await checkGradient({ op: 'Conv', ...linear, inputs: [numbersIn([1, 2, 6, 5], 1), w], attributes });
    await checkGradient({
      op: 'ConvTranspose',
      ...linear,
      inputs: [numbersIn([1, 2, 3, 2], 1), w],
      attributes,
    });
  });

  it('ConvTranspose to a given shape', () =>
    checkGradient({
      op: 'ConvTranspose',
      ...linear,
      inputs: [numbersIn([1, 2, 3, 3], 1), numbersIn([2, 1, 3, 3], 2)],
      attributes: { strides: { ints: [2, 2] }, output_shape: { ints: [6, 5] } },
    }));
});
