// Sizes and counters computed while the model is read, so that they need not be computed when it runs. Only numbers that are
// known; a size that depends on what the model is fed stays open, the others beside it do not.
import { broadcastFree } from './broadcast.ts';
import { knownOf, type NodeContext } from './node-context.ts';
import { countOf, Value, type ValueDatatype } from './value.ts';

type Numbers = readonly (number | null)[];

const unaries: Readonly<Record<string, (x: number) => number>> = {
  Abs: Math.abs,
  Cast: x => x,
  Neg: x => -x,
  Not: x => (x ? 0 : 1),
};

const binaries: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  FloorDiv: (a, b) => Math.floor(a / b),
  FloorMod: (a, b) => a - b * Math.floor(a / b),
  Max: Math.max,
  Min: Math.min,
  Less: (a, b) => Number(a < b),
  LessOrEqual: (a, b) => Number(a <= b),
  Greater: (a, b) => Number(a > b),
  GreaterOrEqual: (a, b) => Number(a >= b),
  Equal: (a, b) => Number(a === b),
  And: (a, b) => a & b,
  Or: (a, b) => a | b,
};

/** Null where it is not for here: other operators, fractions, what is not known. @param to as which it comes out */
export function foldUnary(node: NodeContext, op: string, to?: ValueDatatype): Value | null {
  const x = node.input(0);
  const compute = unaries[op];
  const known = isWhole(x) ? knownOf(x) : null;
  if (!compute || !known || to === 'FP32') return null;
  const isTruth = (to ?? x.datatype) === 'BOOL';
  return foldedTo(
    node,
    to ?? x.datatype,
    x.shape,
    known.map(value => (value === null ? null : isTruth ? Number(Boolean(compute(value))) : compute(value))),
  );
}

export function foldBinary(node: NodeContext, op: string, datatype?: ValueDatatype): Value | null {
  const [a, b] = [node.input(0), node.input(1)];
  const compute = binaries[op];
  const shape = broadcastFree(a.shape, b.shape);
  if (!compute || !isWhole(a) || !isWhole(b) || !shape) return null;
  const [left, right] = [knownOf(a), knownOf(b)];
  const count = countOf(shape);
  if (
    !left ||
    !right ||
    count === null ||
    ![left, right].every(list => list.length === 1 || list.length === count)
  )
    return null;
  const values = Array.from({ length: count }, (_, i) => {
    const [x, y] = [at(left, i), at(right, i)];
    return x === null || y === null ? null : compute(x, y);
  });
  if (values.some(value => value !== null && !Number.isSafeInteger(value))) return null;
  return foldedTo(node, datatype ?? a.datatype, shape, values);
}

/** A constant where all is known; null where nothing is, or it is still to be computed for what is not known. */
export function folded(
  node: NodeContext,
  datatype: ValueDatatype,
  shape: readonly number[],
  values: Numbers | null,
  compute: () => string,
): Value {
  const whole = values && datatype !== 'FP32' ? foldedTo(node, datatype, shape, values) : null;
  if (whole) return whole;
  const known = datatype === 'INT32' && shape.length <= 1 ? values : null;
  return new Value({ name: node.name, datatype, shape, known, plain: compute() });
}

/** Of numbers that are all known; null otherwise. */
function foldedTo(
  node: NodeContext,
  datatype: ValueDatatype,
  shape: readonly number[],
  values: Numbers,
): Value | null {
  return values.every(value => value !== null) && !shape.some(size => size < 0)
    ? node.constant(datatype, shape, values)
    : null;
}

/** Of one number, that one everywhere. */
function at(list: Numbers, i: number): number | null {
  return list[list.length === 1 ? 0 : i] ?? null;
}

function isWhole({ datatype }: Value): boolean {
  return datatype === 'INT32' || datatype === 'BOOL';
}
