// Gradients of pooling. Where several elements of a window are the greatest they share its gradient equally, which is what
// central differences give for two. (PyTorch and TensorFlow give it to the first.)
import { readInt, readInts } from '../../../onnx/attributes.ts';
import type { GraphNode } from '../../../onnx/graph.ts';
import { elements } from '../../../tensor.ts';
import { axesOf } from '../axes.ts';
import type { GradientRule } from '../rule.ts';
import type { Tape } from '../tape.ts';
import { convAttributes, isTiling, transposedAttributes, type Windows, windowsOf } from '../windows.ts';

function poolOf(node: GraphNode, t: Tape, dy: string) {
  const [x] = node.inputs as [string];
  const input = t.shape(x).slice(2);
  const output = t.shape(dy).slice(2);
  const windows = windowsOf(node, readInts(node, 'kernel_shape', []), input, output);
  return { x, input, output, windows, planes: t.shape(x)[0]! * t.shape(x)[1]! };
}

// dX = dY / ties where x = y, for the windows that an element is in
const maxPool: GradientRule = (node, grad, t) => {
  const dy = grad[0]!;
  const { x, input, output, windows, planes } = poolOf(node, t, dy);
  const [y] = node.outputs as [string];
  if (isTiling(windows)) {
    const tiled = tiles(t, x, windows, output, planes);
    const dx = shareEqually(
      t,
      tiled.value,
      t.reshape(y, tiled.windows),
      t.reshape(dy, tiled.windows),
      tiled.within,
    );
    return [untile(t, dx, windows, output, t.shape(x))];
  }
  const places = elements(windows.kernel);
  const patches = patchesOf(t, x, windows, input, output, planes);
  const one = [planes, 1, ...output];
  const mask = t.cast(t.equal(patches, t.reshape(y, one)), t.datatype(x));
  const inside = t.mul(mask, t.numbers([places, ...output], insideOf(windows, input, output), t.datatype(x)));
  const share = t.div(t.reshape(dy, one), t.sum(inside, [1]));
  return [scatter(t, t.mul(inside, share), windows, t.shape(x), output)];
};

// dX = dY / count, for the windows that an element is in
const averagePool: GradientRule = (node, grad, t) => {
  const { x, input, output, windows, planes } = poolOf(node, t, grad[0]!);
  const isWhole = output.every((size, i) => size * windows.kernel[i]! <= input[i]!);
  if (isTiling(windows) && isWhole) {
    const even = t.div(grad[0]!, elements(windows.kernel));
    const { windows: wide, all } = tiledShapes(windows, output, planes);
    return [untile(t, t.expand(t.reshape(even, wide), all), windows, output, t.shape(x))];
  }
  const counts = countsOf(windows, input, output, readInt(node, 'count_include_pad', 0) === 1);
  const share = t.mul(
    grad[0]!,
    t.numbers(
      output,
      counts.map(count => 1 / count),
      t.datatype(x),
    ),
  );
  const folded = t.reshape(share, [planes, 1, ...output]);
  const ones = t.filled(1, [1, 1, ...windows.kernel], t.datatype(x));
  const dx = t.op('ConvTranspose', [folded, ones], transposedAttributes(windows, input, output));
  return [t.reshape(dx, t.shape(x))];
};

// y = mean over all places: dX = dY / places
const globalAveragePool: GradientRule = ({ inputs }, grad, t) => {
  const shape = t.shape(inputs[0]!);
  return [t.expand(t.div(grad[0]!, elements(shape.slice(2))), shape)];
};

// y = max over all places: dX = dY / ties where x = y
const globalMaxPool: GradientRule = ({ inputs, outputs }, grad, t) => {
  const [x] = inputs as [string];
  return [shareEqually(t, x, outputs[0]!, grad[0]!, axesOf(t.shape(x)).slice(2))];
};

/** x that equals its y, along these axes, gets dy over the number of those. */
export function shareEqually(t: Tape, x: string, y: string, dy: string, axes: readonly number[]): string {
  const mask = t.cast(t.equal(x, y), t.datatype(x));
  return t.mul(mask, t.div(dy, t.sum(mask, axes)));
}

// Windows side by side are axes of their own: [N · C, O₁, K₁, O₂, K₂ …].

function tiledShapes({ kernel }: Windows, output: readonly number[], planes: number) {
  return {
    all: [planes, ...output.flatMap((size, i) => [size, kernel[i]!])],
    windows: [planes, ...output.flatMap(size => [size, 1])],
    within: output.map((_, i) => 2 * i + 2),
  };
}

function tiles(t: Tape, x: string, windows: Windows, output: readonly number[], planes: number) {
  const shapes = tiledShapes(windows, output, planes);
  const axes = output.map((_, i) => i + 2);
  const used = output.map((size, i) => size * windows.kernel[i]!);
  const over = used.map((size, i) => Math.max(0, size - t.shape(x)[i + 2]!));
  // A last window that is not whole (`ceil_mode`) is filled up with what is never the greatest.
  const whole = over.some(size => size > 0) ? padWith(t, x, over) : x;
  const value = t.reshape(
    t.slice(
      whole,
      axes,
      axes.map(() => 0),
      used,
    ),
    shapes.all,
  );
  return { ...shapes, value };
}

function padWith(t: Tape, x: string, over: readonly number[]): string {
  const begins = t.shape(x).map(() => 0);
  return t.op('Pad', [x, t.ints([...begins, 0, 0, ...over]), t.scalar(-3e38, t.datatype(x))]);
}

/** Back to [N, C, …S]: what no window reaches gets 0. */
function untile(
  t: Tape,
  dx: string,
  { kernel }: Windows,
  output: readonly number[],
  shape: readonly number[],
): string {
  const used = output.map((size, i) => size * kernel[i]!);
  const joined = t.reshape(dx, [...shape.slice(0, 2), ...used]);
  const axes = output.map((_, i) => i + 2);
  const cut = t.slice(
    joined,
    axes,
    axes.map(() => 0),
    shape.slice(2),
  );
  const rest = t.shape(cut).map((size, axis) => shape[axis]! - size);
  return t.pad(
    cut,
    rest.map(() => 0),
    rest,
  );
}

// Windows that overlap: a constant Conv brings each window's elements into channels, and its adjoint brings them back.

/** [N · C, K₁ · K₂ …, …O]; what lies in the pads is 0. */
function patchesOf(
  t: Tape,
  x: string,
  windows: Windows,
  input: readonly number[],
  output: readonly number[],
  planes: number,
): string {
  const folded = t.reshape(x, [planes, 1, ...input]);
  return t.op('Conv', [folded, pickers(t, windows, t.datatype(x))], convAttributes(windows, input, output));
}

function scatter(
  t: Tape,
  patches: string,
  windows: Windows,
  shape: readonly number[],
  output: readonly number[],
): string {
  const attributes = transposedAttributes(windows, shape.slice(2), output);
  return t.reshape(
    t.op('ConvTranspose', [patches, pickers(t, windows, t.datatype(patches))], attributes),
    shape,
  );
}

/** One kernel for each place of the window: 1 there. */
function pickers(t: Tape, { kernel }: Windows, datatype: Parameters<Tape['numbers']>[2]): string {
  const places = elements(kernel);
  const values = Array.from({ length: places * places }, (_, i) => (i % (places + 1) === 0 ? 1 : 0));
  return t.numbers([places, 1, ...kernel], values, datatype);
}

/** [K₁ · K₂ …, …O]: 1 where a window's place lies in the input, 0 where it lies in the pads. */
function insideOf(windows: Windows, input: readonly number[], output: readonly number[]): number[] {
  const { kernel, strides, dilations, begins } = windows;
  return indicesOf(kernel).flatMap(k =>
    indicesOf(output).map(o => {
      const at = o.map((place, i) => place * strides[i]! + k[i]! * dilations[i]! - begins[i]!);
      return at.every((place, i) => place >= 0 && place < input[i]!) ? 1 : 0;
    }),
  );
}

/** By how many elements a window's sum is divided: with `count_include_pad` those in the pads too, but none beyond. */
function countsOf(
  { kernel, strides, dilations, begins, ends }: Windows,
  input: readonly number[],
  output: readonly number[],
  withPads: boolean,
): number[] {
  const along = kernel.map((size, i) => {
    const [from, to] = withPads ? [-begins[i]!, input[i]! + ends[i]!] : [0, input[i]!];
    return Array.from({ length: output[i]! }, (_, o) => {
      const places = Array.from({ length: size }, (_, k) => o * strides[i]! + k * dilations[i]! - begins[i]!);
      return places.filter(place => place >= from && place < to).length;
    });
  });
  return indicesOf(output).map(o => o.reduce((count, place, i) => count * along[i]![place]!, 1));
}

/** All index tuples of a shape, row-major. */
function indicesOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (tuples, size) => tuples.flatMap(tuple => Array.from({ length: size }, (_, i) => [...tuple, i])),
    [[]],
  );
}

export const pooling: Readonly<Record<string, GradientRule>> = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: globalMaxPool,
};
