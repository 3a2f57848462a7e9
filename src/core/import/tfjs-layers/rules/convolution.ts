// Convolutions, and pooling over windows and over everything.
import type { Attributes } from '../../../onnx/build.ts';
import { z } from '../../../zod.ts';
import type { GraphDraft, Sizes, Value } from '../graph-draft.ts';
import {
  bias,
  known,
  type Layer,
  type LayerRule,
  ofRank,
  settings,
  single,
  unsupported,
  weight,
  weightOf,
} from '../layer.ts';
import { outputSize, paddingAttributes, type WindowSettings } from '../windows.ts';
import { activate } from './plain.ts';

const whole = z.number().int().positive();
/** One number stands for both axes. */
const pair = z.union([z.tuple([whole, whole]), whole.transform(size => [size, size] as const)]);
const one = z.union([z.tuple([whole]).transform(([size]) => size), whole]);
const channelsLastOnly = z.literal('channels_last', 'only channels_last').default('channels_last');

const common = z.looseObject({
  padding: z.enum(['same', 'valid']).default('valid'),
  data_format: channelsLastOnly,
  activation: z.string().nullish(),
});
const convolution = common.extend({
  strides: pair.default([1, 1]),
  dilation_rate: pair.default([1, 1]),
  groups: whole.default(1),
});
const transposed = convolution.extend({ output_padding: z.null('only null').optional() });
const sequence = common.extend({
  padding: z.enum(['same', 'valid', 'causal']).default('valid'),
  strides: one.default(1),
  dilation_rate: one.default(1),
  groups: whole.default(1),
});
const pooling = common.extend({ pool_size: pair.default([2, 2]), strides: pair.nullish() });
const sequencePooling = common.extend({ pool_size: one.default(2), strides: one.nullish() });
const global = z.looseObject({ data_format: channelsLastOnly, keepdims: z.boolean().default(false) });

type Convolution = z.infer<typeof convolution>;

export const convolutionRules: Readonly<Record<string, LayerRule>> = {
  Conv2D: single((layer, x, draft) => {
    const config = settings(layer, convolution);
    const kernel = weight(layer, draft, 'kernel', 'HWIO→OIHW');
    const filters = weightOf(layer, 'kernel').shape[3]!;
    const attributes = config.groups === 1 ? {} : { group: { int: config.groups } };
    const made = convolve(layer, x, draft, {
      config,
      kernel,
      filters,
      biases: bias(layer, draft),
      attributes,
    });
    return { ...made, name: activate(draft, made, config.activation, layer) };
  }),

  DepthwiseConv2D: single((layer, x, draft) => {
    const config = settings(layer, convolution);
    const made = depthwise(layer, x, draft, config, bias(layer, draft));
    return { ...made, name: activate(draft, made, config.activation, layer) };
  }),

  SeparableConv2D: single((layer, x, draft) => {
    const config = settings(layer, convolution);
    const spread = depthwise(layer, x, draft, config, []);
    const kernel = weight(layer, draft, 'pointwise_kernel', 'HWIO→OIHW');
    const filters = weightOf(layer, 'pointwise_kernel').shape[3]!;
    const made = draft.node('Conv', [spread.name, kernel, ...bias(layer, draft)], {
      kernel_shape: { ints: [1, 1] },
    });
    const value = { name: made, shape: [...spread.shape.slice(0, 2), filters] };
    return { ...value, name: activate(draft, value, config.activation, layer) };
  }),

  Conv2DTranspose: single((layer, x, draft) => {
    const config = settings(layer, transposed);
    if (config.dilation_rate.some(rate => rate !== 1)) throw unsupported(layer, 'a dilation');
    const made = convolveBack(layer, x, draft, config);
    return { ...made, name: activate(draft, made, config.activation, layer) };
  }),

  Conv1D: single((layer, x, draft) => {
    const config = settings(layer, sequence);
    const [steps] = ofRank(layer, x, 2);
    const [width, , filters] = weightOf(layer, 'kernel').shape;
    const window = windowOf(config.padding, [width!], [config.strides], [config.dilation_rate]);
    const kernel = weight(layer, draft, 'kernel', 'WIO→OIW');
    const made = draft.node('Conv', [turned(draft, x.name), kernel, ...bias(layer, draft)], {
      ...convolutionAttributes([steps!], window),
      ...(config.groups !== 1 && { group: { int: config.groups } }),
    });
    const value = { name: turned(draft, made), shape: [outputSize(steps!, 0, window), filters!] };
    return { ...value, name: activate(draft, value, config.activation, layer) };
  }),

  MaxPooling2D: single((layer, x, draft) => pool(layer, x, draft, 'MaxPool')),
  // TensorFlow leaves the padding out of the mean.
  AveragePooling2D: single((layer, x, draft) =>
    pool(layer, x, draft, 'AveragePool', { count_include_pad: { int: 0 } }),
  ),
  MaxPooling1D: single((layer, x, draft) => poolSequence(layer, x, draft, 'MaxPool')),
  AveragePooling1D: single((layer, x, draft) =>
    poolSequence(layer, x, draft, 'AveragePool', { count_include_pad: { int: 0 } }),
  ),
  GlobalAveragePooling2D: single((layer, x, draft) => poolAll(layer, x, draft, 'GlobalAveragePool')),
  GlobalMaxPooling2D: single((layer, x, draft) => poolAll(layer, x, draft, 'GlobalMaxPool')),
  GlobalAveragePooling1D: single((layer, x, draft) => reduceSteps(layer, x, draft, 'ReduceMean')),
  GlobalMaxPooling1D: single((layer, x, draft) => reduceSteps(layer, x, draft, 'ReduceMax')),
};

interface Kernel {
  readonly config: Convolution;
  readonly kernel: string;
  readonly filters: number;
  readonly biases: readonly string[];
  readonly attributes: Attributes;
}

function convolve(
  layer: Layer,
  x: Value,
  draft: GraphDraft,
  { config, kernel, filters, biases, attributes }: Kernel,
): Value {
  const [height, width] = ofRank(layer, x, 3) as [number | null, number | null];
  const size = weightOf(layer, kernelPart(layer)).shape.slice(0, 2);
  const window = windowOf(config.padding, size, config.strides, config.dilation_rate);
  const name = draft.node('Conv', [x.name, kernel, ...biases], {
    ...convolutionAttributes([height, width], window),
    ...attributes,
  });
  return { name, shape: [outputSize(height, 0, window), outputSize(width, 1, window), filters] };
}

/** Keras 3 calls a depthwise layer's kernel `kernel` as well. */
function kernelPart(layer: Layer): string {
  return layer.weights.has('depthwise_kernel') ? 'depthwise_kernel' : 'kernel';
}

function depthwise(
  layer: Layer,
  x: Value,
  draft: GraphDraft,
  config: Convolution,
  biases: readonly string[],
): Value {
  const part = kernelPart(layer);
  const kernel = weight(layer, draft, part, 'HWCM→(CM)1HW');
  const [, , channels, multiplier] = weightOf(layer, part).shape as [number, number, number, number];
  const attributes = { group: { int: channels } };
  return convolve(layer, x, draft, { config, kernel, filters: channels * multiplier, biases, attributes });
}

/**
 * The gradient of a convolution: `same` makes in · stride, `valid` (in − 1)·stride + max(kernel, stride). Where the kernel is
 * smaller than the stride, the places it never reaches come last (`output_padding`).
 */
function convolveBack(layer: Layer, x: Value, draft: GraphDraft, config: Convolution): Value {
  const [height, width] = ofRank(layer, x, 3)
    .slice(0, 2)
    .map(size => known(layer, size)) as [number, number];
  const [kernelHeight, kernelWidth, filters] = weightOf(layer, 'kernel').shape as [number, number, number];
  const axes = [
    { size: height, kernel: kernelHeight, stride: config.strides[0] },
    { size: width, kernel: kernelWidth, stride: config.strides[1] },
  ].map(({ size, kernel, stride }) => {
    const reach = (size - 1) * stride + kernel;
    const out = config.padding === 'same' ? size * stride : (size - 1) * stride + Math.max(kernel, stride);
    const cut = Math.max(0, reach - out);
    return { out, before: Math.floor(cut / 2), after: Math.ceil(cut / 2), more: Math.max(0, out - reach) };
  });
  const kernel = weight(layer, draft, 'kernel', 'HWIO→OIHW');
  const name = draft.node('ConvTranspose', [x.name, kernel, ...bias(layer, draft)], {
    kernel_shape: { ints: [kernelHeight, kernelWidth] },
    strides: { ints: config.strides },
    pads: { ints: [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)] },
    output_padding: { ints: axes.map(({ more }) => more) },
  });
  return { name, shape: [...axes.map(({ out }) => out), filters] };
}

function pool(layer: Layer, x: Value, draft: GraphDraft, opType: string, more: Attributes = {}): Value {
  const { padding, pool_size: size, strides } = settings(layer, pooling);
  const [height, width, channels] = ofRank(layer, x, 3) as [number | null, number | null, number];
  const window = windowOf(padding, size, strides ?? size, [1, 1]);
  const name = draft.node(opType, [x.name], { ...poolingAttributes([height, width], window), ...more });
  return { name, shape: [outputSize(height, 0, window), outputSize(width, 1, window), channels] };
}

function poolSequence(
  layer: Layer,
  x: Value,
  draft: GraphDraft,
  opType: string,
  more: Attributes = {},
): Value {
  const { padding, pool_size: size, strides } = settings(layer, sequencePooling);
  const [steps, width] = ofRank(layer, x, 2) as [number | null, number];
  const window = windowOf(padding, [size], [strides ?? size], [1]);
  const attributes = { ...poolingAttributes([steps], window), ...more };
  const made = draft.node(opType, [turned(draft, x.name)], attributes);
  return { name: turned(draft, made), shape: [outputSize(steps, 0, window), width] };
}

function poolAll(layer: Layer, x: Value, draft: GraphDraft, opType: string): Value {
  const { keepdims } = settings(layer, global);
  const channels = ofRank(layer, x, 3)[2]!;
  const pooled = draft.node(opType, [x.name]);
  if (keepdims) return { name: pooled, shape: [1, 1, channels] };
  return { name: draft.node('Flatten', [pooled], { axis: { int: 1 } }), shape: [channels] };
}

function reduceSteps(layer: Layer, x: Value, draft: GraphDraft, opType: string): Value {
  const { keepdims } = settings(layer, global);
  const width = ofRank(layer, x, 2)[1]!;
  const name = draft.node(opType, [x.name, draft.integers(`${layer.name}/axis`, [1])], {
    keepdims: { int: keepdims ? 1 : 0 },
  });
  return { name, shape: keepdims ? [1, width] : [width] };
}

/** [batch, steps, channels] ↔ [batch, channels, steps] */
function turned(draft: GraphDraft, x: string): string {
  return draft.node('Transpose', [x], { perm: { ints: [0, 2, 1] } });
}

function windowOf(
  padding: WindowSettings['padding'],
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): WindowSettings {
  return { padding, kernel, strides, dilations };
}

function convolutionAttributes(sizes: Sizes, window: WindowSettings): Attributes {
  return {
    kernel_shape: { ints: window.kernel },
    strides: { ints: window.strides },
    dilations: { ints: window.dilations },
    ...paddingAttributes(sizes, window),
  };
}

function poolingAttributes(sizes: Sizes, window: WindowSettings): Attributes {
  return {
    kernel_shape: { ints: window.kernel },
    strides: { ints: window.strides },
    ...paddingAttributes(sizes, window),
  };
}
