// Parts of values (tensorflow/core/util/strided_slice_op.cc).
import { folded } from '../fold.ts';
import { knownOf, type NodeContext, type Rule } from '../node-context.ts';
import type { Value } from '../value.ts';
import { laid, result } from './reduce.ts';

/** What is taken of one axis; null: an end that is left open. */
interface Part {
  readonly axis: number;
  readonly start: number | null;
  readonly end: number | null;
  readonly step: number;
}

interface Plan {
  readonly parts: readonly Part[];
  /** Of the input: those of which one place is left, and that go. */
  readonly shrunk: readonly number[];
  /** Of the result. */
  readonly added: readonly number[];
}

/** ONNX cuts them to what is there (ONNX Slice-13). */
const toEnd = 2 ** 31 - 1;
const toStart = -(2 ** 31);

const slice: Rule = node => {
  const x = node.input(0);
  const [begins, sizes] = [node.partlyKnown(1), node.partlyKnown(2)];
  if (!begins || !sizes || begins.includes(null) || sizes.includes(null))
    return [dynamicSlice(node, x, sizes)];
  const parts = begins.map((start, axis) => {
    const size = sizes[axis]!;
    return { axis, start, end: size < 0 ? null : start! + size, step: 1 };
  });
  return [taken(node, x, { parts, shrunk: [], added: [] })];
};

/** Where begin and size are known only when the model runs: a size of −1 goes to the end then too. */
function dynamicSlice(node: NodeContext, x: Value, sizes: readonly (number | null)[] | null): Value {
  const { writer } = node;
  const [start, length] = [writer.sizes(node.input(1)), writer.sizes(node.input(2))];
  const isOpen = node.op('Less', [length, writer.scalar('INT64', 0)]);
  const end = node.op('Where', [isOpen, writer.scalar('INT64', toEnd), node.op('Add', [start, length])]);
  const axes = writer.ints(x.shape.map((_, axis) => axis));
  const name = node.op('Slice', [writer.plain(x), start, end, axes]);
  const shape = x.shape.map((_, axis) => Math.max(sizes?.[axis] ?? -1, -1));
  return node.plain(x.datatype, shape, name);
}

const stridedSlice: Rule = node => {
  const x = node.input(0);
  return [taken(node, x, plan(node, x))];
};

/** Walks over the specification, in which one entry may stand for many axes, a new one or one that goes. */
function plan(node: NodeContext, x: Value): Plan {
  const [begins, ends, steps] = [node.partlyKnown(1), node.partlyKnown(2), node.known(3)];
  // With a step of 0 nobody comes to an end.
  if (steps.some(step => step === 0 || !Number.isInteger(step)))
    node.fail(`its steps are [${steps.join(', ')}]`);
  const mask = (name: string, i: number) => ((node.int(name, 0) >> i) & 1) === 1;
  const entries = steps.map((_, i) => i);
  const used = entries.filter(i => !mask('new_axis_mask', i) && !mask('ellipsis_mask', i)).length;
  const parts: Part[] = [];
  const [shrunk, added]: [number[], number[]] = [[], []];
  let axis = 0;
  let resultAxis = 0;
  for (const i of entries) {
    if (mask('ellipsis_mask', i)) {
      axis += x.rank - used;
      resultAxis += x.rank - used;
    } else if (mask('new_axis_mask', i)) {
      added.push(resultAxis++);
    } else {
      const isOne = mask('shrink_axis_mask', i);
      const open = (name: string, list: readonly (number | null)[] | null) =>
        mask(name, i) && !isOne
          ? null
          : (list?.[i] ?? node.unsupported('its bounds depend on what the model is fed'));
      const start = open('begin_mask', begins);
      const end = isOne ? (start === -1 ? null : start! + 1) : open('end_mask', ends);
      parts.push({ axis: node.axis(axis, x.rank), start, end, step: isOne ? 1 : steps[i]! });
      if (isOne) shrunk.push(axis);
      else resultAxis += 1;
      axis += 1;
    }
  }
  return { parts, shrunk, added };
}

function taken(node: NodeContext, x: Value, chosen: Plan): Value {
  const { parts, shrunk, added } = chosen;
  const shape = [...x.shape];
  for (const part of parts) shape[part.axis] = sizeOf(shape[part.axis]!, part);
  const left = shape.filter((_, axis) => !shrunk.includes(axis));
  for (const axis of added) left.splice(axis, 0, 1);
  const known = knownOf(x);
  if (known && x.rank === 1 && x.datatype !== 'FP32' && parts.length === 1 && added.length === 0) {
    return folded(node, x.datatype, left, places(known, parts[0]!), () => written(node, x, chosen));
  }
  if (shrunk.length > 0 || added.length > 0) return node.plain(x.datatype, left, written(node, x, chosen));
  const layout = laid(node, x, []);
  return result(node, layout, x.datatype, left, sliced(node, layout.name, parts, layout.position, x.shape));
}

function places(known: readonly (number | null)[], { start, end, step }: Part): (number | null)[] {
  const length = known.length;
  const clamp = (at: number, low: number, high: number) =>
    Math.min(Math.max(at < 0 ? at + length : at, low), high);
  const list: (number | null)[] = [];
  if (step > 0) {
    const to = end === null ? length : clamp(end, 0, length);
    for (let i = start === null ? 0 : clamp(start, 0, length); i < to; i += step) list.push(known[i]!);
  } else {
    const to = end === null ? -1 : clamp(end, -1, length - 1);
    for (let i = start === null ? length - 1 : clamp(start, -1, length - 1); i > to; i += step)
      list.push(known[i]!);
  }
  return list;
}

function sizeOf(size: number, part: Part): number {
  const { start, end, step } = part;
  if (size >= 0)
    return size > 2 ** 20 ? countOfPlaces(size, part) : places(new Array<null>(size).fill(null), part).length;
  if (start === null && end === null && step === 1) return -1;
  const isOne = step === 1 && start !== null && (end === start + 1 || (start === -1 && end === null));
  return isOne ? 1 : -1;
}

/** As `places`, without listing them. */
function countOfPlaces(size: number, { start, end, step }: Part): number {
  const at = (value: number) => Math.min(Math.max(value < 0 ? value + size : value, 0), size);
  const [from, to] = [start === null ? 0 : at(start), end === null ? size : at(end)];
  return step > 0 ? Math.max(0, Math.ceil((to - from) / step)) : -1;
}

function sliced(
  node: NodeContext,
  name: string,
  parts: readonly Part[],
  position: (axis: number) => number,
  shape: readonly number[],
): string {
  const needed = parts.filter(({ axis, start, end, step }) => !isWhole(shape[axis]!, start, end, step));
  if (needed.length === 0) return name;
  const { writer } = node;
  const starts = needed.map(({ start, step }) => start ?? (step > 0 ? 0 : toEnd));
  const ends = needed.map(({ end, step }) => end ?? (step > 0 ? toEnd : toStart));
  const inputs = [starts, ends, needed.map(({ axis }) => position(axis)), needed.map(({ step }) => step)];
  return node.op('Slice', [name, ...inputs.map(list => writer.ints(list))]);
}

function isWhole(size: number, start: number | null, end: number | null, step: number): boolean {
  return step === 1 && (start ?? 0) === 0 && (end === null || (size >= 0 && end >= size));
}

/** With its axes in their own order. */
function written(node: NodeContext, x: Value, { parts, shrunk, added }: Plan): string {
  const { writer } = node;
  const layout =
    shrunk.length > 0 ? laid(node, x, shrunk) : { name: writer.plain(x), position: (axis: number) => axis };
  let name = sliced(node, layout.name, parts, layout.position, x.shape);
  if (shrunk.length > 0) {
    name = node.op('Squeeze', [name, writer.ints(shrunk.map(layout.position).sort((a, b) => a - b))]);
  }
  return added.length > 0 ? node.op('Unsqueeze', [name, writer.ints(added)]) : name;
}

export const sliceRules: Readonly<Record<string, Rule>> = { Slice: slice, StridedSlice: stridedSlice };
