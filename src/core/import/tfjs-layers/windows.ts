// The geometry of windows that slide over an image or a sequence: how much is padded, what size comes out.
import type { Attributes } from '../../onnx/build.ts';

export interface WindowSettings {
  readonly padding: 'same' | 'valid' | 'causal';
  /** One an axis, as the others. */
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

type Size = number | null;

/** Null where the input's size is not known. */
export function outputSize(
  size: Size,
  axis: number,
  { padding, kernel, strides, dilations }: WindowSettings,
): Size {
  if (size === null) return null;
  if (padding !== 'valid') return Math.ceil(size / strides[axis]!);
  return Math.floor((size - extent(kernel[axis]!, dilations[axis]!)) / strides[axis]!) + 1;
}

/**
 * `pads` of ONNX: all that is put before, then all that is put after. TensorFlow's `same`: out = ⌈in / stride⌉, and of the
 * padding that this takes, max(0, (out − 1)·stride + (kernel − 1)·dilation + 1 − in), the smaller half comes first. `causal`
 * puts all before. With a stride, `same` needs to know the size: where nobody does, the runtime works it out (`auto_pad`).
 */
export function paddingAttributes(sizes: readonly Size[], settings: WindowSettings): Attributes {
  const { padding, kernel, strides, dilations } = settings;
  if (padding === 'valid') return { pads: { ints: [...kernel, ...kernel].map(() => 0) } };
  const totals = kernel.map((width, axis) => {
    const size = sizes[axis] ?? null;
    const reach = extent(width, dilations[axis]!);
    if (size === null) return strides[axis] === 1 ? reach - 1 : null;
    const out = Math.ceil(size / strides[axis]!);
    // What is causal sees its whole reach before it, however few places are asked for.
    if (padding === 'causal') return reach - 1;
    return Math.max(0, (out - 1) * strides[axis]! + reach - size);
  });
  if (totals.some(total => total === null)) return { auto_pad: { string: 'SAME_UPPER' } };
  const known = totals as number[];
  const before = known.map(total => (padding === 'causal' ? total : Math.floor(total / 2)));
  return { pads: { ints: [...before, ...known.map((total, axis) => total - before[axis]!)] } };
}

export function extent(kernel: number, dilation: number): number {
  return (kernel - 1) * dilation + 1;
}
