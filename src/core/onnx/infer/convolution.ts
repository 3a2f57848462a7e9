// Types of convolutions and pooling, and the padding they share with the gradient.
import type { Datatype } from '../../datatype.ts';
import { type InferRule, type NodeContext, type } from './node-context.ts';

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** At the start of each spatial axis, then at the end of each. */
  readonly pads: readonly number[];
  /** Sizes of the spatial axes that come out. */
  readonly output: readonly number[];
}

/** Kernel, strides, dilations and pads as they are once `auto_pad` is spelled out (ONNX Conv-11, MaxPool-12). */
function windowOf(node: NodeContext, spatial: readonly number[], kernel: readonly number[]): Window {
  const ones = spatial.map(() => 1);
  const strides = node.ints('strides') ?? ones;
  const dilations = node.ints('dilations') ?? ones;
  if ([kernel, strides, dilations].some(list => list.length !== spatial.length)) {
    node.fail(
      `kernel [${kernel.join(', ')}], strides [${strides.join(', ')}] and dilations [${dilations.join(', ')}] for ${spatial.length} spatial dimensions`,
    );
  }
  const extent = kernel.map((size, i) => (size - 1) * dilations[i]! + 1);
  const autoPad = node.string('auto_pad', 'NOTSET');
  if (autoPad.startsWith('SAME')) {
    // As if the kernel were not dilated: ONNX Runtime's pools pad so, and answer what then fits.
    const total = spatial.map((size, i) =>
      Math.max(0, (Math.ceil(size / strides[i]!) - 1) * strides[i]! + kernel[i]! - size),
    );
    const output = spatial.map((size, i) => Math.floor((size + total[i]! - extent[i]!) / strides[i]!) + 1);
    return { kernel, strides, dilations, pads: samePads(total, autoPad), output };
  }
  const pads = autoPad === 'VALID' ? [] : (node.ints('pads') ?? []);
  const all = pads.length > 0 ? pads : spatial.flatMap(() => [0, 0]);
  const ceil = node.int('ceil_mode', 0) !== 0;
  const output = spatial.map((size, i) => {
    const before = all[i]!;
    const room = size + before + all[i + spatial.length]! - extent[i]!;
    const steps = Math.floor(room / strides[i]!) + 1;
    // A window that would start in the padding at the end does not count.
    const isShort = ceil && room % strides[i]! !== 0 && steps * strides[i]! < size + before;
    return steps + (isShort ? 1 : 0);
  });
  if (output.some(size => size < 1)) {
    node.fail(`the window [${extent.join(', ')}] is larger than the padded input [${spatial.join(', ')}]`);
  }
  return { kernel, strides, dilations, pads: all, output };
}

/** The odd one goes to the end with SAME_UPPER. */
function samePads(total: readonly number[], autoPad: string): number[] {
  const less = total.map(pad => Math.floor(pad / 2));
  const more = total.map((pad, i) => pad - less[i]!);
  return autoPad === 'SAME_UPPER' ? [...less, ...more] : [...more, ...less];
}

/** `weight` [out channels, in channels / group, …kernel] */
function convolutionShape(node: NodeContext, weight: readonly number[]): number[] {
  const [batch, channels, ...spatial] = node.shape(0);
  const group = node.int('group', 1);
  if (weight.length !== node.rank(0)) {
    node.fail(`the input has ${node.rank(0)} dimensions, the weight ${weight.length}`);
  }
  if (channels !== weight[1]! * group) {
    node.fail(`the input has ${channels} channels, the weight wants ${weight[1]} × group ${group}`);
  }
  if (
    node.string('auto_pad', 'NOTSET').startsWith('SAME') &&
    node.ints('dilations')?.some(size => size > 1)
  ) {
    node.fail('ONNX Runtime does not pad a dilated kernel by SAME');
  }
  return [
    batch!,
    weight[0]!,
    ...windowOf(node, spatial, node.ints('kernel_shape') ?? weight.slice(2)).output,
  ];
}

const convolution = (weight: number, datatype?: (node: NodeContext) => Datatype): InferRule => {
  return node => [
    type(datatype ? datatype(node) : node.input(0).datatype, convolutionShape(node, node.shape(weight))),
  ];
};

interface TransposedWindow extends Window {
  readonly outputPadding: readonly number[];
}

/**
 * As windowOf, for ConvTranspose-11: pads that `output_shape` or `auto_pad` ask for are worked out. Where SAME would want more
 * than there is, ONNX Runtime pads nothing and answers what there is.
 */
function transposedWindowOf(
  node: NodeContext,
  spatial: readonly number[],
  kernel: readonly number[],
): TransposedWindow {
  const ones = spatial.map(() => 1);
  const strides = node.ints('strides') ?? ones;
  const dilations = node.ints('dilations') ?? ones;
  const outputPadding = node.ints('output_padding') ?? ones.map(() => 0);
  const full = spatial.map(
    (size, i) => strides[i]! * (size - 1) + outputPadding[i]! + (kernel[i]! - 1) * dilations[i]! + 1,
  );
  const autoPad = node.string('auto_pad', 'NOTSET');
  const asked = node.ints('output_shape');
  const same = autoPad.startsWith('SAME')
    ? full.map((size, i) => Math.min(size, spatial[i]! * strides[i]!))
    : null;
  const wanted = asked?.slice(-spatial.length) ?? same;
  if (wanted) {
    const total = full.map((size, i) => Math.max(0, size - wanted[i]!));
    const pads = samePads(total, autoPad === 'SAME_UPPER' ? 'SAME_UPPER' : 'SAME_LOWER');
    return { kernel, strides, dilations, outputPadding, pads, output: wanted };
  }
  const given = autoPad === 'VALID' ? undefined : node.ints('pads');
  const pads = given && given.length > 0 ? given : [...ones, ...ones].map(() => 0);
  const output = full.map((size, i) => size - pads[i]! - pads[i + spatial.length]!);
  return { kernel, strides, dilations, outputPadding, pads, output };
}

/** The weight is [in channels, out channels / group, …kernel]. */
const convTranspose: InferRule = node => {
  const [batch, channels, ...spatial] = node.shape(0);
  const weight = node.shape(1);
  if (channels !== weight[0]) node.fail(`the input has ${channels} channels, the weight wants ${weight[0]}`);
  const kernel = node.ints('kernel_shape') ?? weight.slice(2);
  const { output } = transposedWindowOf(node, spatial, kernel);
  return [type(node.input(0).datatype, [batch!, weight[1]! * node.int('group', 1), ...output])];
};

function pool(indices: boolean): InferRule {
  return node => {
    const { datatype } = node.input(0);
    const [batch, channels, ...spatial] = node.shape(0);
    const kernel = node.ints('kernel_shape') ?? node.fail('it has no kernel_shape');
    const shape = [batch!, channels!, ...windowOf(node, spatial, kernel).output];
    return indices ? [type(datatype, shape), type('INT64', shape)] : [type(datatype, shape)];
  };
}

const globalPool: InferRule = node => {
  const [batch, channels, ...spatial] = node.shape(0);
  return [type(node.input(0).datatype, [batch!, channels!, ...spatial.map(() => 1)])];
};

const maxUnpool: InferRule = node => {
  const [batch, channels, ...spatial] = node.shape(0);
  const asked = node.knownOptional(2);
  if (asked) return [type(node.input(0).datatype, asked)];
  const kernel = node.ints('kernel_shape') ?? node.fail('it has no kernel_shape');
  const strides = node.ints('strides') ?? kernel.map(() => 1);
  const pads = node.ints('pads') ?? kernel.flatMap(() => [0, 0]);
  const output = spatial.map(
    (size, i) => (size - 1) * strides[i]! - pads[i]! - pads[i + spatial.length]! + kernel[i]!,
  );
  return [type(node.input(0).datatype, [batch!, channels!, ...output])];
};

export const convolutionRules: Readonly<Record<string, InferRule>> = {
  AveragePool: pool(false),
  Conv: convolution(1),
  ConvInteger: convolution(1, () => 'INT32'),
  ConvTranspose: convTranspose,
  GlobalAveragePool: globalPool,
  GlobalLpPool: globalPool,
  GlobalMaxPool: globalPool,
  LpPool: pool(false),
  MaxPool: pool(true),
  MaxUnpool: maxUnpool,
  QLinearConv: convolution(3, node => node.input(7).datatype),
  'com.microsoft.FusedConv': convolution(1),
};
