// Types of sequences of tensors, whose lengths are known as shapes are: element by element.
import type { Datatype } from '../../datatype.ts';
import { datatypeOf } from '../data-type.ts';
import { int64 } from './known.ts';
import { type InferRule, type NodeContext, type, type ValueType } from './node-context.ts';

function sequence(datatype: Datatype, elements: readonly ValueType[]): ValueType {
  return { datatype, shape: [], sequence: elements };
}

function elementsOf(node: NodeContext): readonly ValueType[] {
  return node.input(0).sequence ?? node.fail('its input is no sequence');
}

/** A position among so many places, which may count from the end; undefined where it is left out. */
function positionOf(node: NodeContext, index: number, places: number): number | undefined {
  const given = node.knownOptional(index)?.[0];
  return given === undefined ? undefined : node.axis(given, places);
}

const construct: InferRule = node => [sequence(node.input(0).datatype, node.inputs())];

const empty: InferRule = node => [sequence(datatypeOf(node.int('dtype', 1)) ?? 'FP32', [])];

const at: InferRule = node => {
  const elements = elementsOf(node);
  return [elements[positionOf(node, 1, elements.length)!]!];
};

const length: InferRule = node => [
  { datatype: 'INT64', shape: [], value: int64([elementsOf(node).length], []) },
];

const insert: InferRule = node => {
  const elements = elementsOf(node);
  const position = positionOf(node, 2, elements.length + 1) ?? elements.length;
  return [sequence(node.input(1).datatype, elements.toSpliced(position, 0, node.input(1)))];
};

const erase: InferRule = node => {
  const elements = elementsOf(node);
  const position = positionOf(node, 1, elements.length) ?? elements.length - 1;
  return [sequence(node.input(0).datatype, elements.toSpliced(position, 1))];
};

/** Parts of these sizes; of one size, the last being smaller; or of size 1, whose axis may go (ONNX SplitToSequence-11). */
const split: InferRule = node => {
  const { datatype, shape } = node.input(0);
  const axis = node.axis(node.int('axis', 0), shape.length);
  const size = shape[axis]!;
  const given = node.knownOptional(1);
  if (!given) {
    const part = node.int('keepdims', 1) ? shape.with(axis, 1) : shape.toSpliced(axis, 1);
    return [sequence(datatype, new Array<ValueType>(size).fill(type(datatype, part)))];
  }
  const each = given[0]!;
  const sizes =
    node.rank(1) > 0
      ? given
      : Array.from({ length: Math.ceil(size / each) }, (_, i) => Math.min(each, size - i * each));
  return [
    sequence(
      datatype,
      sizes.map(part => type(datatype, shape.with(axis, part))),
    ),
  ];
};

const concat: InferRule = node => {
  const elements = elementsOf(node);
  const first = elements[0] ?? node.fail('its sequence is empty');
  const isNew = node.int('new_axis', 0) === 1;
  const axis = node.axis(node.int('axis', 0), first.shape.length + (isNew ? 1 : 0));
  if (isNew) return [type(first.datatype, first.shape.toSpliced(axis, 0, elements.length))];
  const total = elements.reduce((sum, { shape }) => sum + shape[axis]!, 0);
  return [type(first.datatype, first.shape.with(axis, total))];
};

export const sequenceRules: Readonly<Record<string, InferRule>> = {
  ConcatFromSequence: concat,
  SequenceAt: at,
  SequenceConstruct: construct,
  SequenceEmpty: empty,
  SequenceErase: erase,
  SequenceInsert: insert,
  SequenceLength: length,
  SplitToSequence: split,
};
