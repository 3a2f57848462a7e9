// Operators that go place by place, with broadcasting. They work in whatever layout their operands have.
import type { Attributes } from '../../../onnx/build.ts';
import { tensorOfNumbers } from '../../../onnx/infer/known.ts';
import { broadcastFree } from '../broadcast.ts';
import { foldBinary, foldUnary } from '../fold.ts';
import type { NodeContext, Rule } from '../node-context.ts';
import { type Origin, Value, type ValueDatatype } from '../value.ts';

/** Writes `op` on these operands. @param datatype of the result */
export function elementwise(
  node: NodeContext,
  op: string,
  operands: readonly Value[],
  datatype: ValueDatatype,
  attributes: Attributes = {},
): Value {
  const shape = broadcastFree(...operands.map(operand => operand.shape));
  if (!shape) {
    const got = operands.map(operand => `[${operand.shape.join(', ')}]`).join(' and ');
    return node.fail(`${got} do not go together`);
  }
  const { writer } = node;
  const inFirst = shape.length === 4 && operands.some(operand => operand.isFirst);
  const names = operands.map(operand => (inFirst ? writer.firstOperand(operand) : writer.plain(operand)));
  const name = node.op(op, names, attributes);
  const origin = dilatedOrigin(node, op, operands, datatype, attributes);
  const given = { name: node.name, datatype, shape, origin };
  return new Value(inFirst ? { ...given, first: name } : { ...given, plain: name });
}

/** What goes place by place can as well go before BatchToSpaceND as after it. */
function dilatedOrigin(
  node: NodeContext,
  op: string,
  operands: readonly Value[],
  datatype: ValueDatatype,
  attributes: Attributes,
): Origin | null {
  const cut = operands.filter(operand => operand.origin?.kind === 'dilated');
  const rest = operands.filter(operand => !cut.includes(operand));
  const [only] = cut;
  if (cut.length !== 1 || only?.origin?.kind !== 'dilated') return null;
  // A constant that differs from place to place would have to be cut too.
  const isPerChannel = (operand: Value) => operand.tensor !== null && operand.rank <= 1;
  if (!rest.every(isPerChannel)) return null;
  const { whole, block } = only.origin;
  const wholes = operands.map(operand => (operand === only ? whole : operand));
  return { kind: 'dilated', whole: elementwise(node, op, wholes, datatype, attributes), block };
}

type Keeps = 'same' | ValueDatatype;

function unary(op: string, datatype: Keeps = 'same', attributes: Attributes = {}): Rule {
  return node => {
    const x = node.input(0);
    const fold = foldUnary(node, op);
    return [fold ?? elementwise(node, op, [x], datatype === 'same' ? x.datatype : datatype, attributes)];
  };
}

function binary(op: string, datatype: Keeps = 'same', attributes: Attributes = {}): Rule {
  return node => {
    const [a, b] = [node.input(0), node.input(1)];
    const type = datatype === 'same' ? a.datatype : datatype;
    const fold = foldBinary(node, op, type);
    return [fold ?? elementwise(node, op, [a, b], type, attributes)];
  };
}

/** FP32, whatever came. */
export function asFloat(node: NodeContext, value: Value): Value {
  return value.datatype === 'FP32' ? value : cast(node, value, 'FP32');
}

export function cast(node: NodeContext, value: Value, datatype: ValueDatatype): Value {
  if (value.datatype === datatype) return value;
  const number = { FP32: 1, INT32: 6, BOOL: 9 }[datatype];
  return elementwise(node, 'Cast', [value], datatype, { to: { int: number } });
}

export function relu6(node: NodeContext, x: Value): Value {
  // Clip's bounds are scalars: they take no part in the broadcast.
  return elementwise(node, 'Clip', [x, number(node, 0), number(node, 6)], x.datatype);
}

/** FP32, of shape []: one initializer for all that read the same number. */
function number(node: NodeContext, value: number): Value {
  const { name, writer } = node;
  const tensor = tensorOfNumbers('FP32', [], [value]);
  return new Value({ name, datatype: 'FP32', shape: [], tensor, plain: writer.scalar('FP32', value) });
}

/** ⌊a / b⌋; whole numbers in ONNX are divided towards zero, and Mod has the divisor's sign. */
function floorDiv(node: NodeContext, a: Value, b: Value): Value {
  if (a.datatype === 'FP32')
    return elementwise(node, 'Floor', [elementwise(node, 'Div', [a, b], 'FP32')], 'FP32');
  const rest = elementwise(node, 'Mod', [a, b], a.datatype);
  return elementwise(node, 'Div', [elementwise(node, 'Sub', [a, rest], a.datatype), b], a.datatype);
}

/** a − b·⌊a / b⌋ */
function floorMod(node: NodeContext, a: Value, b: Value): Value {
  if (a.datatype !== 'FP32') return elementwise(node, 'Mod', [a, b], a.datatype);
  const whole = elementwise(node, 'Mul', [floorDiv(node, a, b), b], 'FP32');
  return elementwise(node, 'Sub', [a, whole], 'FP32');
}

/** TensorFlow.js divides whole numbers downwards, `RealDiv` too (tfjs-core 4.22, src/ops/div.ts). */
const divide: Rule = node => {
  const [a, b] = [node.input(0), node.input(1)];
  const fold = foldBinary(node, 'FloorDiv', a.datatype);
  if (fold) return [fold];
  return [a.datatype === 'FP32' ? elementwise(node, 'Div', [a, b], 'FP32') : floorDiv(node, a, b)];
};

const addN: Rule = node => {
  const [first, ...others] = node.inputs();
  if (!first) return node.fail('it adds nothing');
  return [others.reduce((sum, term) => elementwise(node, 'Add', [sum, term], first.datatype), first)];
};

/** The condition of `Select` may have fewer axes: it then chooses whole rows. */
const select: Rule = node => {
  const [condition, yes, no] = [node.input(0), node.input(1), node.input(2)];
  if (condition.rank !== 1 || yes.rank <= 1)
    return [elementwise(node, 'Where', [condition, yes, no], yes.datatype)];
  const shape = [...condition.shape, ...yes.shape.slice(1).map(() => 1)];
  const axes = yes.shape.slice(1).map((_, i) => i + 1);
  const name = node.op('Unsqueeze', [node.writer.plain(condition), node.writer.ints(axes)]);
  return [elementwise(node, 'Where', [node.plain('BOOL', shape, name), yes, no], yes.datatype)];
};

/** 1 / √x; 1 / x */
const rsqrt: Rule = node => {
  const root = elementwise(node, 'Sqrt', [node.input(0)], 'FP32');
  return [elementwise(node, 'Reciprocal', [root], 'FP32')];
};

const log1p: Rule = node => {
  const one = number(node, 1);
  return [elementwise(node, 'Log', [elementwise(node, 'Add', [node.input(0), one], 'FP32')], 'FP32')];
};

const expm1: Rule = node => {
  const one = number(node, 1);
  return [elementwise(node, 'Sub', [elementwise(node, 'Exp', [node.input(0)], 'FP32'), one], 'FP32')];
};

const square: Rule = node => {
  const x = node.input(0);
  return [elementwise(node, 'Mul', [x, x], x.datatype)];
};

const squaredDifference: Rule = node => {
  const difference = elementwise(node, 'Sub', [node.input(0), node.input(1)], node.input(0).datatype);
  return [elementwise(node, 'Mul', [difference, difference], difference.datatype)];
};

/**
 * atan2(y, x) from the arctangent of y / x, which lies in (−π/2, π/2): in the half plane x < 0 it is off by π, to the side
 * of y. On the axis x = 0 the quotient is infinite or, at the origin, no number: 0 then.
 */
const atan2: Rule = node => {
  const [y, x] = [node.input(0), node.input(1)];
  const zero = number(node, 0);
  const angle = elementwise(node, 'Atan', [elementwise(node, 'Div', [y, x], 'FP32')], 'FP32');
  const yBelow = elementwise(node, 'Less', [y, zero], 'BOOL');
  const turn = elementwise(node, 'Where', [yBelow, number(node, -Math.PI), number(node, Math.PI)], 'FP32');
  const xBelow = elementwise(node, 'Less', [x, zero], 'BOOL');
  const turned = elementwise(node, 'Add', [angle, turn], 'FP32');
  const result = elementwise(node, 'Where', [xBelow, turned, angle], 'FP32');
  const isNumber = elementwise(node, 'Equal', [result, result], 'BOOL');
  return [elementwise(node, 'Where', [isNumber, result, zero], 'FP32')];
};

const leakyRelu: Rule = node => [
  elementwise(node, 'LeakyRelu', [node.input(0)], 'FP32', { alpha: { float: node.float('alpha', 0.2) } }),
];

const clip: Rule = node => {
  const [x, low, high] = [node.input(0), node.input(1), node.input(2)];
  if (low.rank + high.rank === 0) return [elementwise(node, 'Clip', [x, low, high], x.datatype)];
  const above = elementwise(node, 'Max', [x, low], x.datatype);
  return [elementwise(node, 'Min', [above, high], x.datatype)];
};

const isFinite: Rule = node => {
  const x = node.input(0);
  const isNaN = elementwise(node, 'IsNaN', [x], 'BOOL');
  const isInfinite = elementwise(node, 'IsInf', [x], 'BOOL');
  return [elementwise(node, 'Not', [elementwise(node, 'Or', [isNaN, isInfinite], 'BOOL')], 'BOOL')];
};

/** tf.notEqual */
const notEqual: Rule = node => {
  const equal = elementwise(node, 'Equal', [node.input(0), node.input(1)], 'BOOL');
  return [elementwise(node, 'Not', [equal], 'BOOL')];
};

const castRule: Rule = node => {
  const to = node.datatype('DstT');
  return [foldUnary(node, 'Cast', to) ?? cast(node, node.input(0), to)];
};

const biasAdd: Rule = node => {
  const [x, bias] = [node.input(0), node.input(1)];
  if (!node.isChannelsFirst || x.rank !== 4) return [elementwise(node, 'Add', [x, bias], x.datatype)];
  const shape = [...bias.shape, 1, 1];
  const name = node.op('Unsqueeze', [node.writer.plain(bias), node.writer.ints([1, 2])]);
  return [elementwise(node, 'Add', [x, node.plain('FP32', shape, name)], x.datatype)];
};

export const elementwiseRules: Readonly<Record<string, Rule>> = {
  Abs: unary('Abs'),
  Acos: unary('Acos', 'FP32'),
  Acosh: unary('Acosh', 'FP32'),
  Add: binary('Add'),
  AddN: addN,
  AddV2: binary('Add'),
  Asin: unary('Asin', 'FP32'),
  Asinh: unary('Asinh', 'FP32'),
  Atan: unary('Atan', 'FP32'),
  Atan2: atan2,
  Atanh: unary('Atanh', 'FP32'),
  BiasAdd: biasAdd,
  BiasAddV1: biasAdd,
  Cast: castRule,
  Ceil: unary('Ceil'),
  ClipByValue: clip,
  Cos: unary('Cos', 'FP32'),
  Cosh: unary('Cosh', 'FP32'),
  Div: divide,
  DivNoNan: node => {
    const [a, b] = [node.input(0), node.input(1)];
    const zero = number(node, 0);
    const isZero = elementwise(node, 'Equal', [b, zero], 'BOOL');
    return [elementwise(node, 'Where', [isZero, zero, elementwise(node, 'Div', [a, b], 'FP32')], 'FP32')];
  },
  Elu: unary('Elu', 'FP32'),
  Equal: binary('Equal', 'BOOL'),
  Erf: unary('Erf', 'FP32'),
  Exp: unary('Exp', 'FP32'),
  Expm1: expm1,
  Floor: unary('Floor'),
  FloorDiv: node => [foldBinary(node, 'FloorDiv') ?? floorDiv(node, node.input(0), node.input(1))],
  FloorMod: node => [foldBinary(node, 'FloorMod') ?? floorMod(node, node.input(0), node.input(1))],
  Greater: binary('Greater', 'BOOL'),
  GreaterEqual: binary('GreaterOrEqual', 'BOOL'),
  IsFinite: isFinite,
  IsInf: unary('IsInf', 'BOOL'),
  IsNan: unary('IsNaN', 'BOOL'),
  LeakyRelu: leakyRelu,
  Less: binary('Less', 'BOOL'),
  LessEqual: binary('LessOrEqual', 'BOOL'),
  Log: unary('Log', 'FP32'),
  Log1p: log1p,
  LogicalAnd: binary('And', 'BOOL'),
  LogicalNot: unary('Not', 'BOOL'),
  LogicalOr: binary('Or', 'BOOL'),
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  Mod: node => [foldBinary(node, 'FloorMod') ?? floorMod(node, node.input(0), node.input(1))],
  Mul: binary('Mul'),
  Neg: unary('Neg'),
  NotEqual: notEqual,
  Pow: binary('Pow'),
  Prelu: node => [elementwise(node, 'PRelu', [node.input(0), node.input(1)], 'FP32')],
  RealDiv: divide,
  Reciprocal: unary('Reciprocal', 'FP32'),
  Relu: unary('Relu'),
  Relu6: node => [relu6(node, node.input(0))],
  Round: unary('Round'),
  Rsqrt: rsqrt,
  Select: select,
  SelectV2: node => [
    elementwise(node, 'Where', [node.input(0), node.input(1), node.input(2)], node.input(1).datatype),
  ],
  Selu: unary('Selu', 'FP32'),
  Sigmoid: unary('Sigmoid', 'FP32'),
  Sign: unary('Sign'),
  Sin: unary('Sin', 'FP32'),
  Sinh: unary('Sinh', 'FP32'),
  Softplus: unary('Softplus', 'FP32'),
  Sqrt: unary('Sqrt', 'FP32'),
  Square: square,
  SquaredDifference: squaredDifference,
  Sub: binary('Sub'),
  Tan: unary('Tan', 'FP32'),
  Tanh: unary('Tanh', 'FP32'),
  TruncateDiv: binary('Div'),
};
