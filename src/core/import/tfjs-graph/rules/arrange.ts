// What puts values together, takes them apart, and moves their places.
import { folded } from '../fold.ts';
import { knownOf, maxKnown, type NodeContext, type Rule } from '../node-context.ts';
import { type Origin, permuted, toChannelsFirst, Value } from '../value.ts';
import { laid, result } from './reduce.ts';

/** Null as soon as of one of them nothing is known. */
function joinedKnown(values: readonly Value[]): (number | null)[] | null {
  const all = values.map(knownOf);
  if (sum(values.map(({ shape }) => shape[0] ?? 1)) > maxKnown) return null;
  if (values.every(({ datatype }) => datatype !== 'FP32') && all.some(list => list !== null)) {
    return all.flatMap(
      (list, i) => list ?? new Array<null>(Math.max(1, values[i]!.shape[0] ?? 1)).fill(null),
    );
  }
  return null;
}

const concat: Rule = node => {
  const values = node.inputs(0, node.inputCount - 1);
  const [first] = values;
  if (!first) return node.fail('it joins nothing');
  const axis = node.axis(node.scalar(node.inputCount - 1), first.rank);
  if (values.some(value => value.rank !== first.rank)) node.fail('its inputs differ in their number of axes');
  const shape = first.shape.map((size, i) => (i === axis ? sum(values.map(value => value.shape[i]!)) : size));
  const { writer } = node;
  const inFirst = values.some(value => value.isFirst);
  const names = () => values.map(value => (inFirst ? writer.first(value) : writer.plain(value)));
  const at = inFirst ? toChannelsFirst.indexOf(axis as 0) : axis;
  const join = () => node.op('Concat', names(), { axis: { int: at } });
  if (inFirst) return [node.first(first.datatype, shape, join())];
  const known = first.rank === 1 && !shape.includes(-1) ? joinedKnown(values) : null;
  return [folded(node, first.datatype, shape, known, join)];
};

function sum(sizes: readonly number[]): number {
  return sizes.some(size => size < 0) ? -1 : sizes.reduce((total, size) => total + size, 0);
}

const pack: Rule = node => {
  const values = node.inputs();
  const [first] = values;
  if (!first) return node.fail('it stacks nothing');
  const axis = node.axis(node.int('axis', 0), first.rank + 1);
  return [packed(node, values, axis)];
};

/** Values of one shape along a new axis. */
export function packed(node: NodeContext, values: readonly Value[], axis: number): Value {
  const [first] = values as [Value];
  const shape = [...first.shape.slice(0, axis), values.length, ...first.shape.slice(axis)];
  const { writer } = node;
  const join = () => {
    const names = values.map(value => node.op('Unsqueeze', [writer.plain(value), writer.ints([axis])]));
    return names.length === 1 ? names[0]! : node.op('Concat', names, { axis: { int: axis } });
  };
  return folded(node, first.datatype, shape, first.rank === 0 ? joinedKnown(values) : null, join);
}

/** Its own shape without that axis, once a place along it. */
const unpack: Rule = node => {
  const x = node.input(0);
  const axis = node.axis(node.int('axis', 0), x.rank);
  const count = node.int('num', x.shape[axis]!);
  if (!(count > 0 && count <= 4096)) return node.unsupported(`it takes ${count} places apart`);
  return unpacked(node, x, axis, count);
};

export function unpacked(node: NodeContext, x: Value, axis: number, count: number): Value[] {
  const { writer } = node;
  const shape = x.shape.filter((_, i) => i !== axis);
  const known = knownOf(x);
  if (known && x.rank === 1 && x.datatype === 'INT32' && known.every(value => value !== null)) {
    return known.map(value => node.constant('INT32', [], [value]));
  }
  const layout = laid(node, x, [axis]);
  const at = layout.position(axis);
  const names =
    count === 1
      ? [layout.name]
      : writer.ops(node.name, 'Split', [layout.name], count, {
          axis: { int: at },
          num_outputs: { int: count },
        });
  return names.map((name, i) => {
    const value = result(node, layout, x.datatype, shape, node.op('Squeeze', [name, writer.ints([at])]));
    return known && x.rank === 1 && known[i] != null ? node.constant('INT32', [], [known[i]]) : value;
  });
}

/** @param sizes −1 is what is left */
function split(node: NodeContext, x: Value, axis: number, sizes: readonly number[]): Value[] {
  const { writer } = node;
  const layout = laid(node, x, []);
  const whole = x.shape[axis]!;
  const rest = sizes.reduce((left, size) => left - Math.max(size, 0), whole);
  const parts = sizes.map(size => (size < 0 ? rest : size));
  if (parts.some(size => size < 0) || (whole >= 0 && sum(parts) !== whole)) {
    return node.fail(`it splits ${whole} into [${sizes.join(', ')}]`);
  }
  const names = writer.ops(node.name, 'Split', [layout.name, writer.ints(parts)], parts.length, {
    axis: { int: layout.position(axis) },
  });
  return names.map((name, i) =>
    result(
      node,
      layout,
      x.datatype,
      x.shape.map((size, at) => (at === axis ? parts[i]! : size)),
      name,
    ),
  );
}

/** Inputs: axis, value. */
const evenSplit: Rule = node => {
  const x = node.input(1);
  const axis = node.axis(node.scalar(0), x.rank);
  const count = node.int('num_split', 1);
  const size = x.shape[axis]! / count;
  if (!(count > 0 && count <= 4096) || !Number.isInteger(size) || size < 0) {
    return node.unsupported(`${x.shape[axis]} places in ${count} parts`);
  }
  return split(node, x, axis, new Array<number>(count).fill(size));
};

/** Inputs: value, sizes, axis. */
const unevenSplit: Rule = node => {
  const x = node.input(0);
  return split(node, x, node.axis(node.scalar(2), x.rank), node.known(1));
};

/** Pads known beforehand, in the layout at hand; those of height and width alone are remembered for a convolution. */
function pad(mode: 'constant' | 'reflect', fillAt: number | null): Rule {
  return node => {
    if (mode === 'reflect' && node.string('mode', 'REFLECT') === 'SYMMETRIC') {
      return node.unsupported('mode SYMMETRIC');
    }
    const x = node.input(0);
    const { writer } = node;
    const fill = fillAt === null ? [] : [writer.plain(node.input(fillAt))];
    const attributes = { mode: { string: mode } };
    if (!node.input(1).tensor) {
      const name = node.op('Pad', [writer.plain(x), openPads(node), ...fill], attributes);
      return [
        node.plain(
          x.datatype,
          x.shape.map(() => -1),
          name,
        ),
      ];
    }
    const { before, after } = padsOf(node, x);
    const shape = x.shape.map((size, axis) => (size < 0 ? -1 : size + before[axis]! + after[axis]!));
    const layout = laid(node, x, []);
    const order = (pads: readonly number[]) => (layout.isFirst ? permuted(pads, toChannelsFirst) : pads);
    const pads = writer.ints([...order(before), ...order(after)]);
    const name = node.op('Pad', [layout.name, pads, ...fill], attributes);
    const hasZeros = mode === 'constant' && (fillAt === null || node.isZero(fillAt));
    const origin = hasZeros ? spatialOrigin(x, before, after) : null;
    const given = { name: node.name, datatype: x.datatype, shape, origin };
    return [new Value(layout.isFirst ? { ...given, first: name } : { ...given, plain: name })];
  };
}

/** [axes, 2] → all that come before, then all that come after, as ONNX has them. */
function openPads(node: NodeContext): string {
  const pads = node.op('Transpose', [node.writer.sizes(node.input(1))], { perm: { ints: [1, 0] } });
  return node.op('Reshape', [pads, node.writer.ints([-1])]);
}

function padsOf(node: NodeContext, x: Value): { before: number[]; after: number[] } {
  const all = node.known(1);
  if (all.length !== 2 * x.rank || all.some(size => !(size >= 0 && size < 2 ** 31))) {
    return node.fail(`it pads ${x.rank} axes with [${all.join(', ')}]`);
  }
  return {
    before: x.shape.map((_, axis) => all[2 * axis]!),
    after: x.shape.map((_, axis) => all[2 * axis + 1]!),
  };
}

function spatialOrigin(x: Value, before: readonly number[], after: readonly number[]): Origin | null {
  if (x.rank !== 4 || [0, 3].some(axis => before[axis] !== 0 || after[axis] !== 0)) return null;
  return { kind: 'padded', source: x, pads: [before[1]!, before[2]!, after[1]!, after[2]!] };
}

const reverse: Rule = node => {
  const x = node.input(0);
  const axes = node.known(1).map(axis => node.axis(axis, x.rank));
  const { writer } = node;
  const ints = (value: number) => writer.ints(axes.map(() => value));
  const name = node.op('Slice', [writer.plain(x), ints(-1), ints(-(2 ** 31)), writer.ints(axes), ints(-1)]);
  return [node.plain(x.datatype, x.shape, name)];
};

export const arrangeRules: Readonly<Record<string, Rule>> = {
  ConcatV2: concat,
  MirrorPad: pad('reflect', null),
  Pack: pack,
  Pad: pad('constant', null),
  PadV2: pad('constant', 2),
  ReverseV2: reverse,
  Split: evenSplit,
  SplitV: unevenSplit,
  Unpack: unpack,
};
