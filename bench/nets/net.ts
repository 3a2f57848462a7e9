// What a network of the training benches is: layers by plain numbers, which ours and every peer build in its own way. Knows
// nobody who computes.

/** What a layer reads and makes is said for one sample; images are [channels, height, width]. */
export type Layer =
  /** [inputs] → [units]; along the last axis, where there are more. `image`: what is laid flat, channels first. */
  | {
      readonly kind: 'dense';
      readonly name: string;
      readonly inputs: number;
      readonly units: number;
      readonly image?: readonly [channels: number, height: number, width: number];
    }
  /** Square kernels, padded by ⌊kernel / 2⌋ on each side. No bias where a batch normalization follows. */
  | {
      readonly kind: 'conv';
      readonly name: string;
      readonly channels: number;
      readonly filters: number;
      readonly kernel: number;
      readonly stride: number;
      readonly bias: 'bias' | 'none';
    }
  /** A filter a channel, no bias; padded likewise. */
  | {
      readonly kind: 'depthwise';
      readonly name: string;
      readonly channels: number;
      readonly kernel: number;
      readonly stride: number;
    }
  /** By the batch's own statistics, which running ones follow. */
  | { readonly kind: 'batchNorm'; readonly name: string; readonly channels: number }
  | { readonly kind: 'relu' }
  | { readonly kind: 'relu6' }
  /** The greatest of 2 × 2. */
  | { readonly kind: 'maxPool' }
  /** [channels, height, width] → [channels] */
  | { readonly kind: 'globalAveragePool' }
  /** x + layers(x) */
  | { readonly kind: 'residual'; readonly layers: readonly Layer[] }
  /** [places] of tokens → [places, width]: a row a token, plus a row a place. */
  | {
      readonly kind: 'embedding';
      readonly name: string;
      readonly tokens: number;
      readonly places: number;
      readonly width: number;
    }
  /** Of the last axis. */
  | { readonly kind: 'layerNorm'; readonly name: string; readonly width: number }
  /** [places, width] → the same: scaled dot products, all places see all (Vaswani et al., arXiv 1706.03762, §3.2). */
  | {
      readonly kind: 'attention';
      readonly name: string;
      readonly places: number;
      readonly width: number;
      readonly heads: number;
    }
  /** [steps, inputs] → [hidden]: the state after the last step. */
  | {
      readonly kind: 'gru';
      readonly name: string;
      readonly steps: number;
      readonly inputs: number;
      readonly hidden: number;
    };

export type LayerOf<Kind extends Layer['kind']> = Extract<Layer, { kind: Kind }>;

export interface Net {
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** Of a sample: numbers of a normal size, or tokens below `tokens`. */
  readonly input: { readonly shape: readonly number[]; readonly tokens?: number };
  readonly classes: number;
  /** A label a sample, or a label a place. */
  readonly labels: 'sample' | 'place';
  readonly batch: number;
  readonly layers: readonly Layer[];
}

/** How each kind of layer is computed; `Value` is whatever stands for an array there. */
export type Builder<Value> = {
  readonly [Kind in Exclude<Layer['kind'], 'residual'>]: (x: Value, layer: LayerOf<Kind>) => Value;
} & {
  readonly add: (a: Value, b: Value) => Value;
  /** `x` once more, where whoever computes counts how often a value is used. */
  readonly share?: (x: Value) => Value;
};

/** The logits. */
export function build<Value>(layers: readonly Layer[], builder: Builder<Value>, input: Value): Value {
  return layers.reduce((x, layer) => buildLayer(layer, builder, x), input);
}

function buildLayer<Value>(layer: Layer, builder: Builder<Value>, x: Value): Value {
  if (layer.kind === 'residual') {
    const again = builder.share?.(x) ?? x;
    return builder.add(again, build(layer.layers, builder, x));
  }
  const make = builder[layer.kind] as (x: Value, layer: Layer) => Value;
  return make(x, layer);
}
