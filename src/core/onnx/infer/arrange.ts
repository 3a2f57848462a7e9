// Types of operators that move elements about without changing them.
import { elements } from '../../tensor.ts';
import { broadcastOffset, fill, numbersOf, stridesOf } from './known.ts';
import {
  broadcast,
  type InferRule,
  type NodeContext,
  type,
  typeWith,
  type ValueType,
} from './node-context.ts';

/** Elements picked by position: `from` answers where in the input each element of the result lies. */
function picked(
  { datatype, value }: ValueType,
  shape: readonly number[],
  from: (position: readonly number[]) => number,
): ValueType {
  return typeWith(datatype, shape, () => {
    if (!value) return null;
    const numbers = numbersOf(value);
    return fill(shape, position => numbers[from(position)]!);
  });
}

const transpose: InferRule = node => {
  const input = node.input(0);
  const perm = node.ints('perm') ?? input.shape.map((_, axis) => input.shape.length - 1 - axis);
  if (perm.length !== input.shape.length) {
    node.fail(`perm [${perm.join(', ')}] for ${input.shape.length} dimensions`);
  }
  const strides = stridesOf(input.shape);
  const shape = perm.map(axis => input.shape[axis]!);
  return [picked(input, shape, position => position.reduce((at, p, i) => at + p * strides[perm[i]!]!, 0))];
};

const concat: InferRule = node => {
  const inputs = node.inputs();
  const first = node.input(0);
  const axis = node.axis(node.int('axis', 1), first.shape.length);
  for (const { shape } of inputs) {
    if (
      shape.length !== first.shape.length ||
      shape.some((size, i) => i !== axis && size !== first.shape[i])
    ) {
      node.fail(`[${first.shape.join(', ')}] and [${shape.join(', ')}] do not join along axis ${axis}`);
    }
  }
  const shape = first.shape.with(
    axis,
    inputs.reduce((sum, input) => sum + input.shape[axis]!, 0),
  );
  return [
    typeWith(first.datatype, shape, () => {
      if (inputs.some(({ value }) => !value)) return null;
      const parts = inputs.map(input => ({ ...input, numbers: numbersOf(input.value!) }));
      return fill(shape, position => {
        let at = position[axis]!;
        let part = 0;
        while (at >= parts[part]!.shape[axis]!) at -= parts[part++]!.shape[axis]!;
        const { shape: of, numbers } = parts[part]!;
        return numbers[broadcastOffset(of, position.with(axis, at))]!;
      });
    }),
  ];
};

/** Sizes are given, or as equal as they go: the last is smaller (ONNX Split-18). */
const split: InferRule = node => {
  const input = node.input(0);
  const axis = node.axis(node.int('axis', 0), input.shape.length);
  const size = input.shape[axis]!;
  const count = node.int('num_outputs', node.outputCount);
  const each = Math.ceil(size / count);
  const sizes =
    node.knownOrAttribute(1, 'split') ??
    Array.from({ length: count }, (_, i) => Math.max(0, Math.min(each, size - i * each)));
  if (sizes.reduce((sum, part) => sum + part, 0) !== size) {
    node.fail(`parts of [${sizes.join(', ')}] for dimension ${axis} of [${input.shape.join(', ')}]`);
  }
  const strides = stridesOf(input.shape);
  let start = 0;
  return sizes.map(part => {
    const from = start;
    start += part;
    return picked(input, input.shape.with(axis, part), position =>
      position.reduce((at, p, i) => at + (i === axis ? p + from : p) * strides[i]!, 0),
    );
  });
};

interface SliceAxis {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** For every axis where it starts, how it steps and how many it takes (ONNX Slice-13; numpy's rules). */
function sliceAxes(node: NodeContext): SliceAxis[] {
  const shape = node.shape(0);
  const starts = node.knownOrAttribute(1, 'starts') ?? node.fail('it has no starts');
  const ends = node.knownOrAttribute(2, 'ends') ?? node.fail('it has no ends');
  const axes = (node.knownOrAttribute(3, 'axes') ?? starts.map((_, i) => i)).map(axis =>
    node.axis(axis, shape.length),
  );
  const steps = node.knownOptional(4) ?? starts.map(() => 1);
  const result: SliceAxis[] = shape.map(count => ({ start: 0, step: 1, count }));
  for (const [i, axis] of axes.entries()) {
    const size = shape[axis]!;
    const step = steps[i]!;
    if (step === 0) node.fail('a step of 0');
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const bound = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, low), high);
    const start = bound(starts[i]!);
    const count = Math.max(0, Math.ceil((bound(ends[i]!) - start) / step));
    result[axis] = { start, step, count };
  }
  return result;
}

const slice: InferRule = node => {
  const input = node.input(0);
  const axes = sliceAxes(node);
  const strides = stridesOf(input.shape);
  return [
    picked(
      input,
      axes.map(({ count }) => count),
      position => position.reduce((at, p, i) => at + (axes[i]!.start + p * axes[i]!.step) * strides[i]!, 0),
    ),
  ];
};

/** Pads of every axis: at the start of each, then at the end of each; `axes` of Pad-18 spelled out. */
function padsOf(node: NodeContext): number[] {
  const rank = node.rank(0);
  const given = node.knownOrAttribute(1, 'pads') ?? node.fail('it has no pads');
  const axes = node.knownOptional(3)?.map(axis => node.axis(axis, rank));
  if (!axes) return [...given];
  const pads = new Array<number>(2 * rank).fill(0);
  for (const [i, axis] of axes.entries()) {
    pads[axis] = given[i]!;
    pads[axis + rank] = given[i + axes.length]!;
  }
  return pads;
}

const pad: InferRule = node => {
  const { datatype, shape } = node.input(0);
  const pads = padsOf(node);
  if (pads.length !== 2 * shape.length) node.fail(`pads [${pads.join(', ')}] for ${shape.length} dimensions`);
  return [
    type(
      datatype,
      shape.map((size, axis) => size + pads[axis]! + pads[axis + shape.length]!),
    ),
  ];
};

const expand: InferRule = node => {
  const input = node.input(0);
  const asked = node.known(1);
  const shape =
    broadcast(input.shape, asked) ??
    node.fail(`[${input.shape.join(', ')}] does not expand to [${asked.join(', ')}]`);
  return [picked(input, shape, position => broadcastOffset(input.shape, position))];
};

const tile: InferRule = node => {
  const input = node.input(0);
  const repeats = node.known(1);
  if (repeats.length !== input.shape.length) {
    node.fail(`repeats [${repeats.join(', ')}] for ${input.shape.length} dimensions`);
  }
  const strides = stridesOf(input.shape);
  const shape = input.shape.map((size, axis) => size * repeats[axis]!);
  return [
    picked(input, shape, position =>
      position.reduce((at, p, i) => at + (p % input.shape[i]!) * strides[i]!, 0),
    ),
  ];
};

const depthToSpace: InferRule = node => {
  const [batch, channels, height, width] = node.shape(0);
  const block = node.int('blocksize', 1);
  return [type(node.input(0).datatype, [batch!, channels! / block ** 2, height! * block, width! * block])];
};

const spaceToDepth: InferRule = node => {
  const [batch, channels, height, width] = node.shape(0);
  const block = node.int('blocksize', 1);
  return [type(node.input(0).datatype, [batch!, channels! * block ** 2, height! / block, width! / block])];
};

/** The sizes are of `axes`, all unless said (ONNX CenterCropPad-18). */
const centerCropPad: InferRule = node => {
  const { datatype, shape } = node.input(0);
  const sizes = node.known(1);
  const axes = node.ints('axes')?.map(axis => node.axis(axis, shape.length)) ?? shape.map((_, axis) => axis);
  if (axes.length !== sizes.length) node.fail(`${sizes.length} sizes for ${axes.length} axes`);
  return [
    type(
      datatype,
      shape.map((size, axis) => (axes.includes(axis) ? sizes[axes.indexOf(axis)]! : size)),
    ),
  ];
};

/** Blocks [n, c · places of a block, blocks] → images [n, c, …image] (ONNX Col2Im-18). */
const col2Im: InferRule = node => {
  const { datatype, shape } = node.input(0);
  const places = elements(node.known(2));
  if (shape.length !== 3 || shape[1]! % places !== 0) {
    node.fail(`[${shape.join(', ')}] does not hold blocks of [${node.known(2).join(', ')}]`);
  }
  return [type(datatype, [shape[0]!, shape[1]! / places, ...node.known(1)])];
};

export const arrangeRules: Readonly<Record<string, InferRule>> = {
  CenterCropPad: centerCropPad,
  Col2Im: col2Im,
  Concat: concat,
  DepthToSpace: depthToSpace,
  Expand: expand,
  Pad: pad,
  ReverseSequence: node => [type(node.input(0).datatype, node.shape(0))],
  Slice: slice,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Tile: tile,
  Transpose: transpose,
};
