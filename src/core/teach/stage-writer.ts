// Writes into a graph what stands before a model: operators and constants under names of their own, and how a picture, once
// it is planes of numbers, is brought to the model's input.
import type { Attributes } from '../onnx/build.ts';
import { dataTypeOf } from '../onnx/data-type.ts';
import type { Graph, ValueSpec } from '../onnx/graph.ts';
import { int64 } from '../onnx/infer/known.ts';
import { float32, type Tensor } from '../tensor.ts';
import type { PhotoPreparation } from './embedder.ts';

export const toFloat: Attributes = { to: { int: dataTypeOf('FP32') } };

export class StageWriter {
  readonly #graph: Graph;
  readonly #prefix: string;

  /** @param prefix of all names */
  constructor(graph: Graph, prefix: string) {
    this.#graph = graph;
    this.#prefix = prefix;
  }

  op(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = this.#graph.fresh(`${this.#prefix}.${op}`);
    this.#graph.add(op, inputs, [output], { attributes });
    return output;
  }

  constant(stem: string, tensor: Tensor): string {
    const name = this.#graph.fresh(`${this.#prefix}.${stem}`);
    this.#graph.initializers.set(name, tensor);
    return name;
  }

  number(stem: string, value: number): string {
    return this.constant(stem, float32([], [value]));
  }

  /** FP32 [count]: whole numbers from the first on. */
  range(stem: string, first: number, count: number): string {
    const numbers = Float32Array.from({ length: count }, (_, i) => first + i);
    return this.constant(stem, float32([count], numbers));
  }

  axes(...values: readonly number[]): string {
    return this.constant('axes', int64(values));
  }

  #axis(value: number): string {
    return this.constant('axis', int64([value]));
  }

  /** @param steps in elements along that axis */
  slice(x: string, axis: number, from: number, to: number, steps = 1): string {
    const [starts, ends] = [this.constant('from', int64([from])), this.constant('to', int64([to]))];
    return this.op('Slice', [x, starts, ends, this.axes(axis), this.constant('steps', int64([steps]))]);
  }

  /**
   * new = R · old · C: each new pixel is a mean of old ones, rows by R [height, rows], columns by C [columns, width].
   * @param planes [n, channels, rows, columns]
   * @param from INT64 [1] each
   */
  resized(
    planes: string,
    from: { readonly rows: string; readonly columns: string },
    { height, width }: Pick<PhotoPreparation, 'height' | 'width'>,
  ): string {
    const narrowed = this.op('MatMul', [planes, this.#tent(from.columns, [1, width])]);
    return this.op('MatMul', [this.#tent(from.rows, [height, 1]), narrowed]);
  }

  /**
   * Linear, pixel centres at halves, and over all pixels that go into one where the photo gets smaller (Pillow's BILINEAR):
   * weight(i, j) = max(0, 1 − |j − cᵢ| / reach), made to sum to 1, with cᵢ = (i + ½) · scale − ½, scale = side / size,
   * reach = max(1, scale). In these operators and not as Resize: that one's `antialias` is refused by WebGPU (ONNX Runtime
   * Web 1.30), and a device is to see what the others see.
   */
  #tent(side: string, shape: readonly [1, number] | readonly [number, 1]): string {
    const size = Math.max(...shape);
    const axis = shape[0] === 1 ? 0 : 1;
    const middles = Float32Array.from({ length: size }, (_, i) => i + 0.5);
    const pixels = this.op('Squeeze', [this.op('Cast', [side], toFloat), this.#axis(0)]);
    const scale = this.op('Mul', [pixels, this.number('share', 1 / size)]);
    const centres = this.op('Mul', [this.constant('middles', float32(shape, middles)), scale]);
    const range = this.op('Range', [this.number('from', 0.5), pixels, this.number('one', 1)]);
    const centred = this.op('Unsqueeze', [range, this.#axis(1 - axis)]);
    const distances = this.op('Abs', [this.op('Sub', [centred, centres])]);
    const reach = this.op('Max', [scale, this.number('one', 1)]);
    const weights = this.op('Relu', [
      this.op('Sub', [this.number('one', 1), this.op('Div', [distances, reach])]),
    ]);
    const sums = this.op('ReduceSum', [weights, this.#axis(axis)], { keepdims: { int: 1 } });
    return this.op('Div', [weights, sums]);
  }

  /**
   * Scaled, laid out, and under the input's name.
   * @param planes [n, channels, height, width] of the preparation, 0 to 255
   */
  feed(input: ValueSpec, planes: string, preparation: PhotoPreparation): void {
    const scaled = this.#scaled(planes, preparation);
    const laidOut =
      preparation.layout === 'NCHW'
        ? scaled
        : this.op('Transpose', [scaled], { perm: { ints: [0, 2, 3, 1] } });
    this.#as(input, laidOut);
  }

  // (byte / 255 − mean) / deviation = byte · 1 / (255 · deviation) − mean / deviation
  #scaled(planes: string, { channels, mean, deviation }: PhotoPreparation): string {
    const shape = [1, channels, 1, 1];
    const factor = deviation.map(each => 1 / (255 * each));
    const offset = mean.map((each, channel) => -each / deviation[channel]!);
    const product = this.op('Mul', [planes, this.constant('factor', float32(shape, factor))]);
    return offset.every(each => each === 0)
      ? product
      : this.op('Add', [product, this.constant('offset', float32(shape, offset))]);
  }

  /** In the input's datatype. */
  #as({ name, datatype }: ValueSpec, x: string): void {
    if (datatype === 'FP32') {
      this.#graph.add('Identity', [x], [name]);
      return;
    }
    const isWhole = datatype !== 'FP16' && datatype !== 'FP64';
    const value = isWhole ? this.op('Round', [x]) : x;
    this.#graph.add('Cast', [value], [name], { attributes: { to: { int: dataTypeOf(datatype) } } });
  }
}

/** Puts what is written before all that is there. */
export function writeBefore(graph: Graph, write: () => void): void {
  const { nodes } = graph;
  graph.nodes = [];
  write();
  graph.nodes.push(...nodes);
}
