// Writes into a graph how a photo of any size is brought to a model's input: the middle square, resized, grey where the
// model sees no colours, scaled. So that a device, a server and a page of somebody else prepare a photo alike.
import type { Graph, ValueSpec } from '../onnx/graph.ts';
import { int64 } from '../onnx/infer/known.ts';
import { float32 } from '../tensor.ts';
import type { PhotoPreparation } from './embedder.ts';
import { StageWriter, toFloat, writeBefore } from './stage-writer.ts';

/** UINT8 [n, height, width, 3], sRGB, of any height and width. */
export const photoInput = 'photo';

/** ITU-R BT.601-7, 2.5.1: luma of red, green and blue. */
const luma = [0.299, 0.587, 0.114];

/**
 * Puts the nodes before all others; `input` is then made instead of fed, and `photo` is what the graph is fed.
 * @param input of that graph, in the preparation's layout and size
 */
export function preparePhoto(graph: Graph, input: ValueSpec, preparation: PhotoPreparation): void {
  const writer = new StageWriter(graph, photoInput);
  writeBefore(graph, () => {
    const { photo, block, blocks } = middleSquare(writer, Math.max(preparation.height, preparation.width));
    // What follows works on planes, and so do most models.
    const planes = writer.op('Transpose', [writer.op('Cast', [photo], toFloat)], {
      perm: { ints: [0, 3, 1, 2] },
    });
    const means = blockMeans(writer, planes, { block, blocks });
    const resized = writer.resized(means, { rows: blocks, columns: blocks }, preparation);
    writer.feed(input, preparation.channels === 1 ? grey(writer, resized) : resized, preparation);
  });
  graph.inputs = [{ name: photoInput, datatype: 'UINT8', shape: [-1, -1, -1, 3] }];
  graph.claim(photoInput);
}

interface Blocks {
  /** Pixels along a side of what is taken together: INT64 [1]. */
  readonly block: string;
  /** Along a side: INT64 [1]. */
  readonly blocks: string;
}

interface Square extends Blocks {
  /** UINT8 [n, block · blocks, block · blocks, 3] */
  readonly photo: string;
}

// block = max(1, ⌊min(h, w) / size⌋); side = block · blocks; rows (h − side) / 2 up to that + side, columns alike
function middleSquare(writer: StageWriter, size: number): Square {
  const sizes = writer.op('Slice', [
    writer.op('Shape', [photoInput]),
    writer.constant('first', int64([1])),
    writer.constant('end', int64([3])),
  ]);
  const most = writer.op('ReduceMin', [sizes], { keepdims: { int: 1 } });
  const times = writer.op('Div', [most, writer.constant('size', int64([size]))]);
  const block = writer.op('Max', [times, writer.constant('one', int64([1]))]);
  const blocks = writer.op('Div', [most, block]);
  const side = writer.op('Mul', [blocks, block]);
  const starts = writer.op('Div', [writer.op('Sub', [sizes, side]), writer.constant('two', int64([2]))]);
  const ends = writer.op('Add', [starts, side]);
  return { photo: writer.op('Slice', [photoInput, starts, ends, writer.axes(1, 2)]), block, blocks };
}

/** Rows before columns. Most pixels are gone before the matrix products of the resize, which would take the longest. */
function blockMeans(writer: StageWriter, planes: string, { block, blocks }: Blocks): string {
  const kept = (count: number) => writer.constant('kept', int64(new Array<number>(count).fill(0)));
  const shape = (sizes: readonly string[]) => writer.op('Concat', sizes, { axis: { int: 0 } });
  const mean = (x: string, axis: number) =>
    writer.op('ReduceMean', [x, writer.axes(axis)], { keepdims: { int: 0 } });
  const inRows = shape([kept(2), blocks, block, writer.constant('rest', int64([-1]))]);
  const rows = mean(writer.op('Reshape', [planes, inRows]), 3);
  return mean(writer.op('Reshape', [rows, shape([kept(3), blocks, block])]), 4);
}

// No convolution: that would be a layer, and this is nothing that is trained.
function grey(writer: StageWriter, planes: string): string {
  const weighted = writer.op('Mul', [planes, writer.constant('luma', float32([1, 3, 1, 1], luma))]);
  return writer.op('ReduceSum', [weighted, writer.constant('channel', int64([1]))], {
    keepdims: { int: 1 },
  });
}
