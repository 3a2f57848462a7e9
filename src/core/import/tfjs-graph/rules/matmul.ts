// Products of matrices.
import type { NodeContext, Rule } from '../node-context.ts';
import { transposedTensor } from '../transposed-tensor.ts';
import { broadcastFree } from '../broadcast.ts';
import { permuted, type Value } from '../value.ts';
import { activation, fusedArguments } from './fused.ts';

interface Operand {
  readonly name: string;
  readonly shape: readonly number[];
}

/** With its last two axes exchanged where `turn` says so. */
function operand(node: NodeContext, x: Value, turn: boolean): Operand {
  const { writer } = node;
  if (!turn) return { name: writer.plain(x), shape: x.shape };
  const axes = x.shape.map((_, axis) => axis);
  const order = [...axes.slice(0, -2), ...axes.slice(-2).reverse()];
  const name = x.tensor
    ? writer.initializer(x.name, transposedTensor(x.tensor, order))
    : node.op('Transpose', [writer.plain(x)], { perm: { ints: order } });
  return { name, shape: permuted(x.shape, order) };
}

function product(node: NodeContext, a: Operand, b: Operand): { name: string; shape: number[] } {
  const [inner, other] = [a.shape.at(-1)!, b.shape.at(-2)!];
  const batch = broadcastFree(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (!batch || a.shape.length < 2 || b.shape.length < 2 || (inner !== other && inner >= 0 && other >= 0)) {
    return node.fail(`[${a.shape.join(', ')}] cannot be multiplied by [${b.shape.join(', ')}]`);
  }
  return { name: node.op('MatMul', [a.name, b.name]), shape: [...batch, a.shape.at(-2)!, b.shape.at(-1)!] };
}

const matMul: Rule = node => {
  const a = operand(node, node.input(0), node.bool('transpose_a'));
  const b = operand(node, node.input(1), node.bool('transpose_b'));
  const { name, shape } = product(node, a, b);
  return [node.plain('FP32', shape, name)];
};

const batchMatMul: Rule = node => {
  const a = operand(node, node.input(0), node.bool('adj_x'));
  const b = operand(node, node.input(1), node.bool('adj_y'));
  const { name, shape } = product(node, a, b);
  return [node.plain('FP32', shape, name)];
};

/** Gemm where there is a bias, of two axes as they are. */
const fusedMatMul: Rule = node => {
  const { bias, name: after, alpha } = fusedArguments(node);
  const a = operand(node, node.input(0), node.bool('transpose_a'));
  const b = operand(node, node.input(1), node.bool('transpose_b'));
  const { writer } = node;
  const isFlat = bias !== null && bias.rank <= 1 && a.shape.length === 2 && b.shape.length === 2;
  if (isFlat) {
    const name = node.op('Gemm', [a.name, b.name, writer.plain(bias)]);
    return [activation(node, node.plain('FP32', [a.shape[0]!, b.shape[1]!], name), after, alpha)];
  }
  const { name, shape } = product(node, a, b);
  const sum = bias ? node.op('Add', [name, writer.plain(bias)]) : name;
  return [activation(node, node.plain('FP32', shape, sum), after, alpha)];
};

export const matmulRules: Readonly<Record<string, Rule>> = {
  BatchMatMul: batchMatMul,
  BatchMatMulV2: batchMatMul,
  MatMul: matMul,
  _FusedMatMul: fusedMatMul,
};
