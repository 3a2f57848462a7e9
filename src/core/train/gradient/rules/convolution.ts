// Gradients of Conv and ConvTranspose, of any number of spatial axes, with groups, strides, dilations and pads. Each is made
// of Conv, ConvTranspose and MatMul, for which runtimes have their fastest kernels.
import { readInt } from '../../../onnx/attributes.ts';
import { elements } from '../../../tensor.ts';
import { axesOf, isSame } from '../axes.ts';
import type { GradientRule } from '../rule.ts';
import type { Tape } from '../tape.ts';
import {
  convAttributes,
  transposedAttributes,
  transposedWindowsOf,
  type Windows,
  windowsOf,
} from '../windows.ts';

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
  const attributes = transposedAttributes(windows, input, t.shape(dy).slice(2));
  return t.op('ConvTranspose', [dy, w], { ...attributes, group: { int: group } });
}

function isPointwise({ kernel, strides, begins, ends }: Windows): boolean {
  return [...kernel, ...strides].every(size => size === 1) && [...begins, ...ends].every(size => size === 0);
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
  const output = t.shape(dy).slice(2);
  if (group === 1 && isPointwise(windows)) return pointwiseWeightGradient(t, x, dy, windows.kernel);
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
