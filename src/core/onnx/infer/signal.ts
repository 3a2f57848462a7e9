// Types of what prepares sound and images, and of generated numbers.
import { datatypeOf } from '../data-type.ts';
import type { Datatype } from '../../datatype.ts';
import { type InferRule, type NodeContext, type } from './node-context.ts';

function datatypeAttribute(node: NodeContext, name: string, otherwise: Datatype): Datatype {
  return datatypeOf(node.int(name, 0)) ?? otherwise;
}

/** A real signal's last dimension is 1, a complex one's 2; the answer is complex. `axis` became an input with 20. */
const dft: InferRule = node => {
  const { datatype, shape } = node.input(0);
  const given = node.opset < 20 ? node.int('axis', 1) : (node.knownOptional(2)?.[0] ?? -2);
  const axis = node.axis(given, shape.length);
  const length = node.knownOptional(1)?.[0] ?? shape[axis]!;
  const isOneSided = node.int('onesided', 0) !== 0;
  const size = isOneSided ? Math.floor(length / 2) + 1 : length;
  return [type(datatype, shape.with(axis, size).with(-1, 2))];
};

/** Signal [batch, length, 1 or 2] → [batch, frames, bins, 2]. */
const stft: InferRule = node => {
  const { datatype, shape } = node.input(0);
  const step = node.known(1)[0]!;
  const frame =
    node.knownOptional(3)?.[0] ?? node.optional(2)?.shape[0] ?? node.fail('it has no frame length');
  const bins = node.int('onesided', 1) ? Math.floor(frame / 2) + 1 : frame;
  return [type(datatype, [shape[0]!, Math.floor((shape[1]! - frame) / step) + 1, bins, 2])];
};

const window: InferRule = node => [
  type(datatypeAttribute(node, 'output_datatype', 'FP32'), [node.known(0)[0]!]),
];

const melWeightMatrix: InferRule = node => {
  const bins = Math.floor(node.known(1)[0]! / 2) + 1;
  return [type(datatypeAttribute(node, 'output_datatype', 'FP32'), [bins, node.known(0)[0]!])];
};

const random: InferRule = node => [
  type(datatypeAttribute(node, 'dtype', 'FP32'), node.ints('shape') ?? node.fail('it has no shape')),
];

const randomLike: InferRule = node => [
  type(datatypeAttribute(node, 'dtype', node.input(0).datatype), node.shape(0)),
];

const multinomial: InferRule = node => [
  type(datatypeAttribute(node, 'dtype', 'INT32'), [node.shape(0)[0]!, node.int('sample_size', 1)]),
];

/** Theta [n, 2, 3] and a size [n, c, h, w] → [n, h, w, 2]; one dimension more for volumes. */
const affineGrid: InferRule = node => {
  const [batch, , ...spatial] = node.known(1);
  return [type(node.input(0).datatype, [batch!, ...spatial, spatial.length])];
};

export const signalRules: Readonly<Record<string, InferRule>> = {
  AffineGrid: affineGrid,
  BlackmanWindow: window,
  DFT: dft,
  HammingWindow: window,
  HannWindow: window,
  MelWeightMatrix: melWeightMatrix,
  Multinomial: multinomial,
  RandomNormal: random,
  RandomNormalLike: randomLike,
  RandomUniform: random,
  RandomUniformLike: randomLike,
  STFT: stft,
};
