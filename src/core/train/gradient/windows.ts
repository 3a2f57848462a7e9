// Windows that slide over the spatial axes of [N, C, ...S]: what Conv, ConvTranspose and pooling have in common.
import { readInts, readString } from '../../onnx/attributes.ts';
import type { GraphNode } from '../../onnx/graph.ts';

export interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Resolved: `auto_pad` is gone. Ends may be less than what the last window needs (`ceil_mode`). */
  readonly begins: readonly number[];
  readonly ends: readonly number[];
}

/** Of a node that slides over `input` and gives `output` windows an axis. */
export function windowsOf(
  node: GraphNode,
  kernel: readonly number[],
  input: readonly number[],
  output: readonly number[],
): Windows {
  const ones = kernel.map(() => 1);
  const strides = readInts(node, 'strides', ones);
  const dilations = readInts(node, 'dilations', ones);
  const pads = readInts(node, 'pads', [...ones, ...ones].fill(0));
  const autoPad = readString(node, 'auto_pad', 'NOTSET');
  if (autoPad !== 'SAME_UPPER' && autoPad !== 'SAME_LOWER') {
    const given = autoPad === 'NOTSET' ? pads : pads.map(() => 0);
    const rank = kernel.length;
    return { kernel, strides, dilations, begins: given.slice(0, rank), ends: given.slice(rank) };
  }
  const total = kernel.map((size, i) =>
    Math.max(0, (output[i]! - 1) * strides[i]! + (size - 1) * dilations[i]! + 1 - input[i]!),
  );
  const smaller = total.map(size => Math.floor(size / 2));
  const larger = total.map((size, i) => size - smaller[i]!);
  return autoPad === 'SAME_UPPER'
    ? { kernel, strides, dilations, begins: smaller, ends: larger }
    : { kernel, strides, dilations, begins: larger, ends: smaller };
}

/** The windows of the Conv that a ConvTranspose from `few` places to `many` is the adjoint of. */
export function transposedWindowsOf(
  node: GraphNode,
  kernel: readonly number[],
  many: readonly number[],
  few: readonly number[],
): Windows {
  const windows = windowsOf(node, kernel, many, few);
  const isAutomatic = readString(node, 'auto_pad', 'NOTSET').startsWith('SAME');
  if (!isAutomatic && node.attributes['output_shape'] === undefined) return windows;
  const extra = readInts(
    node,
    'output_padding',
    kernel.map(() => 0),
  );
  const total = covered(windows, few).map((size, i) => Math.max(0, size + extra[i]! - many[i]!));
  const smaller = total.map(size => Math.floor(size / 2));
  const larger = total.map((size, i) => size - smaller[i]!);
  return readString(node, 'auto_pad', 'NOTSET') === 'SAME_UPPER'
    ? { ...windows, begins: smaller, ends: larger }
    : { ...windows, begins: larger, ends: smaller };
}

/** What an axis must be, with pads, for its windows to fit exactly. */
function covered({ kernel, strides, dilations }: Windows, output: readonly number[]): number[] {
  return kernel.map((size, i) => (output[i]! - 1) * strides[i]! + (size - 1) * dilations[i]! + 1);
}

/** Whether windows lie side by side, without pads, gaps or overlaps. */
export function isTiling({ kernel, strides, dilations, begins, ends }: Windows): boolean {
  const tiles = kernel.every((size, i) => size === strides[i] && (dilations[i] === 1 || size === 1));
  return tiles && [...begins, ...ends].every(size => size === 0);
}

/** Attributes with which a Conv of such a kernel gives exactly `output` windows. */
export function convAttributes(windows: Windows, input: readonly number[], output: readonly number[]) {
  const { strides, dilations, kernel, begins } = windows;
  const ends = covered(windows, output).map((size, i) => Math.max(0, size - input[i]! - begins[i]!));
  return {
    kernel_shape: { ints: kernel },
    strides: { ints: strides },
    dilations: { ints: dilations },
    pads: { ints: [...begins, ...ends] },
  };
}

/** Attributes with which a ConvTranspose takes windows back to `input`: the adjoint of the Conv above. */
export function transposedAttributes(windows: Windows, input: readonly number[], output: readonly number[]) {
  const { strides, dilations, kernel, begins } = windows;
  const rest = covered(windows, output).map((size, i) => input[i]! + begins[i]! - size);
  return {
    kernel_shape: { ints: kernel },
    strides: { ints: strides },
    dilations: { ints: dilations },
    pads: { ints: [...begins, ...rest.map(size => Math.max(0, -size))] },
    output_padding: { ints: rest.map(size => Math.max(0, size)) },
  };
}

/** All index tuples of a shape, row-major. */
export function indicesOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (tuples, size) => tuples.flatMap(tuple => Array.from({ length: size }, (_, i) => [...tuple, i])),
    [[]],
  );
}
