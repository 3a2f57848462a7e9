// Types of operators that give the same elements another shape, and of those that make tensors of numbers known beforehand.
import { elements } from '../../tensor.ts';
import { readTensor } from '../attributes.ts';
import { constantTensor } from '../constant.ts';
import { datatypeOf } from '../data-type.ts';
import { int64, maxKnownElements, numbersOf } from './known.ts';
import { type InferRule, type, typeWith, type ValueType } from './node-context.ts';

/** The same elements in another shape. */
function reshaped({ datatype, value }: ValueType, shape: readonly number[]): ValueType {
  return value ? { datatype, shape, value: { datatype, shape, data: value.data } } : { datatype, shape };
}

const reshape: InferRule = node => {
  const input = node.input(0);
  const asked = node.knownOrAttribute(1, 'shape') ?? node.fail('it has no shape');
  const allowZero = node.int('allowzero', 0) !== 0;
  const shape = asked.map((size, i) =>
    size === 0 && !allowZero
      ? (input.shape[i] ?? node.fail(`it copies dimension ${i} of ${input.shape.length}`))
      : size,
  );
  const total = elements(input.shape);
  const rest = elements(shape.filter(size => size !== -1));
  if (shape.includes(-1)) shape[shape.indexOf(-1)] = rest === 0 ? 0 : total / rest;
  if (elements(shape) !== total || !shape.every(Number.isInteger)) {
    node.fail(`[${input.shape.join(', ')}] has no shape [${asked.join(', ')}]`);
  }
  return [reshaped(input, shape)];
};

const flatten: InferRule = node => {
  const input = node.input(0);
  const axis = node.int('axis', 1);
  const at = axis < 0 ? axis + input.shape.length : axis;
  return [reshaped(input, [elements(input.shape.slice(0, at)), elements(input.shape.slice(at))])];
};

const squeeze: InferRule = node => {
  const input = node.input(0);
  const rank = input.shape.length;
  const axes = node.knownOrAttribute(1, 'axes')?.map(axis => node.axis(axis, rank));
  const wrong = axes?.find(axis => input.shape[axis] !== 1);
  if (wrong !== undefined) node.fail(`dimension ${wrong} of [${input.shape.join(', ')}] is not 1`);
  return [
    reshaped(
      input,
      input.shape.filter((size, axis) => (axes ? !axes.includes(axis) : size !== 1)),
    ),
  ];
};

const unsqueeze: InferRule = node => {
  const input = node.input(0);
  const given = node.knownOrAttribute(1, 'axes') ?? node.fail('it has no axes');
  const rank = input.shape.length + given.length;
  const axes = new Set(given.map(axis => node.axis(axis, rank)));
  const rest = [...input.shape];
  return [
    reshaped(
      input,
      Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : rest.shift()!)),
    ),
  ];
};

/** `start` and `end` since opset 15. */
const shapeOperator: InferRule = node => {
  const shape = node.shape(0).slice(node.int('start', 0), node.int('end', node.rank(0)));
  return [{ datatype: 'INT64', shape: [shape.length], value: int64(shape) }];
};

const size: InferRule = node => [
  { datatype: 'INT64', shape: [], value: int64([elements(node.shape(0))], []) },
];

const constantOfShape: InferRule = node => {
  const shape = node.known(0);
  const value = readTensor(node.node, 'value');
  return [
    typeWith(value?.datatype ?? 'FP32', shape, () =>
      new Array<number>(elements(shape)).fill(value ? numbersOf(value)[0]! : 0),
    ),
  ];
};

const constant: InferRule = node => {
  const tensor = constantTensor(node.node) ?? node.fail('it holds no dense tensor');
  const { datatype, shape } = tensor;
  return [elements(shape) <= maxKnownElements ? { datatype, shape, value: tensor } : { datatype, shape }];
};

const range: InferRule = node => {
  const [start, limit, delta] = [node.known(0)[0]!, node.known(1)[0]!, node.known(2)[0]!];
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  return [
    typeWith(node.input(0).datatype, [count], () =>
      Array.from({ length: count }, (_, i) => start + i * delta),
    ),
  ];
};

const eyeLike: InferRule = node => {
  const to = node.int('dtype', 0);
  return [type(datatypeOf(to) ?? node.input(0).datatype, node.shape(0))];
};

export const shapeRules: Readonly<Record<string, InferRule>> = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  EyeLike: eyeLike,
  Flatten: flatten,
  Range: range,
  Reshape: reshape,
  Shape: shapeOperator,
  Size: size,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
};
