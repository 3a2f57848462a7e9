// How TensorFlow pads windows that slide over height and width (tensorflow/core/util/padding.h), as ONNX is told it.
import type { Attributes } from '../../../onnx/build.ts';
import type { NodeContext } from '../node-context.ts';
import type { Pads, Pair } from '../value.ts';

export interface Window {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  /** Null where they depend on a free size: ONNX then computes them itself (SAME_UPPER). */
  readonly pads: Pads | null;
  /** Height and width that come out; −1 where free. */
  readonly output: Pair;
}

/** @param size height and width of what goes in, −1 where free; `own` are zeros that already lie around it */
export function windowOf(node: NodeContext, size: Pair, kernel: Pair, own: Pads = [0, 0, 0, 0]): Window {
  const strides = node.spatial('strides');
  const dilations = node.spatial('dilations');
  const pads = addPads(padsOf(node, size, kernel, strides, dilations), own);
  const output = size.map((length, i) => {
    if (length < 0) return -1;
    if (!pads) return Math.ceil(length / strides[i]!);
    const extent = (kernel[i]! - 1) * dilations[i]! + 1;
    return Math.floor((length + pads[i]! + pads[i + 2]! - extent) / strides[i]!) + 1;
  }) as [number, number];
  if (output.some(length => length === 0 || length < -1)) {
    node.fail(`a window of [${kernel.join(', ')}] does not fit into [${size.join(', ')}]`);
  }
  return { kernel, strides, dilations, pads, output };
}

function padsOf(node: NodeContext, size: Pair, kernel: Pair, strides: Pair, dilations: Pair): Pads | null {
  const padding = node.string('padding', 'VALID');
  switch (padding) {
    case 'VALID':
      return [0, 0, 0, 0];
    case 'EXPLICIT':
      return explicitPads(node);
    case 'SAME':
      return samePads(size, kernel, strides, dilations);
    default:
      return node.unsupported(`padding ${padding}`);
  }
}

/** In the order of the axes, two an axis. */
function explicitPads(node: NodeContext): Pads {
  const all = node.ints('explicit_paddings');
  const at = node.isChannelsFirst ? 4 : 2;
  const [top, bottom, left, right] = all.slice(at, at + 4);
  if (all.length !== 8 || all.some(pad => !Number.isInteger(pad) || pad < 0)) {
    node.fail(`explicit_paddings are [${all.join(', ')}]`);
  }
  return [top!, left!, bottom!, right!];
}

/** As much in all as makes ⌈size / stride⌉ places, the odd one at the end. */
function samePads(size: Pair, kernel: Pair, strides: Pair, dilations: Pair): Pads | null {
  const totals = size.map((length, i) => {
    const extent = (kernel[i]! - 1) * dilations[i]! + 1;
    // Any size will do: only what is left over after whole strides counts.
    if (strides[i] === 1) return extent - 1;
    if (length < 0) return null;
    return Math.max(0, (Math.ceil(length / strides[i]!) - 1) * strides[i]! + extent - length);
  });
  const [vertical, horizontal] = totals;
  if (vertical === null || vertical === undefined || horizontal === null || horizontal === undefined)
    return null;
  const [top, left] = [vertical >> 1, horizontal >> 1];
  return [top, left, vertical - top, horizontal - left];
}

function addPads(pads: Pads | null, own: Pads): Pads | null {
  return pads && (pads.map((pad, i) => pad + own[i]!) as unknown as Pads);
}

/** As attributes of Conv and the pools; what is the standard's default is left out. */
export function windowAttributes({ kernel, strides, dilations, pads }: Window): Attributes {
  return {
    kernel_shape: { ints: kernel },
    ...(isOnes(strides) ? {} : { strides: { ints: strides } }),
    ...(isOnes(dilations) ? {} : { dilations: { ints: dilations } }),
    ...(pads === null
      ? { auto_pad: { string: 'SAME_UPPER' } }
      : pads.some(pad => pad > 0)
        ? { pads: { ints: pads } }
        : {}),
  };
}

function isOnes(pair: Pair): boolean {
  return pair[0] === 1 && pair[1] === 1;
}
