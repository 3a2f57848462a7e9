// Small networks from scratch, for rows of numbers: `linear`, `mlp:16,8` and `cnn`. Inputs are standardised inside the
// graph, so that whoever uses the model gives the numbers as they are.
import type { Bytes } from '../artifact/digest.ts';
import type { Random } from '../data/random.ts';
import { HaversackError } from '../errors.ts';
import { GraphBuilder } from '../onnx/build.ts';
import { elements, float32 } from '../tensor.ts';

export type NewModelSpec =
  | {
      readonly kind: 'mlp';
      /** Units of the hidden layers, none for a linear model. */ readonly hidden: readonly number[];
    }
  | { readonly kind: 'cnn'; /** Filters of the 3×3 convolutions. */ readonly filters: readonly number[] };

export interface NewModelData {
  /** [rows, columns] of the training part, row-major. */
  readonly values: Float32Array;
  readonly columns: number;
  /** Number of classes; or what the values to be learnt are like, which the graph brings its answers to. */
  readonly target: { readonly classes: number } | { readonly mean: number; readonly deviation: number };
}

const defaultHidden = [16];
const defaultFilters = [16, 32];
/** Units between a cnn's filters and its classes. */
const denseUnits = 64;
const maxUnits = 65_536;
/** An image this wide is halved after every convolution; a smaller one only after the last. */
const largeSide = 16;

/** @throws HaversackError `InputInvalid` */
export function parseNewModel(text: string): NewModelSpec {
  const [kind, list] = text.split(':');
  const sizes = list?.split(',').map(Number);
  const isList = sizes?.every(size => Number.isInteger(size) && size >= 1 && size <= maxUnits) ?? true;
  if (isList && kind === 'mlp') return { kind, hidden: sizes ?? defaultHidden };
  if (isList && kind === 'cnn') return { kind, filters: sizes ?? defaultFilters };
  if (text === 'linear') return { kind: 'mlp', hidden: [] };
  throw new HaversackError(
    'InputInvalid',
    `"${text}" is no new model; wanted linear, mlp:16,8 or cnn:16,32.`,
  );
}

/**
 * Input `features` [n, columns] (`image` [n, 1, side, side] for a cnn); output `probabilities` [n, classes] or `value`
 * [n, 1].
 * @throws HaversackError `InputInvalid` where a cnn gets rows that are no square image
 */
export function newModel(spec: NewModelSpec, data: NewModelData, random: Random): Bytes {
  const layers = new Layers(random);
  const last = spec.kind === 'mlp' ? mlp(layers, spec.hidden, data) : cnn(layers, spec.filters, data);
  const { builder } = layers;
  if ('classes' in data.target) {
    const logits = layers.dense('output', last, data.target.classes, 'glorot');
    builder.node('Softmax', [logits.name], ['probabilities'], { axis: { int: -1 } });
    return builder.output('probabilities', 'FP32', [-1, data.target.classes]).build();
  }
  const { mean, deviation } = data.target;
  const { name } = layers.dense('output', last, 1, 'glorot');
  // Div and Sub: a Mul and an Add after a layer would read as its scale and its bias.
  const scaled = layers.op('Div', [name, layers.constant('target.scale', [1], [1 / deviation])]);
  builder.node('Sub', [scaled, layers.constant('target.shift', [1], [-mean])], ['value']);
  return builder.output('value', 'FP32', [-1, 1]).build();
}

interface Value {
  readonly name: string;
  /** Of a sample. */
  readonly shape: readonly number[];
}

function mlp(layers: Layers, hidden: readonly number[], { values, columns }: NewModelData): Value {
  layers.builder.input('features', 'FP32', [-1, columns]);
  const { mean, deviation } = spreadOf(values, columns);
  const start = { name: layers.standardised('features', [columns], mean, deviation), shape: [columns] };
  return hidden.reduce<Value>(
    (x, units, i) => layers.relu(layers.dense(`hidden${i + 1}`, x, units, 'he')),
    start,
  );
}

function cnn(layers: Layers, filters: readonly number[], { values, columns }: NewModelData): Value {
  const side = Math.sqrt(columns);
  if (!Number.isInteger(side) || side < 2) {
    throw new HaversackError('InputInvalid', `A cnn takes square images; ${columns} columns are none.`);
  }
  layers.builder.input('image', 'FP32', [-1, 1, side, side]);
  // All pixels alike: what stands out in a picture is not what is rare in a column.
  const { mean, deviation } = spreadOf(values, 1);
  let x: Value = { name: layers.standardised('image', [1], mean, deviation), shape: [1, side, side] };
  filters.forEach((count, i) => {
    x = layers.relu(layers.conv(`conv${i + 1}`, x, count));
    const isLast = i === filters.length - 1;
    if ((isLast || side >= largeSide) && x.shape[1]! >= 2) x = layers.halved(x);
  });
  const flat = { name: layers.op('Flatten', [x.name], { axis: { int: 1 } }), shape: [elements(x.shape)] };
  return layers.relu(layers.dense('hidden', flat, denseUnits, 'he'));
}

class Layers {
  readonly builder = new GraphBuilder('haversack');
  readonly #random: Random;
  #count = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  op(type: string, inputs: readonly string[], attributes: Parameters<GraphBuilder['node']>[3] = {}): string {
    const output = `${type.toLowerCase()}_${++this.#count}`;
    this.builder.node(type, inputs, [output], attributes);
    return output;
  }

  constant(name: string, shape: readonly number[], values: readonly number[]): string {
    this.builder.initializer(name, float32(shape, values));
    return name;
  }

  // (x − μ) / σ
  standardised(
    x: string,
    shape: readonly number[],
    mean: readonly number[],
    deviation: readonly number[],
  ): string {
    const centred = this.op('Sub', [x, this.constant('features.mean', shape, mean)]);
    return this.op('Div', [centred, this.constant('features.deviation', shape, deviation)]);
  }

  dense(name: string, x: Value, units: number, start: 'he' | 'glorot'): Value {
    const [inputs] = x.shape as [number];
    const bound = Math.sqrt(6 / (start === 'he' ? inputs : inputs + units));
    const weight = this.#weight(`${name}.weight`, [inputs, units], bound);
    return { name: this.op('Gemm', [x.name, weight, this.#bias(name, units)]), shape: [units] };
  }

  /** 3×3, the image keeps its size. */
  conv(name: string, x: Value, filters: number): Value {
    const [channels, ...size] = x.shape as [number, ...number[]];
    const weight = this.#weight(`${name}.weight`, [filters, channels, 3, 3], Math.sqrt(6 / (channels * 9)));
    const attributes = { kernel_shape: { ints: [3, 3] }, pads: { ints: [1, 1, 1, 1] } };
    return {
      name: this.op('Conv', [x.name, weight, this.#bias(name, filters)], attributes),
      shape: [filters, ...size],
    };
  }

  relu(x: Value): Value {
    return { ...x, name: this.op('Relu', [x.name]) };
  }

  halved(x: Value): Value {
    const [channels, ...size] = x.shape as [number, ...number[]];
    const attributes = { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } };
    const shape = [channels, ...size.map(length => Math.floor(length / 2))];
    return { name: this.op('MaxPool', [x.name], attributes), shape };
  }

  /** Uniform within the bound: He et al. 2015 (√(6 / in)), Glorot and Bengio 2010 (√(6 / (in + out))). */
  #weight(name: string, shape: readonly number[], bound: number): string {
    const values = Array.from({ length: elements(shape) }, () => (2 * this.#random.uniform() - 1) * bound);
    return this.constant(name, shape, values);
  }

  #bias(name: string, units: number): string {
    return this.constant(`${name}.bias`, [units], new Array<number>(units).fill(0));
  }
}

/** Of each column; a column that never changes has the deviation 1. The population's, as scikit-learn's StandardScaler. */
function spreadOf(values: Float32Array, columns: number): { mean: number[]; deviation: number[] } {
  const rows = values.length / columns;
  const each = Array.from({ length: columns }, (_, column) => {
    let sum = 0;
    for (let i = column; i < values.length; i += columns) sum += values[i]!;
    const mean = sum / rows;
    let squares = 0;
    for (let i = column; i < values.length; i += columns) squares += (values[i]! - mean) ** 2;
    return { mean, deviation: Math.sqrt(squares / rows) || 1 };
  });
  return { mean: each.map(({ mean }) => mean), deviation: each.map(({ deviation }) => deviation) };
}
