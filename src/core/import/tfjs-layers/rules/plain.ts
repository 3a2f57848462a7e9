// Layers that know no neighbourhood: dense, activations, changes of shape, embeddings.
import { z } from '../../../zod.ts';
import { addActivation, clip } from '../activations.ts';
import type { GraphDraft, Sizes, Value } from '../graph-draft.ts';
import {
  bias,
  channelsLast,
  laidOut,
  known,
  type Layer,
  type LayerRule,
  ofRank,
  passThrough,
  sampleAxis,
  settings,
  single,
  unsupported,
  weight,
  weightOf,
} from '../layer.ts';

const activated = z.looseObject({ activation: z.string().nullish() });

/** Keras 3 calls the slope `negative_slope`. */
const slope = z.looseObject({ alpha: z.number().optional(), negative_slope: z.number().optional() });

export const plainRules: Readonly<Record<string, LayerRule>> = {
  InputLayer: passThrough,
  // They do something in training only.
  Dropout: passThrough,
  SpatialDropout1D: passThrough,
  SpatialDropout2D: passThrough,
  GaussianDropout: passThrough,
  GaussianNoise: passThrough,
  AlphaDropout: passThrough,
  ActivityRegularization: passThrough,

  Dense: single((layer, x, draft) => {
    const { activation } = settings(layer, activated);
    const made = dense(layer, x, draft);
    return { ...made, name: activate(draft, made, activation, layer) };
  }),

  Flatten: single((layer, x, draft) => {
    const size = x.shape.reduce<number>((product, each) => product * known(layer, each), 1);
    // Back to channels last, so that the weights of the next layer stay as they are.
    return { name: draft.node('Flatten', [inOrder(draft, x)], { axis: { int: 1 } }), shape: [size] };
  }),

  Reshape: single((layer, x, draft) => {
    const { target_shape: target } = settings(
      layer,
      z.looseObject({ target_shape: z.array(z.number().int().nullable()).min(1).max(8) }),
    );
    const shape = target.map(size => size ?? -1);
    const sizes = resolved(layer, x.shape, shape);
    const from = inOrder(draft, x);
    // 0 takes the batch as it is. Of one place, channels last and first are the same line of numbers.
    const reshape = (to: readonly number[]) =>
      draft.node('Reshape', [from, draft.integers(`${layer.name}/shape`, [0, ...to])]);
    if (isOneLine(sizes)) return { name: reshape([shape[2]!, 1, 1]), shape: sizes };
    return laidOut(draft, reshape(shape), sizes);
  }),

  Permute: single((layer, x, draft) => {
    const { dims } = settings(
      layer,
      z.looseObject({ dims: z.array(z.number().int().min(1)).length(x.shape.length) }),
    );
    const made = draft.node('Transpose', [channelsLast(draft, x)], { perm: { ints: [0, ...dims] } });
    return laidOut(
      draft,
      made,
      dims.map(dim => x.shape[dim - 1]!),
    );
  }),

  RepeatVector: single((layer, x, draft) => {
    const { n } = settings(layer, z.looseObject({ n: z.number().int().positive() }));
    const [width] = ofRank(layer, x, 1);
    const column = draft.node('Unsqueeze', [x.name, draft.integers(`${layer.name}/axis`, [1])]);
    const repeats = draft.integers(`${layer.name}/repeats`, [1, n, 1]);
    return { name: draft.node('Tile', [column, repeats]), shape: [n, width!] };
  }),

  Embedding: single((layer, x, draft) => {
    const { mask_zero: masks } = settings(layer, z.looseObject({ mask_zero: z.boolean().nullish() }));
    if (masks) throw unsupported(layer, 'mask_zero, which layers after it would have to heed');
    ofRank(layer, x, 1);
    const [, width] = weightOf(layer, 'embeddings').shape;
    const rows = draft.node('Cast', [x.name], { to: { int: onnxInt64 } });
    const table = weight(layer, draft, 'embeddings', 'same');
    return { name: draft.node('Gather', [table, rows], { axis: { int: 0 } }), shape: [x.shape[0]!, width!] };
  }),

  Activation: single((layer, x, draft) => {
    const { activation } = settings(layer, z.looseObject({ activation: z.string() }));
    return { ...x, name: activate(draft, x, activation, layer) };
  }),

  ReLU: single((layer, x, draft) => {
    const config = settings(
      layer,
      z.looseObject({
        max_value: z.number().nullish(),
        negative_slope: z.literal(0, 'only 0').nullish(),
        threshold: z.literal(0, 'only 0').nullish(),
      }),
    );
    const max = config.max_value;
    const name = typeof max === 'number' ? clip(draft, x.name, 0, max) : draft.node('Relu', [x.name]);
    return { ...x, name };
  }),

  LeakyReLU: single((layer, x, draft) => {
    const config = settings(layer, slope);
    const alpha = config.alpha ?? config.negative_slope ?? 0.3;
    return { ...x, name: draft.node('LeakyRelu', [x.name], { alpha: { float: alpha } }) };
  }),

  PReLU: single((layer, x, draft) => {
    const { shape } = weightOf(layer, 'alpha');
    const isPerChannel = shape.slice(0, -1).every(size => size === 1);
    if (x.shape.length === 3 && !isPerChannel)
      throw unsupported(layer, `an alpha for each place (shared_axes)`);
    const alpha = weight(layer, draft, 'alpha', 'same');
    const slopes =
      x.shape.length === 3
        ? draft.node('Reshape', [alpha, draft.integers(`${layer.name}/shape`, [-1, 1, 1])])
        : alpha;
    return { ...x, name: draft.node('PRelu', [x.name, slopes]) };
  }),

  ELU: single((layer, x, draft) => {
    const { alpha } = settings(layer, z.looseObject({ alpha: z.number().default(1) }));
    return { ...x, name: draft.node('Elu', [x.name], { alpha: { float: alpha } }) };
  }),

  ThresholdedReLU: single((layer, x, draft) => {
    const { theta } = settings(layer, z.looseObject({ theta: z.number().default(1) }));
    return { ...x, name: draft.node('ThresholdedRelu', [x.name], { alpha: { float: theta } }) };
  }),

  Softmax: single((layer, x, draft) => {
    const { axis } = settings(layer, z.looseObject({ axis: z.number().int().default(-1) }));
    const rank = x.shape.length;
    if (sampleAxis(layer, axis, rank) !== rank - 1) throw unsupported(layer, `axis ${axis}`);
    return { ...x, name: activate(draft, x, 'softmax', layer) };
  }),

  Rescaling: single((layer, x, draft) => {
    const { scale, offset } = settings(
      layer,
      z.looseObject({ scale: z.number(), offset: z.number().default(0) }),
    );
    const scaled = draft.node('Mul', [x.name, draft.constant(`${layer.name}/scale`, [], [scale])]);
    if (offset === 0) return { ...x, name: scaled };
    return { ...x, name: draft.node('Add', [scaled, draft.constant(`${layer.name}/offset`, [], [offset])]) };
  }),
};

/** TensorProto.DataType.INT64 (onnx.proto), as `Cast` names it. */
const onnxInt64 = 7;

export function activate(
  draft: GraphDraft,
  x: Value,
  activation: string | null | undefined,
  layer: Layer,
): string {
  return addActivation(draft, x.name, activation ?? 'linear', x.shape.length + 1, layer.name);
}

/** y = x·kernel + bias over the last axis; kernel [in, out]. */
function dense(layer: Layer, x: Value, draft: GraphDraft): Value {
  const units = weightOf(layer, 'kernel').shape[1]!;
  if (x.shape.length === 1) {
    const kernel = weight(layer, draft, 'kernel', 'same');
    return { name: draft.node('Gemm', [x.name, kernel, ...bias(layer, draft)]), shape: [units] };
  }
  const last = channelsLast(draft, x);
  const product = draft.node('MatMul', [last, weight(layer, draft, 'kernel', 'same')]);
  const [offset] = bias(layer, draft);
  const made = offset === undefined ? product : draft.node('Add', [product, offset]);
  return laidOut(draft, made, [...x.shape.slice(0, -1), units]);
}

/** Elements in the order that the layers model has them in; of one place, or one channel, any order is that. */
function inOrder(draft: GraphDraft, x: Value): string {
  return isOneLine(x.shape) ? x.name : channelsLast(draft, x);
}

function isOneLine(shape: Sizes): boolean {
  const [height, width] = shape;
  return shape.length === 3 && height === 1 && width === 1;
}

/** The target with its −1 worked out, where the input's sizes are known. */
function resolved(layer: Layer, from: Sizes, target: readonly number[]): Sizes {
  const free = target.indexOf(-1);
  const rest = target.reduce((product, size) => (size === -1 ? product : product * size), 1);
  if (from.includes(null)) return target.map(size => (size === -1 ? null : size));
  const count = (from as number[]).reduce((product, size) => product * size, 1);
  if (free === -1 ? rest !== count : count % rest !== 0 || target.lastIndexOf(-1) !== free) {
    throw unsupported(layer, `[${from.join(', ')}] does not fit [${target.join(', ')}]`);
  }
  return target.map(size => (size === -1 ? count / rest : size));
}
