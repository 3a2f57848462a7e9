// Gradients of Conv and ConvTranspose, of any number of spatial axes, with groups, strides, dilations and pads. Each is made
// of Conv, ConvTranspose and MatMul, for which runtimes have their fastest kernels.
import { readInt } from '../../../onnx/attributes.ts';
import { elements } from '../../../tensor.ts';
import { axesOf, isSame } from '../axes.ts';
import type { GradientRule } from '../rule.ts';
import type { Tape } from '../tape.ts';
import {
  convAttributes,
  indicesOf,
  transposedAttributes,
  transposedWindowsOf,
  type Windows,
  windowsOf,
} from '../windows.ts';

/** Patches of the input may take this much, 64 MiB: a product of matrices is one and a half to three times as fast as the Conv. */
const maxPatchElements = 2 ** 24;
/** Of a kernel that has a filter a channel: each is a multiplication and a sum of its own. */
const maxPlaces = 25;

// Y = X ∗ W + b: dX = dY ∗ᵀ W, dW = X ∗ dY with batch and channels swapped, db = Σ dY
const conv: GradientRule = (node, grad, t) => {
  const dy = grad[0]!;
  const [x, w, b = ''] = node.inputs as [string, string, string?];
  const [input, output] = [t.shape(x).slice(2), t.shape(dy).slice(2)];
  const windows = windowsOf(node, t.shape(w).slice(2), input, output);
  const group = readInt(node, 'group', 1);
  return [
    convInputGradient(t, dy, w, windows, group, input),
    convWeightGradient(t, x, dy, windows, group),
    b === '' ? null : sumOverPlaces(t, dy),
  ];
};

// Y = X ∗ᵀ W + b is the adjoint of a Conv: dX = dY ∗ W, dW as that Conv's with dY for its input and X for its output
const convTranspose: GradientRule = (node, grad, t) => {
  const dy = grad[0]!;
  const [x, w, b = ''] = node.inputs as [string, string, string?];
  const [few, many] = [t.shape(x).slice(2), t.shape(dy).slice(2)];
  const windows = transposedWindowsOf(node, t.shape(w).slice(2), many, few);
  const group = readInt(node, 'group', 1);
  const attributes = { ...convAttributes(windows, many, few), group: { int: group } };
  const dx = t.op('Conv', [dy, w], attributes);
  return [
    t.slice(
      dx,
      axesOf(few).map(axis => axis + 2),
      few.map(() => 0),
      few,
    ),
    convWeightGradient(t, dy, x, windows, group),
    b === '' ? null : sumOverPlaces(t, dy),
  ];
};

function sumOverPlaces(t: Tape, dy: string): string {
  const axes = axesOf(t.shape(dy)).filter(axis => axis !== 1);
  return t.sum(dy, axes, 'drop');
}

function convInputGradient(
  t: Tape,
  dy: string,
  w: string,
  windows: Windows,
  group: number,
  input: readonly number[],
): string {
  if (group === 1 && isPointwise(windows)) return pointwiseInputGradient(t, dy, w);
  const flipped = isDepthwise(t, w, group) ? flippedWindows(windows, input, t.shape(dy).slice(2)) : null;
  if (flipped) return t.op('Conv', [dy, flip(t, w)], { ...flipped, group: { int: group } });
  const attributes = transposedAttributes(windows, input, t.shape(dy).slice(2));
  return t.op('ConvTranspose', [dy, w], { ...attributes, group: { int: group } });
}

function isPointwise({ kernel, strides, begins, ends }: Windows): boolean {
  return [...kernel, ...strides].every(size => size === 1) && [...begins, ...ends].every(size => size === 0);
}

/** A filter a channel. */
function isDepthwise(t: Tape, w: string, group: number): boolean {
  return group > 1 && t.shape(w)[0] === group && t.shape(w)[1] === 1;
}

/**
 * Attributes with which a Conv by the kernel turned round is the transposed one, where windows move by one place; null where
 * pads would be negative. For a filter a channel runtimes have a kernel of their own, for its transpose they have none (ONNX
 * Runtime 1.30: twice the time).
 */
function flippedWindows(
  { kernel, strides, dilations, begins }: Windows,
  input: readonly number[],
  output: readonly number[],
) {
  const reach = kernel.map((size, i) => (size - 1) * dilations[i]!);
  const before = reach.map((size, i) => size - begins[i]!);
  const behind = reach.map((size, i) => input[i]! - output[i]! + size - before[i]!);
  const pads = [...before, ...behind];
  if (strides.some(stride => stride !== 1) || pads.some(size => size < 0)) return null;
  return { kernel_shape: { ints: kernel }, dilations: { ints: dilations }, pads: { ints: pads } };
}

/** The kernel turned round in each of its axes. */
function flip(t: Tape, w: string): string {
  const axes = axesOf(t.shape(w)).slice(2);
  return t.slice(
    w,
    axes,
    axes.map(() => -1),
    axes.map(axis => -t.shape(w)[axis]! - 1),
    axes.map(() => -1),
  );
}

/** A kernel of one place is a matrix product: dX = Wᵀ dY. */
function pointwiseInputGradient(t: Tape, dy: string, w: string): string {
  const [m, c] = t.shape(w) as [number, number];
  const [n, , ...places] = t.shape(dy) as [number, number];
  const weights = t.transpose(t.reshape(w, [m, c]), [1, 0]);
  const dx = t.op('MatMul', [weights, t.reshape(dy, [n, m, elements(places)])]);
  return t.reshape(dx, [n, c, ...places]);
}

/** x [N, C, …S], dy [N, M, …O] → dw [M, C / group, …K] */
function convWeightGradient(t: Tape, x: string, dy: string, windows: Windows, group: number): string {
  const [n, c, ...input] = t.shape(x) as [number, number];
  const [, m, ...output] = t.shape(dy) as [number, number];
  if (group === 1 && isPointwise(windows)) return pointwiseWeightGradient(t, x, dy, windows.kernel);
  if (group === 1 && elements([...windows.kernel, c, n, ...output]) <= maxPatchElements) {
    return weightGradientByPatches(t, x, dy, windows);
  }
  const isShort = elements(windows.kernel) <= maxPlaces && windows.strides.every(stride => stride === 1);
  if (group > 1 && c === group && m === group && isShort) return depthwiseWeightGradient(t, x, dy, windows);
  const spatial = axesOf(input);
  // [N, group, C/group, …S] → [C/group, group · N, …S]: a channel of a group is a batch, a sample of a group a channel.
  const grouped = t.transpose(t.reshape(x, [n, group, c / group, ...input]), [
    2,
    1,
    0,
    ...spatial.map(i => i + 3),
  ]);
  const channels = t.reshape(grouped, [c / group, group * n, ...input]);
  const kernels = t.transpose(dy, [1, 0, ...spatial.map(i => i + 2)]);
  const swapped: Windows = {
    ...windows,
    kernel: output,
    strides: windows.dilations,
    dilations: windows.strides,
  };
  const attributes = { ...convAttributes(swapped, input, windows.kernel), group: { int: group } };
  const dw = t.op('Conv', [channels, kernels], attributes);
  // Where strides leave a rest at the end, there are more places than the kernel has.
  const axes = spatial.map(i => i + 2);
  const exact = isSame(t.shape(dw).slice(2), windows.kernel)
    ? dw
    : t.slice(
        dw,
        axes,
        axes.map(() => 0),
        windows.kernel,
      );
  return t.transpose(exact, [1, 0, ...axes]);
}

/** What each place of the kernel sees of the input as it moves over the outputs: [N, C, …O] each; x may be transposed. */
function seenBy(t: Tape, x: string, windows: Windows, output: readonly number[]): string[] {
  const { kernel, strides, dilations, begins } = windows;
  const input = t.shape(x).slice(2);
  const ends = convAttributes(windows, input, output).pads.ints.slice(kernel.length);
  const padded = t.pad(x, [0, 0, ...begins], [0, 0, ...ends]);
  const axes = axesOf(kernel).map(axis => axis + 2);
  return indicesOf(kernel).map(place => {
    const starts = place.map((at, i) => at * dilations[i]!);
    const last = starts.map((start, i) => start + (output[i]! - 1) * strides[i]! + 1);
    return t.slice(padded, axes, starts, last, strides);
  });
}

/** dW = Σ X dY over samples and outputs, for all places of the kernel in one product: [K · C, N · O] [N · O, M]. */
function weightGradientByPatches(t: Tape, x: string, dy: string, windows: Windows): string {
  const [n, c, ...input] = t.shape(x) as [number, number];
  const [, m, ...output] = t.shape(dy) as [number, number];
  const spatial = axesOf(input).map(axis => axis + 2);
  const rows = n * elements(output);
  const channelsFirst = t.transpose(x, [1, 0, ...spatial]);
  const seen = seenBy(t, channelsFirst, windows, output).map(value => t.reshape(value, [c, rows]));
  const columns = t.reshape(t.transpose(dy, [0, ...spatial, 1]), [rows, m]);
  const dw = t.op('Gemm', [t.op('Concat', seen, { axis: { int: 0 } }), columns]);
  const rank = windows.kernel.length;
  const turned = [rank + 1, rank, ...axesOf(windows.kernel)];
  return t.transpose(t.reshape(dw, [...windows.kernel, c, m]), turned);
}

/** dW = Σ X dY over samples and outputs, for each place of the kernel apart. */
function depthwiseWeightGradient(t: Tape, x: string, dy: string, windows: Windows): string {
  const [, c, ...output] = t.shape(dy) as [number, number];
  const others = axesOf(t.shape(dy)).filter(axis => axis !== 1);
  const sums = seenBy(t, x, windows, output).map(value =>
    t.reshape(t.sum(t.mul(value, dy), others, 'drop'), [c, 1]),
  );
  return t.reshape(t.op('Concat', sums, { axis: { int: 1 } }), [c, 1, ...windows.kernel]);
}

/** dW = Σ dY Xᵀ, over samples and places at once. */
function pointwiseWeightGradient(t: Tape, x: string, dy: string, kernel: readonly number[]): string {
  const [n, c, ...places] = t.shape(x) as [number, number];
  const m = t.shape(dy)[1]!;
  const columns = (value: string, channels: number) =>
    t.reshape(t.transpose(t.reshape(value, [n, channels, elements(places)]), [1, 0, 2]), [
      channels,
      n * elements(places),
    ]);
  const dw = t.op('Gemm', [columns(dy, m), columns(x, c)], { transB: { int: 1 } });
  return t.reshape(dw, [m, c, ...kernel]);
}

export const convolution: Readonly<Record<string, GradientRule>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
};
