import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { difference } from '../../../../bench/imports/answers.ts';
import { randomFeeds } from '../../../../bench/imports/feeds.ts';
import { seededRandom } from '../../../../src/core/data/random.ts';
import { inspectModel } from '../../../../src/core/onnx/inspect.ts';
import { elements } from '../../../../src/core/tensor.ts';
import { onBoth } from './against-tfjs.ts';
import {
  attribute,
  type Constant,
  filesOf,
  floats,
  type SmallGraph,
  type SmallNode,
  whole,
} from './graphs.ts';

/** As a share of the largest number: FP32 sums in another order. */
const tolerance = 1e-5;
const runs = 12;

const { ints, int, float, bool, text, texts, type } = attribute;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function weights(shape: readonly number[], seed: number): Constant {
  const random = seededRandom(seed);
  return floats(
    shape,
    Array.from({ length: elements(shape) }, () => random.uniform() * 2 - 1),
  );
}

/** What is fed lies between −1 and 1, by a constant that is taken away first: in the plain layout. */
async function agree(graph: SmallGraph, seed = 1): Promise<Readonly<Record<string, number>>> {
  const { imported, theirs, ours } = await onBoth(filesOf(graph), ({ interface: { inputs } }) => [
    randomFeeds(inputs, seed, { highest: 2 }),
  ]);
  for (const [name, answer] of theirs[0]!) {
    expect(difference(answer, ours[0]!.get(name)), name).toBeLessThan(tolerance);
  }
  return inspectModel(imported.model).operators;
}

/** One node that reads `x` [n, h, w, c] and constants, behind a convolution that leaves `x` with channels first. */
function behindConvolution(
  shape: readonly [number, number, number, number],
  node: Omit<SmallNode, 'name' | 'inputs'>,
  constants: Readonly<Record<string, Constant>>,
): SmallGraph {
  const [, , , channels] = shape;
  return {
    inputs: [{ name: 'image', datatype: 'FP32', shape }],
    constants: { kernel: weights([1, 1, channels, channels], 3), ...constants },
    nodes: [
      {
        op: 'Conv2D',
        name: 'x',
        inputs: ['image', 'kernel'],
        attributes: { strides: ints([1, 1, 1, 1]), dilations: ints([1, 1, 1, 1]), padding: text('VALID') },
      },
      { ...node, name: 'y', inputs: ['x', ...Object.keys(constants)] },
    ],
    outputs: ['y'],
  };
}

const size = fc.integer({ min: 3, max: 9 });
const image = fc.tuple(fc.integer({ min: 1, max: 2 }), size, size, fc.integer({ min: 1, max: 4 }));
const window = fc.record({
  kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  stride: fc.integer({ min: 1, max: 3 }),
  padding: fc.constantFrom('SAME', 'VALID'),
});

describe('operators on images, in whatever layout the values before them are', () => {
  it('convolves, also in groups and with holes', async () => {
    await fc.assert(
      fc.asyncProperty(
        image,
        window,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 2 }),
        async (shape, { kernel, stride, padding }, out, hole) => {
          // TensorFlow.js takes strides or holes, not both; and a window must fit.
          const dilation = stride > 1 || kernel.some((k, i) => (k - 1) * hole + 1 > shape[i + 1]!) ? 1 : hole;
          const attributes = {
            strides: ints([1, stride, stride, 1]),
            dilations: ints([1, dilation, dilation, 1]),
            padding: text(padding),
          };
          const filter = weights([...kernel, shape[3], out], 5);
          await agree(behindConvolution(shape, { op: 'Conv2D', attributes }, { filter }));
          const depthwise = weights([...kernel, shape[3], out], 7);
          await agree(behindConvolution(shape, { op: 'DepthwiseConv2dNative', attributes }, { depthwise }));
        },
      ),
      { numRuns: runs },
    );
  });

  it('fuses bias and activation', async () => {
    const activations = fc.constantFrom('Relu', 'Relu6', 'Elu', 'LeakyRelu', 'Prelu', 'Sigmoid');
    await fc.assert(
      fc.asyncProperty(image, window, activations, async (shape, { kernel, stride, padding }, activation) => {
        const attributes = {
          strides: ints([1, stride, stride, 1]),
          dilations: ints([1, 1, 1, 1]),
          padding: text(padding),
          fused_ops: texts(['BiasAdd', activation]),
          leakyrelu_alpha: float(0.3),
          num_args: int(activation === 'Prelu' ? 2 : 1),
        };
        const constants = {
          filter: weights([...kernel, shape[3], 2], 5),
          bias: weights([2], 6),
          ...(activation === 'Prelu' && { alpha: weights([1, 1, 2], 7) }),
        };
        await agree(behindConvolution(shape, { op: '_FusedConv2D', attributes }, constants));
      }),
      { numRuns: runs },
    );
  });

  it('pools', async () => {
    await fc.assert(
      fc.asyncProperty(
        image,
        window,
        fc.constantFrom('MaxPool', 'AvgPool'),
        async (shape, { kernel, stride, padding }, op) => {
          const attributes = {
            ksize: ints([1, ...kernel, 1]),
            strides: ints([1, stride, stride, 1]),
            padding: text(padding),
          };
          await agree(behindConvolution(shape, { op, attributes }, {}));
        },
      ),
      { numRuns: runs },
    );
  });

  it('convolves backwards to any size that convolves to what is there', async () => {
    await fc.assert(
      fc.asyncProperty(image, window, fc.nat(2), async (shape, { kernel, stride, padding }, less) => {
        const [n, h, w, c] = shape;
        const largest = (length: number, k: number) =>
          padding === 'SAME' ? length * stride : (length - 1) * stride + k + stride - 1;
        const sizes = [h, w].map((length, i) => largest(length, kernel[i]!) - (less % stride));
        const graph: SmallGraph = {
          inputs: [{ name: 'image', datatype: 'FP32', shape }],
          constants: { sizes: whole([n, sizes[0]!, sizes[1]!, 2]), filter: weights([...kernel, 2, c], 5) },
          nodes: [
            {
              op: 'Conv2DBackpropInput',
              name: 'y',
              inputs: ['sizes', 'filter', 'image'],
              attributes: { strides: ints([1, stride, stride, 1]), padding: text(padding) },
            },
          ],
          outputs: ['y'],
        };
        await agree(graph);
      }),
      { numRuns: runs },
    );
  });

  it('pads, with the zeros in the convolution behind them', async () => {
    const margins = fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2));
    await fc.assert(
      fc.asyncProperty(image, margins, fc.nat(1), async (shape, [top, bottom, left, right], inChannels) => {
        const pads = [0, 0, top, bottom, left, right, inChannels, 0];
        const graph = behindConvolution(shape, { op: 'Pad' }, { pads: whole(pads, [4, 2]) });
        const behind: SmallGraph = {
          ...graph,
          constants: { ...graph.constants, last: weights([2, 2, shape[3] + inChannels, 2], 9) },
          nodes: [
            ...graph.nodes,
            {
              op: 'Conv2D',
              name: 'z',
              inputs: ['y', 'last'],
              attributes: {
                strides: ints([1, 1, 1, 1]),
                dilations: ints([1, 1, 1, 1]),
                padding: text('VALID'),
              },
            },
          ],
          outputs: ['z'],
        };
        const operators = await agree(behind);
        expect(operators['Pad'] ?? 0).toBe(inChannels);
        await agree(graph);
      }),
      { numRuns: runs },
    );
  });

  it('resizes, by each of the rules for where a place lies', async () => {
    const rule = fc.constantFrom('asymmetric', 'align_corners', 'half_pixel_centers');
    await fc.assert(
      fc.asyncProperty(
        image,
        fc.tuple(fc.integer({ min: 2, max: 18 }), fc.integer({ min: 2, max: 18 })),
        rule,
        fc.constantFrom('ResizeBilinear', 'ResizeNearestNeighbor'),
        async (shape, sizes, rule, op) => {
          const attributes = {
            align_corners: bool(rule === 'align_corners'),
            half_pixel_centers: bool(rule === 'half_pixel_centers'),
          };
          await agree(behindConvolution(shape, { op, attributes }, { sizes: whole(sizes) }));
        },
      ),
      { numRuns: 2 * runs },
    );
  });

  it('normalises batches', async () => {
    await fc.assert(
      fc.asyncProperty(image, async shape => {
        const channels = shape[3];
        const positive = floats(
          [channels],
          Array.from({ length: channels }, (_, i) => 0.5 + i),
        );
        const constants = {
          scale: weights([channels], 1),
          offset: weights([channels], 2),
          mean: weights([channels], 4),
          variance: positive,
        };
        const attributes = { epsilon: float(1e-3), is_training: bool(false) };
        await agree(behindConvolution(shape, { op: 'FusedBatchNormV3', attributes }, constants));
      }),
      { numRuns: runs },
    );
  });

  it('takes strided parts, with axes that go and axes that come', async () => {
    /** Of each axis: where it begins and how far it goes, as shares of its size; whether that is counted from the end. */
    const part = fc.record({
      start: fc.double({ min: 0, max: 0.99, noNaN: true }),
      length: fc.double({ min: 0.01, max: 1, noNaN: true }),
      fromEnd: fc.boolean(),
      step: fc.constantFrom(1, 2, 3),
      use: fc.constantFrom('part', 'part', 'open', 'one'),
    });
    await fc.assert(
      fc.asyncProperty(image, fc.tuple(part, part, part, part), fc.boolean(), async (shape, parts, adds) => {
        // TensorFlow.js cannot leave out axes and take steps in one (tfjs-backend-cpu 4.22, src/kernels/StridedSlice.ts).
        const shrinks = parts.some(({ use }) => use === 'one');
        const places = parts.map(({ start, length, fromEnd, step, use }, axis) => {
          const size = shape[axis]!;
          const from = Math.floor(start * size);
          const to = Math.min(size, from + Math.ceil(length * size));
          const begin = fromEnd ? from - size : from;
          return { begin, end: fromEnd && to < size ? to - size : to, step: shrinks ? 1 : step, use };
        });
        const mask = (use: string) =>
          places.reduce((bits, place, axis) => (place.use === use ? bits | (1 << axis) : bits), 0);
        const attributes = {
          begin_mask: int(mask('open')),
          end_mask: int(mask('open')),
          shrink_axis_mask: int(mask('one')),
          new_axis_mask: int(0),
          ellipsis_mask: int(0),
        };
        const constants = {
          begins: whole(places.map(({ begin }) => begin)),
          ends: whole(places.map(({ end }) => end)),
          steps: whole(places.map(({ step }) => step)),
        };
        await agree(behindConvolution(shape, { op: 'StridedSlice', attributes }, constants));
        if (adds) await agree(behindConvolution(shape, newAxisBefore(2), onlyThat));
      }),
      { numRuns: 2 * runs },
    );
  });

  it('takes parts backwards', async () => {
    const attributes = { begin_mask: int(15), end_mask: int(15) };
    const constants = {
      begins: whole([0, 0, 0, 0]),
      ends: whole([0, 0, 0, 0]),
      steps: whole([-1, -2, 1, -1]),
    };
    await agree(behindConvolution([2, 5, 4, 3], { op: 'StridedSlice', attributes }, constants));
  });

  it('reduces along any axes', async () => {
    const axes = fc.subarray([0, 1, 2, 3], { minLength: 1 });
    const op = fc.constantFrom('Mean', 'Sum', 'Max', 'Min', 'Prod');
    await fc.assert(
      fc.asyncProperty(image, axes, op, fc.boolean(), async (shape, chosen, op, keeps) => {
        const attributes = { keep_dims: bool(keeps) };
        await agree(behindConvolution(shape, { op, attributes }, { axes: whole(chosen) }));
      }),
      { numRuns: 2 * runs },
    );
  });

  it('transposes, reshapes and concatenates', async () => {
    const permutation = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(image, permutation, fc.nat(3), async (shape, order, axis) => {
        await agree(behindConvolution(shape, { op: 'Transpose' }, { order: whole(order) }));
        await agree(behindConvolution(shape, { op: 'Reshape' }, { sizes: whole([shape[0], -1, shape[3]]) }));
        await agree(
          behindConvolution(
            shape,
            { op: 'ConcatV2', attributes: { N: int(2) } },
            { other: weights(shape, 8), axis: whole([axis], []) },
          ),
        );
      }),
      { numRuns: runs },
    );
  });

  it('rearranges blocks and depth', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), async half => {
        const shape = [2, 2 * half, 4, 4] as const;
        const attributes = { block_size: int(2), data_format: text('NHWC') };
        await agree(behindConvolution(shape, { op: 'DepthToSpace', attributes }, {}));
      }),
      { numRuns: 3 },
    );
  });
});

/** The specification [:, …, new axis, …]. */
function newAxisBefore(entry: number): Omit<SmallNode, 'name' | 'inputs'> {
  return {
    op: 'StridedSlice',
    attributes: {
      begin_mask: int(7),
      end_mask: int(7),
      new_axis_mask: int(1 << entry),
      shrink_axis_mask: int(0),
      ellipsis_mask: int(0),
    },
  };
}
const onlyThat = { begins: whole([0, 0, 0]), ends: whole([0, 0, 0]), steps: whole([1, 1, 1]) };

describe('SpaceToBatchND and BatchToSpaceND', () => {
  const around = (
    block: number,
    pads: readonly number[],
    crops: readonly number[],
    nodes: readonly SmallNode[],
  ): SmallGraph => ({
    inputs: [{ name: 'image', datatype: 'FP32', shape: [1, 8, 8, 2] }],
    constants: {
      block: whole([block, block]),
      pads: whole(pads, [2, 2]),
      crops: whole(crops, [2, 2]),
      filter: weights([3, 3, 2, 2], 4),
      bias: weights([2], 5),
    },
    nodes: [
      { op: 'SpaceToBatchND', name: 'cut', inputs: ['image', 'block', 'pads'] },
      ...nodes,
      { op: 'BatchToSpaceND', name: 'y', inputs: [nodes.at(-1)?.name ?? 'cut', 'block', 'crops'] },
    ],
    outputs: ['y'],
  });
  const convolution: SmallNode = {
    op: 'Conv2D',
    name: 'convolved',
    inputs: ['cut', 'filter'],
    attributes: { strides: ints([1, 1, 1, 1]), dilations: ints([1, 1, 1, 1]), padding: text('VALID') },
  };
  const others: readonly SmallNode[] = [
    convolution,
    { op: 'BiasAdd', name: 'biased', inputs: ['convolved', 'bias'], attributes: { T: type('DT_FLOAT') } },
    { op: 'Relu6', name: 'bounded', inputs: ['biased'] },
  ];

  it('fold into the convolution between them', async () => {
    for (const nodes of [[convolution], others]) {
      const operators = await agree(around(2, [2, 2, 2, 2], [0, 0, 0, 0], nodes));
      expect(operators['Conv']).toBe(1);
      expect(operators['Reshape'] ?? 0).toBe(0);
    }
  });

  it('crop what the convolution made too much', async () => {
    await agree(around(3, [3, 4, 3, 4], [0, 1, 0, 1], others));
  });

  it('rearrange where nothing is between them', async () => {
    await agree(around(2, [2, 0, 0, 2], [1, 1, 0, 2], []));
  });
});
