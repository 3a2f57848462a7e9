// Layers that normalize, merge, pad, cut and enlarge.
import { z } from '../../../zod.ts';
import type { GraphDraft, Sizes, Value } from '../graph-draft.ts';
import {
  channelsLast,
  graphAxis,
  known,
  laidOut,
  type Layer,
  type LayerRule,
  ofRank,
  sampleAxis,
  settings,
  single,
  unsupported,
  weight,
} from '../layer.ts';

const channelsLastOnly = z.literal('channels_last', 'only channels_last').default('channels_last');
const count = z.number().int().min(0);
/** n, [height, width], or [[top, bottom], [left, right]]. */
const margins = z.union([
  count.transform(n => [n, n, n, n] as const),
  z.tuple([count, count]).transform(([y, x]) => [y, y, x, x] as const),
  z.tuple([z.tuple([count, count]), z.tuple([count, count])]).transform(([y, x]) => [...y, ...x] as const),
]);

export const arrangeRules: Readonly<Record<string, LayerRule>> = {
  BatchNormalization: single((layer, x, draft) => {
    const { axis: stored, epsilon } = settings(
      layer,
      z.looseObject({ axis: lastOrOnly, epsilon: z.number().default(1e-3) }),
    );
    const rank = x.shape.length;
    if (sampleAxis(layer, stored, rank) !== rank - 1) throw unsupported(layer, `axis ${stored}`);
    const channels = known(layer, x.shape.at(-1));
    const named = (part: string, otherwise: number) =>
      layer.weights.has(part)
        ? weight(layer, draft, part, 'same')
        : draft.constant(`${layer.name}/${part}`, [channels], new Array<number>(channels).fill(otherwise));
    const parts = [named('gamma', 1), named('beta', 0), named('moving_mean', 0), named('moving_variance', 1)];
    // ONNX normalizes axis 1, which is where an image's channels are; a sequence's are brought there.
    const inner = rank === 2 ? draft.node('Transpose', [x.name], { perm: { ints: [0, 2, 1] } }) : x.name;
    if (rank > 3) throw unsupported(layer, `a sample of ${rank} dimensions`);
    const made = draft.node('BatchNormalization', [inner, ...parts], { epsilon: { float: epsilon } });
    const name = rank === 2 ? draft.node('Transpose', [made], { perm: { ints: [0, 2, 1] } }) : made;
    return { ...x, name };
  }),

  LayerNormalization: single((layer, x, draft) => {
    const { axis: stored, epsilon } = settings(
      layer,
      z.looseObject({ axis: lastOrOnly, epsilon: z.number().default(1e-3) }),
    );
    const rank = x.shape.length;
    if (sampleAxis(layer, stored, rank) !== rank - 1) throw unsupported(layer, `axis ${stored}`);
    const channels = known(layer, x.shape.at(-1));
    const scale = layer.weights.has('gamma')
      ? weight(layer, draft, 'gamma', 'same')
      : draft.constant(`${layer.name}/gamma`, [channels], new Array<number>(channels).fill(1));
    const offset = layer.weights.has('beta') ? [weight(layer, draft, 'beta', 'same')] : [];
    const made = draft.node('LayerNormalization', [channelsLast(draft, x), scale, ...offset], {
      axis: { int: -1 },
      epsilon: { float: epsilon },
    });
    return laidOut(draft, made, x.shape);
  }),

  Add: merge('Add'),
  Subtract: merge('Sub'),
  Multiply: merge('Mul'),
  Maximum: merge('Max'),
  Minimum: merge('Min'),
  Average: (layer, inputs, draft) => {
    const sum = merge('Add')(layer, inputs, draft);
    const by = draft.constant(`${layer.name}/count`, [], [inputs.length]);
    return { ...sum, name: draft.node('Div', [sum.name, by]) };
  },
  Concatenate: (layer, inputs, draft) => {
    const { axis } = settings(layer, z.looseObject({ axis: z.number().int().default(-1) }));
    const rank = sameRank(layer, inputs);
    const index = sampleAxis(layer, axis, rank);
    const names = inputs.map(({ name }) => name);
    const sizes = inputs.map(({ shape }) => shape[index] ?? null);
    const total = sizes.reduce<number | null>(
      (sum, size) => (sum === null || size === null ? null : sum + size),
      0,
    );
    const shape = inputs[0]!.shape.map((size, i) => (i === index ? total : size));
    return { name: draft.node('Concat', names, { axis: { int: graphAxis(index, rank) } }), shape };
  },

  ZeroPadding2D: single((layer, x, draft) => {
    const { padding } = settings(layer, z.looseObject({ data_format: channelsLastOnly, padding: margins }));
    const [top, bottom, left, right] = padding;
    ofRank(layer, x, 3);
    // `pads`: before each axis, then after each (ONNX Pad 21).
    const pads = draft.integers(`${layer.name}/pads`, [0, 0, top, left, 0, 0, bottom, right]);
    return { name: draft.node('Pad', [x.name, pads]), shape: grown(x.shape, top + bottom, left + right) };
  }),

  Cropping2D: single((layer, x, draft) => {
    const { cropping } = settings(layer, z.looseObject({ data_format: channelsLastOnly, cropping: margins }));
    const [top, bottom, left, right] = cropping;
    const [height, width] = ofRank(layer, x, 3).map(size => known(layer, size)) as [number, number];
    const name = draft.node('Slice', [
      x.name,
      draft.integers(`${layer.name}/starts`, [top, left]),
      draft.integers(`${layer.name}/ends`, [height - bottom, width - right]),
      draft.integers(`${layer.name}/axes`, [2, 3]),
    ]);
    return { name, shape: grown(x.shape, -top - bottom, -left - right) };
  }),

  UpSampling2D: single((layer, x, draft) => {
    const config = settings(
      layer,
      z.looseObject({
        data_format: channelsLastOnly,
        size: z.tuple([z.number().int().positive(), z.number().int().positive()]),
        interpolation: z.enum(['nearest', 'bilinear']).default('nearest'),
      }),
    );
    const [height, width, channels] = ofRank(layer, x, 3) as [number | null, number | null, number];
    const [down, across] = config.size;
    const scales = draft.constant(`${layer.name}/scales`, [4], [1, 1, down, across]);
    // Both as TensorFlow.js 4.22 does it: from a pixel's corner, not from its middle (legacy kernels).
    const name = draft.node('Resize', [x.name, '', scales], {
      mode: { string: config.interpolation === 'nearest' ? 'nearest' : 'linear' },
      coordinate_transformation_mode: { string: 'asymmetric' },
      ...(config.interpolation === 'nearest' && { nearest_mode: { string: 'floor' } }),
    });
    return { name, shape: [scaled(height, down), scaled(width, across), channels] };
  }),
};

/** Keras stores the axis in a list at times. */
const lastOrOnly = z
  .union([z.number().int(), z.tuple([z.number().int()]).transform(([axis]) => axis)])
  .default(-1);

/** One operator from the first input to the last. Sizes of 1 are stretched. */
function merge(opType: string): LayerRule {
  return (layer, inputs, draft) => {
    if (inputs.length < 2) throw unsupported(layer, `${inputs.length} inputs`);
    sameRank(layer, inputs);
    return inputs.slice(1).reduce((left, right) => both(draft, opType, left, right), inputs[0]!);
  };
}

function both(draft: GraphDraft, opType: string, left: Value, right: Value): Value {
  const shape = left.shape.map((size, axis) => (size === 1 ? right.shape[axis]! : size));
  return { name: draft.node(opType, [left.name, right.name]), shape };
}

function sameRank(layer: Layer, inputs: readonly Value[]): number {
  const ranks = new Set(inputs.map(({ shape }) => shape.length));
  if (ranks.size !== 1) throw unsupported(layer, `inputs of ${[...ranks].join(' and ')} dimensions`);
  return inputs[0]!.shape.length;
}

function grown([height, width, channels]: Sizes, down: number, across: number): Sizes {
  return [
    height === null || height === undefined ? null : height + down,
    width === null || width === undefined ? null : width + across,
    channels ?? null,
  ];
}

function scaled(size: number | null, by: number): number | null {
  return size === null ? null : size * by;
}
