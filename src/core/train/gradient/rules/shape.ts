// Gradients of operators that move elements without changing them: each moves the gradient back.
import { readInt, readInts, readString } from '../../../onnx/attributes.ts';
import { HaversackError } from '../../../errors.ts';
import { describeNode, type GraphNode } from '../../../onnx/graph.ts';
import { axesOf, axisOf, inverse } from '../axes.ts';
import type { GradientRule } from '../rule.ts';
import type { Tape } from '../tape.ts';
import { alongAxis, matrixOf } from '../along-axis.ts';
import { elementwise } from './elementwise.ts';
import { resize } from './resize.ts';

/** The numbers of an input that must be known before the run. */
function knownInput(node: GraphNode, position: number, t: Tape): number[] {
  const name = node.inputs[position]!;
  const known = t.known(name);
  if (known === null) {
    throw new HaversackError(
      'TrainingImpossible',
      `${describeNode(node)}: '${name}' is not known before the run.`,
    );
  }
  return known;
}

const reshape: GradientRule = ({ inputs }, grad, t) => [t.reshape(grad[0]!, t.shape(inputs[0]!)), null];

const transpose: GradientRule = (node, grad, t) => {
  const axes = axesOf(t.shape(node.inputs[0]!));
  return [t.transpose(grad[0]!, inverse(readInts(node, 'perm', axes.reverse())))];
};

const concat: GradientRule = (node, grad, t) => {
  const axis = axisOf(readInt(node, 'axis', 0), t.shape(grad[0]!).length);
  let start = 0;
  return node.inputs.map(x => {
    const end = start + t.shape(x)[axis]!;
    const part = t.slice(grad[0]!, [axis], [start], [end]);
    start = end;
    return part;
  });
};

const split: GradientRule = (node, grad, t) => {
  const [x] = node.inputs as [string];
  const axis = axisOf(readInt(node, 'axis', 0), t.shape(x).length);
  const parts = node.outputs.map((output, i) => grad[i] ?? t.filled(0, t.shape(output), t.datatype(x)));
  return [t.op('Concat', parts, { axis: { int: axis } }), null];
};

const slice: GradientRule = (node, grad, t) => {
  const [x] = node.inputs as [string];
  const shape = t.shape(x);
  const starts = knownInput(node, 1, t);
  const axes = (node.inputs[3] ? knownInput(node, 3, t) : axesOf(starts)).map(axis =>
    axisOf(axis, shape.length),
  );
  const steps = node.inputs[4] ? knownInput(node, 4, t) : axes.map(() => 1);
  let dx = grad[0]!;
  axes.forEach((axis, i) => {
    dx = unslice(t, dx, axis, starts[i]!, steps[i]!, shape[axis]!);
  });
  return [dx];
};

/** Puts the elements of an axis where a slice of an axis of `size` took them from, zeros between. */
function unslice(t: Tape, dy: string, axis: number, start: number, step: number, size: number): string {
  const count = t.shape(dy)[axis]!;
  const stride = Math.abs(step);
  const from = start < 0 ? start + size : start;
  const begin = step > 0 ? Math.min(Math.max(from, 0), size) : Math.min(Math.max(from, 0), size - 1);
  const first = step > 0 ? begin : begin - (count - 1) * stride;
  const forward = step > 0 ? dy : t.slice(dy, [axis], [count - 1], [-count - 1], [-1]);
  const spread = stride === 1 ? forward : spreadOut(t, forward, axis, stride);
  const length = Math.min(count * stride, size - first);
  const cut = t.slice(spread, [axis], [0], [length]);
  const zeros = t.shape(cut).map(() => 0);
  return t.pad(cut, zeros.with(axis, first), zeros.with(axis, size - first - length));
}

/** Each element of an axis, followed by stride − 1 zeros. */
function spreadOut(t: Tape, x: string, axis: number, stride: number): string {
  const shape = t.shape(x);
  const column = t.reshape(x, [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)]);
  const zeros = t.shape(column).map(() => 0);
  const wide = t.pad(column, zeros, zeros.with(axis + 1, stride - 1));
  return t.reshape(wide, shape.with(axis, shape[axis]! * stride));
}

const pad: GradientRule = (node, grad, t) => {
  const [x, , value = ''] = node.inputs as [string, string, string?];
  const shape = t.shape(x);
  const pads = knownInput(node, 1, t);
  const axes = (node.inputs[3] ? knownInput(node, 3, t) : axesOf(shape)).map(axis =>
    axisOf(axis, shape.length),
  );
  const mode = readString(node, 'mode', 'constant');
  let dx = grad[0]!;
  axes.forEach((axis, i) => {
    const [begin, end] = [pads[i]!, pads[i + axes.length]!];
    dx =
      mode === 'constant' ? unpad(t, dx, axis, begin, end) : unmirror(t, dx, axis, begin, shape[axis]!, mode);
  });
  const dValue = () => {
    const total = t.sum(grad[0]!, axesOf(t.shape(grad[0]!)), 'drop');
    return t.reshape(t.sub(total, t.sum(dx, axesOf(shape), 'drop')), t.shape(value));
  };
  return [dx, null, value === '' || mode !== 'constant' ? null : dValue()];
};

/** Negative pads had cut off elements: their gradient is 0. */
function unpad(t: Tape, dy: string, axis: number, begin: number, end: number): string {
  const zeros = t.shape(dy).map(() => 0);
  const whole = t.pad(dy, zeros.with(axis, Math.max(0, -begin)), zeros.with(axis, Math.max(0, -end)));
  return t.slice(whole, [axis], [Math.max(0, begin)], [t.shape(whole)[axis]! - Math.max(0, end)]);
}

/** Modes that repeat elements (`edge`, `reflect`, `wrap`): a constant matrix along the axis sums the copies. */
function unmirror(t: Tape, dy: string, axis: number, begin: number, size: number, mode: string): string {
  const padded = t.shape(dy)[axis]!;
  if (padded === size && begin === 0) return dy;
  const last = size - 1;
  const source = (place: number): number => {
    if (mode === 'edge') return Math.min(Math.max(place, 0), last);
    if (mode === 'wrap') return ((place % size) + size) % size;
    if (last === 0) return 0;
    const turn = ((place % (2 * last)) + 2 * last) % (2 * last);
    return turn > last ? 2 * last - turn : turn;
  };
  const matrix = matrixOf(size, padded, (to, from) => (source(from - begin) === to ? 1 : 0));
  return alongAxis(t, dy, axis, matrix);
}

const tile: GradientRule = (node, grad, t) => {
  const shape = t.shape(node.inputs[0]!);
  const repeats = knownInput(node, 1, t);
  const split = t.reshape(
    grad[0]!,
    shape.flatMap((size, axis) => [repeats[axis]!, size]),
  );
  return [
    t.reshape(
      t.sum(
        split,
        axesOf(shape).map(axis => 2 * axis),
        'drop',
      ),
      shape,
    ),
    null,
  ];
};

const expand: GradientRule = ({ inputs }, grad, t) => [t.unbroadcast(grad[0]!, t.shape(inputs[0]!)), null];

const cast: GradientRule = ({ inputs }, grad, t) => {
  const datatype = t.datatype(inputs[0]!);
  return [datatype.startsWith('FP') || datatype === 'BF16' ? t.cast(grad[0]!, datatype) : null];
};

/** [N, C, H, W] → [N, C / b², H b, W b]; DCR takes the block from the slower, CRD from the faster part of the channels. */
const depthToSpace: GradientRule = (node, grad, t) => {
  const [n, c, h, w] = t.shape(node.inputs[0]!) as [number, number, number, number];
  const b = readInt(node, 'blocksize', 1);
  const blocks = t.reshape(grad[0]!, [n, c / (b * b), h, b, w, b]);
  const perm = readString(node, 'mode', 'DCR') === 'DCR' ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4];
  return [t.reshape(t.transpose(blocks, perm), [n, c, h, w])];
};

const spaceToDepth: GradientRule = (node, grad, t) => {
  const [n, c, h, w] = t.shape(node.inputs[0]!) as [number, number, number, number];
  const b = readInt(node, 'blocksize', 1);
  const blocks = t.reshape(grad[0]!, [n, b, b, c, h / b, w / b]);
  return [t.reshape(t.transpose(blocks, [0, 3, 4, 1, 5, 2]), [n, c, h, w])];
};

export const shape: Readonly<Record<string, GradientRule>> = {
  Identity: elementwise((_, dy) => dy),
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  Expand: expand,
  Tile: tile,
  Cast: cast,
  CastLike: cast,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Resize: resize,
};
