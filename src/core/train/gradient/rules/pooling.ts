// Gradients of pooling. Where several elements of a window are the greatest they share its gradient equally, which is what
// central differences give for two. (PyTorch and TensorFlow give it to the first.)
import { readInt, readInts } from '../../../onnx/attributes.ts';
import type { GraphNode } from '../../../onnx/graph.ts';
import { elements } from '../../../tensor.ts';
import { axesOf } from '../axes.ts';
import type { GradientRule } from '../rule.ts';
import type { Tape } from '../tape.ts';
import {
  convAttributes,
  indicesOf,
  isTiling,
  transposedAttributes,
  type Windows,
  windowsOf,
} from '../windows.ts';

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
    const whole = wholeWindows(t, x, windows, output);
    const mask = t.cast(t.equal(whole, repeated(t, y, windows)), t.datatype(x));
    const share = t.div(dy, countIn(t, mask, windows, output));
    return [fitted(t, t.mul(mask, repeated(t, share, windows)), t.shape(x))];
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
    return [fitted(t, repeated(t, even, windows), t.shape(x))];
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

// Windows side by side: what is said of a window is said of each of its places.

/** x as far as windows reach. A last window that is not whole (`ceil_mode`) is filled up with what is never the greatest. */
function wholeWindows(t: Tape, x: string, { kernel }: Windows, output: readonly number[]): string {
  const axes = output.map((_, i) => i + 2);
  const used = output.map((size, i) => size * kernel[i]!);
  const over = used.map((size, i) => Math.max(0, size - t.shape(x)[i + 2]!));
  return t.slice(
    over.some(size => size > 0) ? padWith(t, x, over) : x,
    axes,
    axes.map(() => 0),
    used,
  );
}

function padWith(t: Tape, x: string, over: readonly number[]): string {
  const begins = t.shape(x).map(() => 0);
  return t.op('Pad', [x, t.ints([...begins, 0, 0, ...over]), t.scalar(-3e38, t.datatype(x))]);
}

/** Whether runtimes have their fast kernels for it, which are for images of 32-bit numbers. */
function isImage(t: Tape, x: string): boolean {
  return t.datatype(x) === 'FP32' && t.shape(x).length <= 4;
}

/**
 * Each of x [N, C, …O] as often as its window has places: [N, C, …O · K]. By Resize, as a broadcast along a last axis as
 * short as a window is done number by number (measured on ONNX Runtime 1.30, 64 × 16 × 28 × 28: 4 ms a pool, not 30 to 90).
 */
function repeated(t: Tape, x: string, { kernel }: Windows): string {
  const [n, c, ...places] = t.shape(x) as [number, number];
  const shape = [n, c, ...places.map((size, i) => size * kernel[i]!)];
  if (!isImage(t, x)) {
    const windows = t.reshape(x, [n * c, ...places.flatMap(size => [size, 1])]);
    return t.reshape(t.expand(windows, [n * c, ...places.flatMap((size, i) => [size, kernel[i]!])]), shape);
  }
  const image = t.reshape(x, [n, c, ...asImage(places)]);
  const scales = t.numbers([4], [1, 1, ...asImage(kernel)]);
  const attributes = {
    mode: { string: 'nearest' },
    coordinate_transformation_mode: { string: 'asymmetric' },
    nearest_mode: { string: 'floor' },
  };
  return t.reshape(t.op('Resize', [image, '', scales], attributes), shape);
}

/** A row is an image one high. */
function asImage(sizes: readonly number[]): readonly number[] {
  return sizes.length === 1 ? [1, ...sizes] : sizes;
}

/** How many places of each window the mask [N, C, …O · K] has: [N, C, …O]. */
function countIn(t: Tape, mask: string, { kernel, strides }: Windows, output: readonly number[]): string {
  const [n, c] = t.shape(mask) as [number, number];
  if (isImage(t, mask)) {
    const attributes = { kernel_shape: { ints: kernel }, strides: { ints: strides } };
    return t.mul(t.op('AveragePool', [mask], attributes), elements(kernel));
  }
  const windows = t.reshape(mask, [n * c, ...output.flatMap((size, i) => [size, kernel[i]!])]);
  const within = output.map((_, i) => 2 * i + 2);
  return t.reshape(t.sum(windows, within), [n, c, ...output]);
}

/** Cut or filled up with 0, at the ends of the axes. */
function fitted(t: Tape, dx: string, shape: readonly number[]): string {
  const axes = axesOf(shape).slice(2);
  const cut = t.slice(
    dx,
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

export const pooling: Readonly<Record<string, GradientRule>> = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: globalMaxPool,
};
