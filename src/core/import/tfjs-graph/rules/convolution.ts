// Convolutions, alone and fused with what comes after them.
import type { Attributes } from '../../../onnx/build.ts';
import type { NodeContext, Rule } from '../node-context.ts';
import { transposedTensor } from '../transposed-tensor.ts';
import { type Pads, type Pair, Value } from '../value.ts';
import { activation, fusedArguments } from './fused.ts';
import { type Window, windowAttributes, windowOf } from './window.ts';

/** [h, w, in, out] → [out, in, h, w] */
const filterOrder = [3, 2, 0, 1] as const;
/** [h, w, in, multiplier] → [in, multiplier, h, w] */
const depthwiseOrder = [2, 3, 0, 1] as const;

interface Filter {
  /** [out, in / group, h, w] */
  readonly name: string;
  readonly kernel: Pair;
  readonly channels: number;
  readonly group: number;
}

type ReadFilter = (node: NodeContext, channels: number) => Filter;

/** Of as many groups as the filter has too few input channels (tf.nn.conv2d, "Grouped convolution"). */
const wholeFilter: ReadFilter = (node, channels) => {
  const shape = filterShape(node);
  const group = channels < 0 ? 1 : channels / shape[2];
  if (!Number.isInteger(group) || shape[3] % group !== 0) {
    return node.fail(`the filter is [${shape.join(', ')}], the image has ${channels} channels`);
  }
  return { name: reordered(node, filterOrder), kernel: [shape[0], shape[1]], channels: shape[3], group };
};

const depthwiseFilter: ReadFilter = (node, channels) => {
  const shape = filterShape(node);
  const [height, width, group, multiplier] = shape;
  if (channels >= 0 && channels !== group) {
    node.fail(`the filter is [${shape.join(', ')}], the image has ${channels} channels`);
  }
  const out = group * multiplier;
  const { tensor } = node.input(1);
  if (!tensor) {
    const name = reordered(node, depthwiseOrder);
    const target = node.writer.ints([out, 1, height, width]);
    return { name: node.op('Reshape', [name, target]), kernel: [height, width], channels: out, group };
  }
  const turned = { ...transposedTensor(tensor, depthwiseOrder), shape: [out, 1, height, width] };
  const name = node.writer.initializer(node.input(1).name, turned);
  return { name, kernel: [height, width], channels: out, group };
};

function filterShape(node: NodeContext): [number, number, number, number] {
  const { shape } = node.input(1);
  if (shape.length !== 4 || shape.some(size => size < 1))
    node.unsupported(`a filter of [${shape.join(', ')}]`);
  return shape as unknown as [number, number, number, number];
}

/** The filter with its axes in ONNX's order. */
function reordered(node: NodeContext, order: readonly number[]): string {
  const { writer } = node;
  const filter = node.input(1);
  if (filter.tensor) return writer.initializer(filter.name, transposedTensor(filter.tensor, order));
  return node.op('Transpose', [writer.plain(filter)], { perm: { ints: order } });
}

/** What is convolved: without the zeros that lie around it, where the convolution can pad by itself. */
function unpadded(node: NodeContext, x: Value): { image: Value; own: Pads } {
  const { origin } = x;
  const canPad = node.string('padding', 'VALID') !== 'SAME' && !node.isChannelsFirst;
  return canPad && origin?.kind === 'padded'
    ? { image: origin.source, own: origin.pads }
    : { image: x, own: [0, 0, 0, 0] };
}

function convolve(node: NodeContext, x: Value, readFilter: ReadFilter, bias: Value | null): Value {
  const { image, own } = unpadded(node, x);
  const [batch, channels, height, width] = node.imageShape(image) as [number, number, number, number];
  const filter = readFilter(node, channels);
  const window = windowOf(node, [height, width], filter.kernel, own);
  const result = writeConv(node, image, filter, window, bias, batch);
  const dilated = dilatedConv(node, x, filter, window, bias);
  if (!dilated) return result;
  const { name, datatype, shape, first, plain } = result;
  return new Value({ name, datatype, shape, first, plain, origin: dilated });
}

function writeConv(
  node: NodeContext,
  image: Value,
  filter: Filter,
  window: Window,
  bias: Value | null,
  batch: number,
): Value {
  const inputs = [node.imageName(image), filter.name, ...(bias ? [node.writer.plain(bias)] : [])];
  const group: Attributes = filter.group === 1 ? {} : { group: { int: filter.group } };
  const name = node.op('Conv', inputs, { ...windowAttributes(window), ...group });
  return node.image('FP32', [batch, filter.channels, ...window.output], name);
}

/** SpaceToBatchND, a convolution, BatchToSpaceND: how TensorFlow 1 wrote dilated ones. */
function dilatedConv(
  node: NodeContext,
  x: Value,
  filter: Filter,
  window: Window,
  bias: Value | null,
): Value['origin'] {
  const { origin } = x;
  const isPlain = [...window.strides, ...window.dilations].every(step => step === 1);
  if (origin?.kind !== 'spaced' || !isPlain || node.string('padding', 'VALID') !== 'VALID') return null;
  const { source, block, pads } = origin;
  const [batch, , ...size] = node.imageShape(source) as [number, number, number, number];
  const output = size.map((length, i) =>
    length < 0 ? -1 : length + pads[i]! + pads[i + 2]! - (filter.kernel[i]! - 1) * block[i]!,
  ) as [number, number];
  const whole = writeConv(node, source, filter, { ...window, dilations: block, pads, output }, bias, batch);
  return { kind: 'dilated', whole, block };
}

function convolution(readFilter: ReadFilter): Rule {
  return node => [convolve(node, node.input(0), readFilter, null)];
}

/** BiasAdd goes into the convolution, what else is fused comes after it. */
function fused(readFilter: ReadFilter): Rule {
  return node => {
    const { bias, name, alpha } = fusedArguments(node);
    return [activation(node, convolve(node, node.input(0), readFilter, bias), name, alpha)];
  };
}

/** What ConvTranspose does along one axis. */
interface Side {
  /** −1 where it is free. */
  readonly output: number;
  /** Cut off at the beginning and the end. */
  readonly cut: Pair;
  /** Added at the end. */
  readonly added: number;
}

/** Inputs: the sizes that come out, filter [h, w, out, in], image. */
const transposed: Rule = node => {
  const image = node.input(2);
  const [height, width, channels] = filterShape(node);
  const [batch, , ...size] = node.imageShape(image) as [number, number, number, number];
  const strides = node.spatial('strides');
  if (node.spatial('dilations').some(step => step !== 1)) return node.unsupported('it is dilated');
  const at = node.isChannelsFirst ? 2 : 1;
  const wanted = node.partlyKnown(0);
  const sides = [height, width].map((kernel, i) =>
    sideOf(node, size[i]!, wanted?.[at + i] ?? null, kernel, strides[i]!),
  );
  const added = sides.map(side => side.added);
  const name = node.op('ConvTranspose', [node.imageName(image), reordered(node, filterOrder)], {
    kernel_shape: { ints: [height, width] },
    strides: { ints: strides },
    pads: { ints: [...sides.map(({ cut }) => cut[0]), ...sides.map(({ cut }) => cut[1])] },
    ...(added.some(places => places > 0) && { output_padding: { ints: added } }),
  });
  return [node.image('FP32', [batch, channels, ...sides.map(({ output }) => output)], name)];
};

/**
 * Cuts off so much that `wanted` places are left of (input − 1)·stride + kernel, the odd one at the end; where nobody says
 * how many, or of how many, as many as a convolution makes so many of without a rest.
 */
function sideOf(
  node: NodeContext,
  input: number,
  wanted: number | null,
  kernel: number,
  stride: number,
): Side {
  const isSame = node.string('padding', 'VALID') === 'SAME';
  const usual = isSame ? kernel - stride : 0;
  const isKnown = input >= 0 && wanted !== null;
  const total = isKnown ? (input - 1) * stride + kernel - wanted : usual;
  const cut = Math.max(0, total);
  const natural = input < 0 ? -1 : (input - 1) * stride + kernel - total;
  return { output: wanted ?? natural, cut: [cut >> 1, cut - (cut >> 1)], added: Math.max(0, -total) };
}

export const convolutionRules: Readonly<Record<string, Rule>> = {
  Conv2D: convolution(wholeFilter),
  Conv2DBackpropInput: transposed,
  DepthwiseConv2dNative: convolution(depthwiseFilter),
  DepthwiseConv2d: convolution(depthwiseFilter),
  FusedDepthwiseConv2dNative: fused(depthwiseFilter),
  _FusedConv2D: fused(wholeFilter),
};
