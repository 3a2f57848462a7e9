// Types of operators that work element by element.
import { datatypeOf } from '../data-type.ts';
import type { Datatype } from '../../datatype.ts';
import { broadcastOffset, fill, numbersOf } from './known.ts';
import {
  broadcast,
  type InferRule,
  type NodeContext,
  type,
  typeWith,
  type ValueType,
} from './node-context.ts';

/** The output is like the first input. */
export const same: InferRule = node => [type(node.input(0).datatype, node.shape(0))];

function unary(compute: (x: number) => number): InferRule {
  return node => {
    const { datatype, shape, value } = node.input(0);
    return [typeWith(datatype, shape, () => (value ? numbersOf(value).map(compute) : null))];
  };
}

function broadcastOf(node: NodeContext, inputs: readonly ValueType[]): number[] {
  const shape = broadcast(...inputs.map(input => input.shape));
  if (shape) return shape;
  const shapes = inputs.map(input => `[${input.shape.join(', ')}]`).join(' and ');
  return node.fail(`${shapes} do not broadcast`);
}

function valuesOf(inputs: readonly ValueType[], shape: readonly number[]): number[][] | null {
  const known = inputs.map(({ value }) => (value ? numbersOf(value) : null));
  if (known.some(numbers => numbers === null)) return null;
  return fill(shape, position =>
    inputs.map((input, i) => known[i]![broadcastOffset(input.shape, position)]!),
  );
}

function nary(
  compute: (values: readonly number[], isInteger: boolean) => number,
  datatype?: Datatype,
): InferRule {
  return node => {
    const inputs = node.inputs();
    const of = inputs[0] ?? node.fail('it has no inputs');
    const other = inputs.find(input => input.datatype !== of.datatype);
    if (other) node.fail(`its inputs are ${of.datatype} and ${other.datatype}`);
    const shape = broadcastOf(node, inputs);
    const isInteger = of.datatype.includes('INT');
    return [
      typeWith(
        datatype ?? of.datatype,
        shape,
        () => valuesOf(inputs, shape)?.map(values => compute(values, isInteger)) ?? null,
      ),
    ];
  };
}

const binary = (compute: (a: number, b: number, isInteger: boolean) => number) =>
  nary(([a, b], isInteger) => compute(a!, b!, isInteger));

const compare = (compute: (a: number, b: number) => boolean) =>
  nary(([a, b]) => (compute(a!, b!) ? 1 : 0), 'BOOL');

/** The exponent may be of another type (ONNX Pow-13). */
const pow: InferRule = node => {
  const inputs = [node.input(0), node.input(1)];
  const shape = broadcastOf(node, inputs);
  return [
    typeWith(inputs[0]!.datatype, shape, () => valuesOf(inputs, shape)?.map(([a, b]) => a! ** b!) ?? null),
  ];
};

const where: InferRule = node => {
  const inputs = [node.input(0), node.input(1), node.input(2)];
  const shape = broadcastOf(node, inputs);
  const isText = inputs[1]!.datatype === 'BYTES';
  return [
    typeWith(inputs[1]!.datatype, shape, () =>
      isText ? null : (valuesOf(inputs, shape)?.map(([condition, x, y]) => (condition ? x! : y!)) ?? null),
    ),
  ];
};

const clip: InferRule = node => {
  const { datatype, shape, value } = node.input(0);
  const bounds = [node.optional(1), node.optional(2)].map(bound => (bound ? bound.value : undefined));
  const isBounded = [1, 2].every(index => !node.optional(index) || bounds[index - 1]);
  return [
    typeWith(datatype, shape, () => {
      if (!value || !isBounded) return null;
      const low = bounds[0] ? numbersOf(bounds[0])[0]! : node.float('min', -Infinity);
      const high = bounds[1] ? numbersOf(bounds[1])[0]! : node.float('max', Infinity);
      return numbersOf(value).map(x => Math.min(Math.max(x, low), high));
    }),
  ];
};

/** Casting a float to an integer cuts towards zero. */
function castTo(datatype: Datatype, { shape, value }: ValueType): ValueType {
  const isInteger = datatype.includes('INT');
  return typeWith(datatype, shape, () =>
    value && value.datatype !== 'BYTES' ? numbersOf(value).map(x => (isInteger ? Math.trunc(x) : x)) : null,
  );
}

const cast: InferRule = node => {
  const to = node.int('to', 0);
  return [castTo(datatypeOf(to) ?? node.fail(`it casts to data type ${to}`), node.input(0))];
};

const castLike: InferRule = node => [castTo(node.input(1).datatype, node.input(0))];

const bitwise = (compute: (a: bigint, b: bigint) => bigint) =>
  binary((a, b) => Number(compute(BigInt(a), BigInt(b))));

/** Output 1 is the mask. */
const dropout: InferRule = node => {
  const { datatype, shape } = node.input(0);
  return [type(datatype, shape), type(node.opset < 10 ? datatype : 'BOOL', shape)];
};

const toBool: InferRule = node => [type('BOOL', node.shape(0))];

const prelu: InferRule = node => {
  const { datatype, shape } = node.input(0);
  const joint = broadcastOf(node, [node.input(0), node.input(1)]);
  if (joint.join() !== shape.join()) node.fail(`the slope does not broadcast to [${shape.join(', ')}]`);
  return [type(datatype, shape)];
};

/** Rounds halves to even (ONNX Round-11). */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  return x - floor === 0.5 ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(x);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

export const elementwiseRules: Readonly<Record<string, InferRule>> = {
  Abs: unary(Math.abs),
  Ceil: unary(Math.ceil),
  Exp: unary(Math.exp),
  Floor: unary(Math.floor),
  Identity: node => [node.input(0)],
  Log: unary(Math.log),
  Neg: unary(x => -x),
  Not: unary(x => (x ? 0 : 1)),
  Reciprocal: unary(x => 1 / x),
  Relu: unary(x => Math.max(x, 0)),
  Round: unary(roundHalfEven),
  Sign: unary(Math.sign),
  Sqrt: unary(Math.sqrt),

  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b, isInteger) => (isInteger ? Math.trunc(a / b) : a / b)),
  // Integers take the divisor's sign, as Python does; fmod = 1 the dividend's.
  Mod: node => binary((a, b) => (node.int('fmod', 0) ? a % b : a - b * Math.floor(a / b)))(node),
  Pow: pow,
  Max: nary(values => Math.max(...values)),
  Min: nary(values => Math.min(...values)),
  Sum: nary(sum),
  Mean: nary(values => sum(values) / values.length),
  PRelu: prelu,
  Where: where,
  Clip: clip,

  Equal: node =>
    node.input(0).datatype === 'BYTES'
      ? [type('BOOL', broadcastOf(node, node.inputs()))]
      : compare((a, b) => a === b)(node),
  Greater: compare((a, b) => a > b),
  GreaterOrEqual: compare((a, b) => a >= b),
  Less: compare((a, b) => a < b),
  LessOrEqual: compare((a, b) => a <= b),
  And: compare((a, b) => Boolean(a && b)),
  Or: compare((a, b) => Boolean(a || b)),
  Xor: compare((a, b) => Boolean(a) !== Boolean(b)),
  BitwiseAnd: bitwise((a, b) => a & b),
  BitwiseOr: bitwise((a, b) => a | b),
  BitwiseXor: bitwise((a, b) => a ^ b),
  BitwiseNot: unary(x => ~x),
  BitShift: node => [type(node.input(0).datatype, broadcastOf(node, node.inputs()))],
  IsInf: toBool,
  IsNaN: toBool,

  Cast: cast,
  CastLike: castLike,
  Dropout: dropout,

  ...Object.fromEntries(
    `Acos Acosh Asin Asinh Atan Atanh Celu Cos Cosh Elu Erf Gelu HardSigmoid HardSwish Hardmax LeakyRelu LogSoftmax
     Mish ParametricSoftplus ScaledTanh Selu Shrink Sigmoid Sin Sinh Softmax Softplus Softsign Swish Tan Tanh
     ThresholdedRelu CumSum CumProd Trilu Bernoulli
     com.microsoft.BiasGelu com.microsoft.FastGelu com.microsoft.Gelu com.microsoft.QuickGelu com.microsoft.Trilu`
      .split(/\s+/)
      .filter(name => name !== '')
      .map(name => [name, same]),
  ),
};
