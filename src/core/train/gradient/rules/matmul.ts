// Gradients of matrix products.
import { readFloat, readInt } from '../../../onnx/attributes.ts';
import { elements } from '../../../tensor.ts';
import { swapLast } from '../axes.ts';
import type { GradientRule } from '../rule.ts';
import type { Tape } from '../tape.ts';
import { einsum } from './einsum.ts';

// Y = A B: dA = dY Bᵀ, dB = Aᵀ dY, summed over the batches that were broadcast
const matMul: GradientRule = ({ inputs }, grad, t) => {
  const [a, b] = inputs as [string, string];
  const [sizeA, sizeB] = [t.shape(a), t.shape(b)];
  // A vector is a matrix of one row (left) or one column (right).
  const rowA = sizeA.length === 1 ? t.reshape(a, [1, ...sizeA]) : a;
  const columnB = sizeB.length === 1 ? t.reshape(b, [...sizeB, 1]) : b;
  const dy = t.reshape(grad[0]!, productShape(t.shape(rowA), t.shape(columnB)));
  const [dA, dB] = t.shape(columnB).length === 2 ? flat(t, rowA, columnB, dy) : batched(t, rowA, columnB, dy);
  return [t.reshape(dA, sizeA), t.reshape(dB, sizeB)];
};

function productShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  const size = (shape: readonly number[], axis: number) => shape[axis - rank + shape.length] ?? 1;
  const batch = Array.from({ length: rank - 2 }, (_, axis) => {
    const [left, right] = [size(a, axis), size(b, axis)];
    return left === 1 ? right : left;
  });
  return [...batch, a.at(-2)!, b.at(-1)!];
}

/** The right side is one matrix for all: one product of tall matrices, which saves the sum over the batches. */
function flat(t: Tape, a: string, b: string, dy: string): [string, string] {
  const [inner, columns] = t.shape(b) as [number, number];
  const rows = elements(t.shape(a).slice(0, -1));
  const dy2 = t.reshape(dy, [rows, columns]);
  const dA = t.op('Gemm', [dy2, b], { transB: { int: 1 } });
  const dB = t.op('Gemm', [t.reshape(a, [rows, inner]), dy2], { transA: { int: 1 } });
  return [t.reshape(dA, t.shape(a)), dB];
}

function batched(t: Tape, a: string, b: string, dy: string): [string, string] {
  const dA = t.op('MatMul', [dy, t.transpose(b, swapLast(t.shape(b).length))]);
  const dB = t.op('MatMul', [t.transpose(a, swapLast(t.shape(a).length)), dy]);
  return [t.unbroadcast(dA, t.shape(a)), t.unbroadcast(dB, t.shape(b))];
}

// Y = α A′ B′ + β C, where ′ may transpose: dA′ = α dY B′ᵀ, dB′ = α A′ᵀ dY, dC = β dY
const gemm: GradientRule = (node, grad, t) => {
  const [a, b, c = ''] = node.inputs as [string, string, string?];
  const dy = grad[0]!;
  const alpha = { float: readFloat(node, 'alpha', 1) };
  const transA = readInt(node, 'transA', 0);
  const transB = readInt(node, 'transB', 0);
  const product = (left: string, right: string, transLeft: number, transRight: number) =>
    t.op('Gemm', [left, right], { alpha, transA: { int: transLeft }, transB: { int: transRight } });
  return [
    transA ? product(b, dy, transB, 1) : product(dy, b, 0, 1 - transB),
    transB ? product(dy, a, 1, transA) : product(a, dy, 1 - transA, 0),
    c === '' ? null : t.mul(t.unbroadcast(dy, t.shape(c)), readFloat(node, 'beta', 1)),
  ];
};

export const matmul: Readonly<Record<string, GradientRule>> = {
  MatMul: matMul,
  Gemm: gemm,
  Einsum: einsum,
};
