// Writes into a graph how a photo of any size is brought to a model's input: the middle square, resized, grey where the
// model sees no colours, scaled. So that a device, a server and a page of somebody else prepare a photo alike.
import type { Attributes } from '../onnx/build.ts';
import { dataTypeOf } from '../onnx/data-type.ts';
import type { Graph, ValueSpec } from '../onnx/graph.ts';
import { int64 } from '../onnx/infer/known.ts';
import { float32, type Tensor } from '../tensor.ts';
import type { PhotoPreparation } from './embedder.ts';

/** UINT8 [n, height, width, 3], sRGB, of any height and width. */
export const photoInput = 'photo';

/** ITU-R BT.601-7, 2.5.1: luma of red, green and blue. */
const luma = [0.299, 0.587, 0.114];

/**
 * Puts the nodes before all others; `input` is then made instead of fed, and `photo` is what the graph is fed.
 * @param input of that graph, in the preparation's layout and size
 */
export function preparePhoto(graph: Graph, input: ValueSpec, preparation: PhotoPreparation): void {
  const { nodes } = graph;
  graph.nodes = [];
  const writer = new Writer(graph);
  const square = writer.middleSquare(photoInput);
  // What follows works on planes, and so do most models.
  const planes = writer.op('Transpose', [writer.op('Cast', [square.photo], toFloat)], {
    perm: { ints: [0, 3, 1, 2] },
  });
  const resized = writer.resized(planes, square.side, preparation);
  const grey = preparation.channels === 1 ? writer.grey(resized) : resized;
  const scaled = writer.scaled(grey, preparation);
  const laidOut =
    preparation.layout === 'NCHW'
      ? scaled
      : writer.op('Transpose', [scaled], { perm: { ints: [0, 2, 3, 1] } });
  writer.as(input, laidOut);
  graph.inputs = [{ name: photoInput, datatype: 'UINT8', shape: [-1, -1, -1, 3] }];
  graph.claim(photoInput);
  graph.nodes.push(...nodes);
}

interface Square {
  /** UINT8 [n, side, side, 3] */
  readonly photo: string;
  /** INT64 [1] */
  readonly side: string;
}

const toFloat = { to: { int: dataTypeOf('FP32') } };

class Writer {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  op(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = this.#graph.fresh(`photo.${op}`);
    this.#graph.add(op, inputs, [output], { attributes });
    return output;
  }

  constant(stem: string, tensor: Tensor): string {
    const name = this.#graph.fresh(`photo.${stem}`);
    this.#graph.initializers.set(name, tensor);
    return name;
  }

  // side = min(h, w); rows (h − side) / 2 up to that + side, columns alike
  middleSquare(photo: string): Square {
    const sizes = this.op('Slice', [
      this.op('Shape', [photo]),
      this.constant('first', int64([1])),
      this.constant('end', int64([3])),
    ]);
    const side = this.op('ReduceMin', [sizes], { keepdims: { int: 1 } });
    const starts = this.op('Div', [this.op('Sub', [sizes, side]), this.constant('two', int64([2]))]);
    const ends = this.op('Add', [starts, side]);
    const cut = this.op('Slice', [photo, starts, ends, this.constant('axes', int64([1, 2]))]);
    return { photo: cut, side };
  }

  // new = R · old · C: each new pixel is a mean of old ones, rows by R [height, side], columns by C [side, width].
  resized(planes: string, side: string, { height, width }: PhotoPreparation): string {
    const narrowed = this.op('MatMul', [planes, this.tent(side, [1, width])]);
    return this.op('MatMul', [this.tent(side, [height, 1]), narrowed]);
  }

  /**
   * Linear, pixel centres at halves, and over all pixels that go into one where the photo gets smaller (Pillow's BILINEAR):
   * weight(i, j) = max(0, 1 − |j − cᵢ| / reach), made to sum to 1, with cᵢ = (i + ½) · scale − ½, scale = side / size,
   * reach = max(1, scale). In these operators and not as Resize: that one's `antialias` is refused by WebGPU (ONNX Runtime
   * Web 1.30), and a device is to see what the others see.
   */
  tent(side: string, shape: readonly [1, number] | readonly [number, 1]): string {
    const size = Math.max(...shape);
    const axis = shape[0] === 1 ? 0 : 1;
    const number = (stem: string, value: number) => this.constant(stem, float32([], [value]));
    const middles = Float32Array.from({ length: size }, (_, i) => i + 0.5);
    const pixels = this.op('Squeeze', [this.op('Cast', [side], toFloat), this.constant('axis', int64([0]))]);
    const scale = this.op('Mul', [pixels, number('share', 1 / size)]);
    const centres = this.op('Mul', [this.constant('middles', float32(shape, middles)), scale]);
    const range = this.op('Range', [number('from', 0.5), pixels, number('one', 1)]);
    const centred = this.op('Unsqueeze', [range, this.constant('axis', int64([1 - axis]))]);
    const distances = this.op('Abs', [this.op('Sub', [centred, centres])]);
    const reach = this.op('Max', [scale, number('one', 1)]);
    const weights = this.op('Relu', [this.op('Sub', [number('one', 1), this.op('Div', [distances, reach])])]);
    const sums = this.op('ReduceSum', [weights, this.constant('axis', int64([axis]))], {
      keepdims: { int: 1 },
    });
    return this.op('Div', [weights, sums]);
  }

  // No convolution: that would be a layer, and this is nothing that is trained.
  grey(planes: string): string {
    const weighted = this.op('Mul', [planes, this.constant('luma', float32([1, 3, 1, 1], luma))]);
    return this.op('ReduceSum', [weighted, this.constant('channel', int64([1]))], { keepdims: { int: 1 } });
  }

  // (byte / 255 − mean) / deviation = byte · 1 / (255 · deviation) − mean / deviation
  scaled(planes: string, { channels, mean, deviation }: PhotoPreparation): string {
    const shape = [1, channels, 1, 1];
    const factor = deviation.map(each => 1 / (255 * each));
    const offset = mean.map((each, channel) => -each / deviation[channel]!);
    const product = this.op('Mul', [planes, this.constant('factor', float32(shape, factor))]);
    return offset.every(each => each === 0)
      ? product
      : this.op('Add', [product, this.constant('offset', float32(shape, offset))]);
  }

  /** Under the input's name and in its datatype. */
  as({ name, datatype }: ValueSpec, x: string): void {
    if (datatype === 'FP32') {
      this.#graph.add('Identity', [x], [name]);
      return;
    }
    const isWhole = datatype !== 'FP16' && datatype !== 'FP64';
    const value = isWhole ? this.op('Round', [x]) : x;
    this.#graph.add('Cast', [value], [name], { attributes: { to: { int: dataTypeOf(datatype) } } });
  }
}
