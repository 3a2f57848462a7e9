import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../../../server/inference/session.ts';
import { gradient } from '../../../../../src/core/train/gradient/gradient.ts';
import { checkGradient, holds } from '../finite-differences.ts';
import { type Case, lossGraph } from '../loss-graph.ts';
import { numbersIn, seed } from '../generate.ts';

const axis = fc.record({
  kernel: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 3 }),
  begin: fc.nat(1),
  end: fc.nat(1),
  extra: fc.nat(3),
  dilation: fc.integer({ min: 1, max: 2 }),
});

interface Axis {
  readonly kernel: number;
  readonly stride: number;
  readonly begin: number;
  readonly end: number;
  readonly extra: number;
}

/**
 * Whether rounding up would add a window that starts behind the input. ONNX Runtime 1.30 does not count it when it runs,
 * but up to opset 21 its shape inference does: such a graph does not load where its shapes are used.
 */
function startsBehind({ kernel, stride, begin, end, extra, dilation }: Axis & { dilation: number }): boolean {
  const extent = (kernel - 1) * dilation + 1;
  const size = extent + extra;
  const room = size + begin + end - extent;
  return room % stride !== 0 && Math.ceil(room / stride) * stride >= size + begin;
}

const pool = (op: string, axes: number, options: Partial<Case>): fc.Arbitrary<Case> =>
  fc
    .record({
      axes: fc.array(axis, { minLength: axes, maxLength: axes }),
      ceil: fc.nat(1),
      withPads: fc.nat(1),
      seed,
    })
    .map(({ axes, ceil, withPads, seed }) => {
      const fits = axes.map(each => ({
        ...each,
        begin: Math.min(each.begin, each.kernel - 1),
        end: Math.min(each.end, each.kernel - 1),
      }));
      const input = fits.map(({ kernel, dilation, extra }) => (kernel - 1) * dilation + 1 + extra);
      return {
        op,
        inputs: [numbersIn([1, 2, ...input], seed)],
        attributes: {
          kernel_shape: { ints: fits.map(({ kernel }) => kernel) },
          strides: { ints: fits.map(({ stride }) => stride) },
          dilations: { ints: fits.map(({ dilation }) => dilation) },
          pads: { ints: [...fits.map(({ begin }) => begin), ...fits.map(({ end }) => end)] },
          ceil_mode: { int: fits.some(startsBehind) ? 0 : ceil },
          ...(op === 'AveragePool' ? { count_include_pad: { int: withPads } } : {}),
        },
        ...options,
      };
    });

/** The greatest stays the greatest: numbers are further apart than this. */
const piecewise = { datatype: 'FP32', step: 2e-3, tolerance: 5e-3 } as const;
const linear = { datatype: 'FP32', step: 1, tolerance: 1e-4 } as const;

describe('pooling: gradients are the central differences of', () => {
  it('MaxPool over one axis', () => holds(pool('MaxPool', 1, piecewise), 8));
  it('MaxPool over two axes', () => holds(pool('MaxPool', 2, piecewise), 12));
  it('AveragePool over one axis', () => holds(pool('AveragePool', 1, linear), 8));
  it('AveragePool over two axes', () => holds(pool('AveragePool', 2, linear), 12));

  it.each([
    [4, 6],
    [5, 7],
  ])('pools of windows side by side over %d × %d, with a rest or without', async (h, w) => {
    for (const ceil of [0, 1]) {
      const attributes = {
        kernel_shape: { ints: [2, 3] },
        strides: { ints: [2, 3] },
        ceil_mode: { int: ceil },
      };
      const inputs = [numbersIn([2, 1, h, w], 4)];
      await checkGradient({ op: 'MaxPool', inputs, attributes, ...piecewise });
      await checkGradient({ op: 'AveragePool', inputs, attributes, ...linear });
    }
  });

  it.each(['GlobalAveragePool', 'GlobalMaxPool'])('%s', async op => {
    await checkGradient({ op, inputs: [numbersIn([2, 2, 3, 2], 3)], ...piecewise });
    await checkGradient({ op, inputs: [numbersIn([2, 2, 5], 3)], ...piecewise });
  });
});

describe('MaxPool', () => {
  it.each([2, 1])('shares a gradient among those that are the greatest (stride %d)', async stride => {
    const { tape, loss } = lossGraph({
      op: 'MaxPool',
      datatype: 'FP32',
      inputs: [{ shape: [1, 1, 2], values: [] }],
      attributes: { kernel_shape: { ints: [2] }, strides: { ints: [stride] } },
    });
    const dx = gradient(tape, { loss, wrt: ['x0'] }).get('x0')!;
    tape.graph.outputs = [{ name: dx, datatype: 'FP32', shape: [1, 1, 2] }];
    const session = await openNodeSession(tape.graph.toBytes());
    const run = async (...x: number[]) => {
      const feeds = { x0: { datatype: 'FP32' as const, shape: [1, 1, 2], data: Float32Array.from(x) } };
      return Array.from((await session.run(feeds))[dx]!.data as Float32Array);
    };
    const [whole] = (await run(5, 1)) as [number, number];
    expect(await run(0, 0)).toEqual([whole / 2, whole / 2]);
    expect(await run(1, 5)).toEqual([0, whole]);
    await session.dispose();
  });

  it('gives nothing to the pads, though the greatest is 0 as they are', () =>
    checkGradient({
      op: 'MaxPool',
      datatype: 'FP32',
      step: 1e-2,
      inputs: [{ shape: [1, 1, 3], values: [0, -1, -2] }],
      attributes: { kernel_shape: { ints: [2] }, strides: { ints: [1] }, pads: { ints: [1, 0] } },
    }));
});
