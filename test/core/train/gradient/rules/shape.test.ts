import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Attributes } from '../../../../../src/core/onnx/build.ts';
import type { Tensor } from '../../../../../src/core/tensor.ts';
import { checkGradient, holds } from '../finite-differences.ts';
import type { Case } from '../loss-graph.ts';
import { ints, numbersIn, seed, shapes } from '../generate.ts';

const to = (int: number): Attributes => ({ to: { int } });

describe('what moves elements: gradients are the central differences of', () => {
  it('Reshape, Flatten, Squeeze, Unsqueeze and Identity', async () => {
    const x = numbersIn([2, 1, 6], 1);
    await checkGradient({ op: 'Reshape', inputs: [x], constants: { 1: ints([0, 3, -1]) } });
    await checkGradient({ op: 'Flatten', inputs: [x], attributes: { axis: { int: 2 } } });
    await checkGradient({ op: 'Squeeze', inputs: [x], constants: { 1: ints([1]) } });
    await checkGradient({ op: 'Squeeze', inputs: [x] });
    await checkGradient({ op: 'Unsqueeze', inputs: [x], constants: { 1: ints([0, -1]) } });
    await checkGradient({ op: 'Identity', inputs: [x] });
  });

  it('Transpose', () =>
    holds(
      fc
        .record({
          shape: shapes(2, 4, 3),
          order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
          given: fc.boolean(),
          seed,
        })
        .map(({ shape, order, given, seed }) => ({
          op: 'Transpose',
          inputs: [numbersIn(shape, seed)],
          attributes: given ? { perm: { ints: order.filter(axis => axis < shape.length) } } : {},
        })),
      5,
    ));

  it('Concat of several, and of a value with itself', async () => {
    const axis = { axis: { int: -1 } };
    await checkGradient({ op: 'Concat', inputs: [1, 3, 2].map(n => numbersIn([2, n], n)), attributes: axis });
    await checkGradient({ op: 'Concat', inputs: [numbersIn([2, 2], 1)], attributes: axis });
  });

  it('Split into parts of given sizes and of equal ones', async () => {
    const x = numbersIn([2, 6], 1);
    await checkGradient({
      op: 'Split',
      inputs: [x],
      constants: { 1: ints([1, 3, 2]) },
      outputs: 3,
      attributes: { axis: { int: 1 } },
    });
    await checkGradient({
      op: 'Split',
      inputs: [x],
      outputs: 2,
      attributes: { axis: { int: -1 }, num_outputs: { int: 2 } },
    });
  });

  it('Slice from anywhere to anywhere, in any steps, backwards too', () =>
    holds(
      fc
        .record({
          size: fc.integer({ min: 1, max: 7 }),
          start: fc.integer({ min: -9, max: 9 }),
          end: fc.integer({ min: -9, max: 9 }),
          step: fc.constantFrom(1, 2, 3, -1, -2, -3),
          axis: fc.constantFrom(0, 1, -1),
          seed,
        })
        .filter(({ size, start, end, step }) => sliced(size, start, end, step) > 0)
        .map(({ size, start, end, step, axis, seed }) => ({
          op: 'Slice',
          inputs: [numbersIn(axis === 0 ? [size, 2] : [2, size], seed)],
          constants: { 1: ints([start]), 2: ints([end]), 3: ints([axis]), 4: ints([step]) },
        })),
      20,
    ));

  it('Slice of two axes at once', () =>
    checkGradient({
      op: 'Slice',
      inputs: [numbersIn([5, 6], 1)],
      constants: { 1: ints([1, -2]), 2: ints([5, -7]), 3: ints([0, 1]), 4: ints([2, -2]) },
    }));

  it.each(['constant', 'edge', 'reflect', 'wrap'])('Pad in mode %s', async mode => {
    const attributes = { mode: { string: mode } };
    const inputs = [numbersIn([3, 4], 1)];
    await checkGradient({ op: 'Pad', inputs, constants: { 1: ints([1, 0, 2, 2]) }, attributes });
    if (mode === 'constant') {
      await checkGradient({ op: 'Pad', inputs, constants: { 1: ints([1, -1, -1, 2]) }, attributes });
      const value = numbersIn([], 1);
      await checkGradient({ op: 'Pad', inputs: [...inputs, value], constants: { 1: ints([1, 0, 2, 2]) } });
      const axes = { 1: ints([1, 2]), 2: null, 3: ints([-1]) } as Record<number, Tensor | null>;
      await checkGradient({ op: 'Pad', inputs, constants: axes });
    }
  });

  it('Expand and Tile', async () => {
    await checkGradient({ op: 'Expand', inputs: [numbersIn([2, 1], 1)], constants: { 1: ints([3, 1, 4]) } });
    await checkGradient({
      op: 'Tile',
      datatype: 'FP32',
      inputs: [numbersIn([2, 3], 1)],
      constants: { 1: ints([2, 3]) },
    });
  });

  it.each(['DCR', 'CRD'])('DepthToSpace in mode %s', mode =>
    checkGradient({
      op: 'DepthToSpace',
      inputs: [numbersIn([1, 8, 2, 3], 1)],
      attributes: { blocksize: { int: 2 }, mode: { string: mode } },
    }),
  );

  it('SpaceToDepth', () =>
    checkGradient({
      op: 'SpaceToDepth',
      inputs: [numbersIn([1, 2, 4, 6], 1)],
      attributes: { blocksize: { int: 2 } },
    }));

  it('Cast between floats of different size', async () => {
    await checkGradient({ op: 'Cast', datatype: 'FP32', inputs: [numbersIn([3], 1)], attributes: to(1) });
    await checkGradient({ op: 'Cast', inputs: [numbersIn([3], 1)], attributes: to(11) });
  });
});

/** How many elements a slice has (ONNX, Slice 13). */
function sliced(size: number, start: number, end: number, step: number): number {
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? size : size - 1;
  const clamp = (at: number, least: number) => Math.min(Math.max(at < 0 ? at + size : at, least), high);
  return Math.ceil((clamp(end, low) - clamp(start, 0)) / step);
}

const linear = { datatype: 'FP32', step: 1, tolerance: 1e-4 } as const;

describe('Resize: gradients are the central differences of', () => {
  const resized = (mode: string, coordinates: string, nearest: string): fc.Arbitrary<Case> =>
    fc
      .record({
        h: fc.integer({ min: 1, max: 5 }),
        w: fc.integer({ min: 1, max: 5 }),
        toH: fc.integer({ min: 1, max: 8 }),
        toW: fc.integer({ min: 1, max: 8 }),
        seed,
      })
      .map(({ h, w, toH, toW, seed }) => ({
        op: 'Resize',
        ...linear,
        inputs: [numbersIn([1, 2, h, w], seed)],
        constants: { 1: null, 2: null, 3: ints([1, 2, toH, toW]) },
        attributes: {
          mode: { string: mode },
          coordinate_transformation_mode: { string: coordinates },
          ...(mode === 'nearest' ? { nearest_mode: { string: nearest } } : {}),
        },
      }));

  it.each(['half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel', 'align_corners', 'asymmetric'])(
    'linear, %s',
    coordinates => holds(resized('linear', coordinates, ''), 4),
  );

  it.each([
    ['half_pixel', 'round_prefer_floor'],
    ['half_pixel', 'round_prefer_ceil'],
    ['asymmetric', 'floor'],
    ['asymmetric', 'ceil'],
    ['align_corners', 'round_prefer_floor'],
    ['pytorch_half_pixel', 'floor'],
  ])('nearest, %s, %s', (coordinates, nearest) => holds(resized('nearest', coordinates, nearest), 4));

  it.each(['half_pixel', 'align_corners', 'asymmetric'])('cubic, %s', coordinates =>
    holds(resized('cubic', coordinates, ''), 4),
  );

  it('cubic of another shape, without what lies outside', () =>
    checkGradient({
      op: 'Resize',
      ...linear,
      inputs: [numbersIn([1, 1, 4, 5], 1)],
      constants: { 1: null, 2: null, 3: ints([1, 1, 7, 3]) },
      attributes: {
        mode: { string: 'cubic' },
        cubic_coeff_a: { float: -0.5 },
        exclude_outside: { int: 1 },
      },
    }));

  it('twice as large by scales, as decoders do it', () =>
    checkGradient({
      op: 'Resize',
      ...linear,
      inputs: [numbersIn([1, 2, 3, 2], 1)],
      constants: { 1: null, 2: { datatype: 'FP32', shape: [4], data: Float32Array.of(1, 1, 2, 2) } },
      attributes: {
        coordinate_transformation_mode: { string: 'asymmetric' },
        nearest_mode: { string: 'floor' },
      },
    }));

  it('by scales that do not come out even', () =>
    checkGradient({
      op: 'Resize',
      ...linear,
      inputs: [numbersIn([1, 1, 5, 4], 1)],
      constants: { 1: null, 2: { datatype: 'FP32', shape: [4], data: Float32Array.of(1, 1, 1.5, 0.6) } },
      attributes: { mode: { string: 'linear' } },
    }));
});
