// Layers of TensorFlow.js 4.22 as ONNX nodes (opset 21): one rule a layer, inference only.
import { HaversackError } from '../core/errors.ts';
import type { Attributes } from '../core/onnx/build.ts';
import { z } from '../core/zod.ts';
import { addActivation, clip } from './activations.ts';
import type { GraphDraft } from './graph-draft.ts';
import type { Weight } from './layouts.ts';

/** A layer as a rule sees it. */
export interface LayerFacts {
  readonly name: string;
  readonly className: string;
  readonly config: unknown;
  /** Without the batch; channels last. */
  readonly inputShape: readonly number[];
  /** By the last part of its name (`kernel`, `bias`, `gamma` …); the full name is `layer/part`. */
  readonly weights: ReadonlyMap<string, Weight>;
}

type LayerRule = (layer: LayerFacts, draft: GraphDraft) => void;

const pair = z.tuple([z.number().int().positive(), z.number().int().positive()]);
const spatial = z.looseObject({
  padding: z.enum(['same', 'valid']),
  strides: pair,
  dataFormat: z.literal('channelsLast'),
});
const convolution = spatial.extend({ kernelSize: pair, dilationRate: pair, activation: z.string() });
const pooling = spatial.extend({ poolSize: pair });

const rules: Readonly<Record<string, LayerRule>> = {
  InputLayer: () => undefined,
  // Drops nothing at inference.
  Dropout: () => undefined,

  Dense: (layer, draft) => {
    const { activation } = settings(layer, z.looseObject({ activation: z.string() }));
    rank(layer, 1);
    // y = x·kernel + bias; kernel [in, out]
    draft.node('Gemm', [weight(layer, draft, 'kernel', 'same'), ...bias(layer, draft)]);
    addActivation(draft, activation, 2, layer.name);
  },

  Conv2D: (layer, draft) => {
    const config = settings(layer, convolution);
    const kernel = weight(layer, draft, 'kernel', 'HWIO→OIHW');
    draft.node('Conv', [kernel, ...bias(layer, draft)], convolutionAttributes(layer, config));
    addActivation(draft, config.activation, 4, layer.name);
  },

  DepthwiseConv2D: (layer, draft) => {
    const config = settings(layer, convolution);
    const kernel = weight(layer, draft, 'depthwise_kernel', 'HWCM→(CM)1HW');
    draft.node('Conv', [kernel, ...bias(layer, draft)], {
      ...convolutionAttributes(layer, config),
      group: { int: layer.inputShape[2]! },
    });
    addActivation(draft, config.activation, 4, layer.name);
  },

  MaxPooling2D: (layer, draft) => draft.node('MaxPool', [], poolingAttributes(layer)),
  // TensorFlow leaves the padding out of the mean.
  AveragePooling2D: (layer, draft) =>
    draft.node('AveragePool', [], { ...poolingAttributes(layer), count_include_pad: { int: 0 } }),
  GlobalAveragePooling2D: (layer, draft) => global(layer, draft, 'GlobalAveragePool'),
  GlobalMaxPooling2D: (layer, draft) => global(layer, draft, 'GlobalMaxPool'),

  BatchNormalization: (layer, draft) => {
    const { axis, epsilon } = settings(layer, z.looseObject({ axis: z.number(), epsilon: z.number() }));
    if (axis !== -1 && axis !== layer.inputShape.length) throw unsupported(layer, `axis ${axis}`);
    const channels = layer.inputShape.at(-1)!;
    const named = (part: string, otherwise: number) =>
      layer.weights.has(part)
        ? weight(layer, draft, part, 'same')
        : draft.constant(`${layer.name}/${part}`, [channels], new Array<number>(channels).fill(otherwise));
    draft.node(
      'BatchNormalization',
      [named('gamma', 1), named('beta', 0), named('moving_mean', 0), named('moving_variance', 1)],
      { epsilon: { float: epsilon } },
    );
  },

  Flatten: (layer, draft) => {
    rank(layer, 3);
    // Back to channels last, so that the weights of the next layer stay as they are.
    draft.node('Transpose', [], { perm: { ints: [0, 2, 3, 1] } });
    draft.node('Flatten', [], { axis: { int: 1 } });
  },

  Activation: (layer, draft) => {
    const { activation } = settings(layer, z.looseObject({ activation: z.string() }));
    addActivation(draft, activation, layer.inputShape.length + 1, layer.name);
  },
  ReLU: (layer, draft) => {
    const { maxValue } = settings(layer, z.looseObject({ maxValue: z.number().nullish() }));
    if (typeof maxValue === 'number') clip(draft, 0, maxValue);
    else draft.node('Relu');
  },
  LeakyReLU: (layer, draft) => {
    const { alpha } = settings(layer, z.looseObject({ alpha: z.number() }));
    draft.node('LeakyRelu', [], { alpha: { float: alpha } });
  },
  ELU: (layer, draft) => {
    const { alpha } = settings(layer, z.looseObject({ alpha: z.number() }));
    draft.node('Elu', [], { alpha: { float: alpha } });
  },
  ThresholdedReLU: (layer, draft) => {
    const { theta } = settings(layer, z.looseObject({ theta: z.number() }));
    draft.node('ThresholdedRelu', [], { alpha: { float: theta } });
  },
  Softmax: (layer, draft) => {
    const { axis } = settings(layer, z.looseObject({ axis: z.number() }));
    if (axis !== -1 && axis !== layer.inputShape.length) throw unsupported(layer, `axis ${axis}`);
    addActivation(draft, 'softmax', layer.inputShape.length + 1, layer.name);
  },
};

export const layerNames = Object.keys(rules);

/** @throws HaversackError `OperatorUnsupported` naming the layer. */
export function addLayer(layer: LayerFacts, draft: GraphDraft): void {
  const rule = Object.hasOwn(rules, layer.className) ? rules[layer.className] : undefined;
  if (!rule) throw unsupported(layer, 'this kind of layer');
  rule(layer, draft);
}

function settings<T>(layer: LayerFacts, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(layer.config);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unsupported(layer, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

function unsupported(layer: LayerFacts, what: string): HaversackError {
  return new HaversackError(
    'OperatorUnsupported',
    `Layer '${layer.name}' (${layer.className}) has no ONNX form here: ${what}.`,
  );
}

function rank(layer: LayerFacts, wanted: number): void {
  const got = layer.inputShape.length;
  if (got !== wanted) throw unsupported(layer, `a sample of ${got} dimensions, wanted ${wanted}`);
}

function weight(
  layer: LayerFacts,
  draft: GraphDraft,
  part: string,
  layout: Parameters<GraphDraft['weight']>[2],
): string {
  const value = layer.weights.get(part);
  if (!value) throw unsupported(layer, `no weight '${part}'`);
  return draft.weight(`${layer.name}/${part}`, value, layout);
}

function bias(layer: LayerFacts, draft: GraphDraft): string[] {
  return layer.weights.has('bias') ? [weight(layer, draft, 'bias', 'same')] : [];
}

function global(layer: LayerFacts, draft: GraphDraft, opType: string): void {
  rank(layer, 3);
  draft.node(opType);
  draft.node('Flatten', [], { axis: { int: 1 } });
}

function convolutionAttributes(layer: LayerFacts, config: z.infer<typeof convolution>): Attributes {
  return {
    kernel_shape: { ints: config.kernelSize },
    strides: { ints: config.strides },
    dilations: { ints: config.dilationRate },
    pads: { ints: pads(layer, config.padding, config.kernelSize, config.strides, config.dilationRate) },
  };
}

function poolingAttributes(layer: LayerFacts): Attributes {
  const { padding, poolSize, strides } = settings(layer, pooling);
  return {
    kernel_shape: { ints: poolSize },
    strides: { ints: strides },
    pads: { ints: pads(layer, padding, poolSize, strides, [1, 1]) },
  };
}

/**
 * [top, left, bottom, right]. TensorFlow's `same`: out = ⌈in / stride⌉, and of the padding that this takes,
 * max(0, (out − 1)·stride + (kernel − 1)·dilation + 1 − in), the smaller half comes first.
 */
function pads(
  layer: LayerFacts,
  padding: 'same' | 'valid',
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): number[] {
  rank(layer, 3);
  if (padding === 'valid') return [0, 0, 0, 0];
  const totals = [0, 1].map(axis => {
    const size = layer.inputShape[axis]!;
    const out = Math.ceil(size / strides[axis]!);
    return Math.max(0, (out - 1) * strides[axis]! + (kernel[axis]! - 1) * dilations[axis]! + 1 - size);
  });
  const before = totals.map(total => Math.floor(total / 2));
  return [...before, ...totals.map((total, axis) => total - before[axis]!)];
}
