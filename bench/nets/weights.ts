// The weights that every side starts from, and the one batch that it is fed: drawn from a seed, by names that all share.
import { type Random, seededRandom } from '../../src/core/data/random.ts';
import { elements, float32, type Tensor } from '../../src/core/tensor.ts';
import type { Layer, Net } from './net.ts';

const seed = 20_261_126;

export interface Weight {
  readonly name: string;
  readonly tensor: Tensor & { readonly data: Float32Array<ArrayBuffer> };
  /** `moving`: follows the data, not the gradient. */
  readonly role: 'trained' | 'moving';
  /** What its axes mean, for sides that lay it out otherwise. */
  readonly axes: 'conv' | 'depthwise' | 'image-dense' | 'recurrent' | 'other';
  /** Of `image-dense`: the image that is laid flat. */
  readonly image?: readonly [channels: number, height: number, width: number];
}

export interface Batch {
  /** [batch, …] */
  readonly shape: readonly number[];
  /** Numbers, or tokens. */
  readonly input: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  /** [batch], or [batch, places] */
  readonly labels: Int32Array<ArrayBuffer>;
  readonly labelShape: readonly number[];
}

/** In the order of the layers. */
export function weightsOf({ layers }: Net): Weight[] {
  const random = seededRandom(seed);
  return everyLayer(layers).flatMap(layer => weightsOfLayer(layer, random));
}

export function batchOf({ batch, input, labels, classes }: Net): Batch {
  const random = seededRandom(seed + 1);
  const shape = [batch, ...input.shape];
  const labelShape = labels === 'place' ? shape.slice(0, 2) : [batch];
  const count = elements(shape);
  const { tokens } = input;
  return {
    shape,
    input:
      tokens === undefined
        ? Float32Array.from({ length: count }, () => 2 * random.uniform() - 1)
        : Int32Array.from({ length: count }, () => random.integer(tokens)),
    labels: Int32Array.from({ length: elements(labelShape) }, () => random.integer(classes)),
    labelShape,
  };
}

function everyLayer(layers: readonly Layer[]): Layer[] {
  return layers.flatMap(layer => (layer.kind === 'residual' ? everyLayer(layer.layers) : [layer]));
}

function weightsOfLayer(layer: Layer, random: Random): Weight[] {
  switch (layer.kind) {
    case 'dense': {
      const { name, inputs, units, image } = layer;
      const weight = uniform(`${name}.weight`, [inputs, units], bound(inputs), random);
      return [image ? { ...weight, axes: 'image-dense', image } : weight, zeros(`${name}.bias`, units)];
    }
    case 'conv': {
      const { name, filters, channels, kernel, bias } = layer;
      const shape = [filters, channels, kernel, kernel];
      const weight = uniform(`${name}.weight`, shape, bound(channels * kernel ** 2), random);
      return [{ ...weight, axes: 'conv' }, ...(bias === 'bias' ? [zeros(`${name}.bias`, filters)] : [])];
    }
    case 'depthwise': {
      const { name, channels, kernel } = layer;
      const weight = uniform(`${name}.weight`, [channels, 1, kernel, kernel], bound(kernel ** 2), random);
      return [{ ...weight, axes: 'depthwise' }];
    }
    case 'batchNorm': {
      const { name, channels } = layer;
      return [
        filled(`${name}.scale`, channels, 1),
        zeros(`${name}.bias`, channels),
        { ...zeros(`${name}.mean`, channels), role: 'moving' },
        { ...filled(`${name}.variance`, channels, 1), role: 'moving' },
      ];
    }
    case 'embedding': {
      const { name, tokens, places, width } = layer;
      return [
        uniform(`${name}.tokens`, [tokens, width], 1, random),
        uniform(`${name}.places`, [places, width], 1, random),
      ];
    }
    case 'layerNorm':
      return [filled(`${layer.name}.scale`, layer.width, 1), zeros(`${layer.name}.bias`, layer.width)];
    case 'attention':
      return attentionParts.flatMap(part => [
        uniform(`${layer.name}.${part}.weight`, [layer.width, layer.width], bound(2 * layer.width), random),
        zeros(`${layer.name}.${part}.bias`, layer.width),
      ]);
    case 'gru': {
      const { name, inputs, hidden } = layer;
      const limit = 1 / Math.sqrt(hidden);
      return [
        uniform(`${name}.input`, [3 * hidden, inputs], limit, random),
        uniform(`${name}.recurrent`, [3 * hidden, hidden], limit, random),
        uniform(`${name}.bias`, [6 * hidden], limit, random),
      ].map(each => ({ ...each, axes: 'recurrent' as const }));
    }
    default:
      return [];
  }
}

/** Of an attention layer, in the order of its weights. */
export const attentionParts = ['query', 'key', 'value', 'out'] as const;

/** He et al. 2015, uniform. */
function bound(fanIn: number): number {
  return Math.sqrt(6 / fanIn);
}

function uniform(name: string, shape: readonly number[], limit: number, random: Random): Weight {
  return weight(name, shape, () => (2 * random.uniform() - 1) * limit);
}

function filled(name: string, size: number, value: number): Weight {
  return weight(name, [size], () => value);
}

function zeros(name: string, size: number): Weight {
  return filled(name, size, 0);
}

function weight(name: string, shape: readonly number[], draw: () => number): Weight {
  const data = Float32Array.from({ length: elements(shape) }, draw);
  return { name, tensor: { ...float32(shape, data), data }, role: 'trained', axes: 'other' };
}
