// TensorLists: what a loop reads from and gathers into. While the model is read they are lists of values; none is in the
// ONNX file.
import { type NodeContext, type Rule } from '../node-context.ts';
import { List, type Value } from '../value.ts';
import { packed, unpacked } from './arrange.ts';

/** More is no list of images or boxes. */
const maxItems = 4096;

const reserve: Rule = node => {
  const count = node.scalar(1);
  if (!(Number.isInteger(count) && count >= 0 && count <= maxItems))
    return node.unsupported(`a list of ${count}`);
  return [new List(new Array<null>(count).fill(null))];
};

const fromTensor: Rule = node => {
  const x = node.input(0);
  const count = x.shape[0] ?? -1;
  if (count < 0) return node.unsupported('its length depends on what the model is fed');
  if (count > maxItems) return node.unsupported(`a list of ${count}`);
  return [new List(unpacked(node, x, 0, count))];
};

function place(node: NodeContext, list: List, index: number): number {
  const at = node.scalar(index);
  return at >= 0 && at < list.items.length ? at : node.fail(`place ${at} of ${list.items.length}`);
}

const getItem: Rule = node => {
  const list = node.list(0);
  return [list.items[place(node, list, 1)] ?? node.fail('that place is empty')];
};

const setItem: Rule = node => {
  const list = node.list(0);
  const at = place(node, list, 1);
  return [new List(list.items.map((item, i) => (i === at ? node.input(2) : item)))];
};

const stack: Rule = node => {
  const { items } = node.list(0);
  const values = items.filter((item): item is Value => item !== null);
  if (values.length === 0 || values.length < items.length) return node.fail('places of it are empty');
  return [packed(node, values, 0)];
};

export const listRules: Readonly<Record<string, Rule>> = {
  TensorListFromTensor: fromTensor,
  TensorListGetItem: getItem,
  TensorListReserve: reserve,
  TensorListSetItem: setItem,
  TensorListStack: stack,
};
