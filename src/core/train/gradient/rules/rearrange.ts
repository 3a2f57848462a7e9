// Gradients of what picks, mirrors or crops elements: each puts the gradient back where the element came from.
import { readInt } from '../../../onnx/attributes.ts';
import { HaversackError } from '../../../errors.ts';
import { describeNode } from '../../../onnx/graph.ts';
import { fill, stridesOf } from '../../../onnx/infer/known.ts';
import { elements } from '../../../tensor.ts';
import { axesOf } from '../axes.ts';
import type { GradientRule } from '../rule.ts';
import { type Windows, windowsOf } from '../windows.ts';
import { counting } from './gather.ts';

// y = x on and above the k-th diagonal (or on and below), else 0: so is dx of dy
const trilu: GradientRule = (node, grad, t) => {
  const [x, diagonal = ''] = node.inputs as [string, string?];
  const k = diagonal === '' ? 0 : t.known(diagonal)?.[0];
  if (k === undefined) {
    throw new HaversackError(
      'TrainingImpossible',
      `${describeNode(node)}: its diagonal is not known before the run.`,
    );
  }
  const [rows, columns] = t.shape(x).slice(-2) as [number, number];
  const row = t.add(t.reshape(counting(t, rows), [rows, 1]), k);
  const column = t.reshape(counting(t, columns), [1, columns]);
  const isLeft = t.less(column, row);
  if (readInt(node, 'upper', 1) === 1) return [t.where(isLeft, 0, grad[0]!), null];
  return [t.where(t.less(row, column), 0, grad[0]!), null];
};

// The first elements of each sequence in reverse: reversed again
const reverseSequence: GradientRule = (node, grad, t) => [
  t.op('ReverseSequence', [grad[0]!, node.inputs[1]!], node.attributes),
  null,
];

/** Of CenterCropPad along an axis: how many are cut off (below 0) or filled up at its start, and at its end (ONNX CenterCropPad-18). */
function centred(from: number, to: number): { begin: number; end: number } {
  const half = Math.floor(Math.abs(to - from) / 2);
  const begin = to < from ? -half : half;
  return { begin, end: to - from - begin };
}

// dx = dy, cut where y was filled up and filled up where it was cut
const centerCropPad: GradientRule = (node, grad, t) => {
  const shape = t.shape(node.inputs[0]!);
  const output = t.shape(grad[0]!);
  const pads = shape.map((from, axis) => centred(from, output[axis]!));
  const axes = axesOf(shape);
  const kept = t.slice(
    grad[0]!,
    axes,
    pads.map(({ begin }) => Math.max(0, begin)),
    pads.map(({ end }, axis) => output[axis]! - Math.max(0, end)),
  );
  const lost = (side: 'begin' | 'end') => pads.map(pad => Math.max(0, -pad[side]));
  return [t.pad(kept, lost('begin'), lost('end')), null];
};

// y = 0 but for x at the indices, counted through the whole of y: dx = dy there
const maxUnpool: GradientRule = (node, grad, t) => {
  const [x, indices, given = ''] = node.inputs as [string, string, string?];
  // The runtime counts them through what the pool was of, not through what is asked for.
  if (given !== '') {
    throw new HaversackError(
      'TrainingImpossible',
      `${describeNode(node)} has no gradient for a given shape.`,
    );
  }
  const flat = t.reshape(grad[0]!, [elements(t.shape(grad[0]!))]);
  return [t.reshape(t.op('Gather', [flat, indices]), t.shape(x)), null];
};

// Blocks added up in an image: each block's dx is the block of dy
const col2Im: GradientRule = (node, grad, t) => {
  const [x, , blockShape] = node.inputs as [string, string, string];
  const [n, c, ...image] = t.shape(grad[0]!) as [number, number, ...number[]];
  const kernel = t.known(blockShape)!;
  const windows = windowsOf(node, kernel, image, image);
  const padded = image.map((size, i) => size + windows.begins[i]! + windows.ends[i]!);
  const none = [0, 0];
  const whole = t.pad(grad[0]!, [...none, ...windows.begins], [...none, ...windows.ends]);
  const places = t.numbers([t.shape(x)[2]! * elements(kernel)], placesOfBlocks(windows, padded), 'INT64');
  const blocks = t.op('Gather', [t.reshape(whole, [n, c, elements(padded)]), places], { axis: { int: 2 } });
  return [t.reshape(blocks, t.shape(x)), null, null];
};

/** [places of a block, blocks]: where each lies in the image, counted through. */
function placesOfBlocks({ kernel, strides, dilations }: Windows, image: readonly number[]): number[] {
  const counts = image.map(
    (size, i) => Math.floor((size - (kernel[i]! - 1) * dilations[i]! - 1) / strides[i]!) + 1,
  );
  const along = stridesOf(image);
  const offset = (position: readonly number[], steps: readonly number[]) =>
    position.reduce((sum, at, i) => sum + at * steps[i]! * along[i]!, 0);
  const blocks = fill(counts, position => offset(position, strides));
  return fill(kernel, position => offset(position, dilations)).flatMap(place =>
    blocks.map(block => block + place),
  );
}

export const rearrange: Readonly<Record<string, GradientRule>> = {
  CenterCropPad: centerCropPad,
  Col2Im: col2Im,
  MaxUnpool: maxUnpool,
  ReverseSequence: reverseSequence,
  Trilu: trilu,
};
