// From the numbers people give to the tensors that a model's interface names, and back.
import type { InputInterface, ModelInterface } from '../../core/artifact/interface.ts';
import { sampleSize } from '../../core/data/columns.ts';
import { takesPhoto } from '../../core/data/takes-photo.ts';
import { fromRecorded, numbersOf } from '../../core/runtime/recorded-tensors.ts';
import { takesSecond } from '../../core/teach/takes-second.ts';
import type { Tensor } from '../../core/tensor.ts';

/** Which screen a model gets: drawn, filled in, or given tensor by tensor. */
export type InputKind = 'drawing' | 'features' | 'photo' | 'sound' | 'tensors';

export function inputKind({ inputs, decision }: ModelInterface): InputKind {
  const [only] = inputs;
  if (inputs.length !== 1 || !only?.meaning) return 'tensors';
  if (only.meaning.kind === 'features') return 'features';
  if (only.meaning.kind === 'waveform') return takesSecond(only) ? 'sound' : 'tensors';
  // What nobody decides by, a network that only embeds, say, is not asked what it sees.
  if (takesPhoto(only) && (decision || only.meaning.preparation === 'photo')) return 'photo';
  return only.meaning.preparation === 'cell-counts' && cellsAcross(only) !== null ? 'drawing' : 'tensors';
}

/** Width of a square image with one channel; null for any other. */
export function cellsAcross(input: InputInterface): number | null {
  const { meaning, shape } = input;
  if (meaning?.kind !== 'image' || shape.length !== 4) return null;
  const [, a, b, c] = shape;
  const [channels, height, width] = meaning.layout === 'NCHW' ? [a, b, c] : [c, a, b];
  return channels === 1 && height === width && height !== undefined && height > 0 ? height : null;
}

/** Whether many samples can go through in one run. */
export function takesBatches(input: InputInterface): boolean {
  return input.shape[0] === -1;
}

/** @param values [rows, numbers of a sample], row-major */
export function toInput(input: InputInterface, values: ArrayLike<number>): Tensor {
  const rows = values.length / sampleSize(input);
  const shape = input.shape.map((dimension, i) => (i === 0 ? rows : Math.max(dimension, 1)));
  return fromRecorded({ datatype: input.datatype, shape, data: Array.from(values) });
}

/** The first sample of a tensor that may hold many. */
export function firstSample(input: InputInterface, tensor: Tensor): number[] {
  return numbersOf(tensor).slice(0, sampleSize(input));
}
