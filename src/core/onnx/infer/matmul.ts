// Types of matrix products.
import { broadcast, type InferRule, type NodeContext, type } from './node-context.ts';

/** As numpy.matmul: a vector is a row on the left and a column on the right, and that dimension is gone in the result. */
function matmulShape(node: NodeContext, a: readonly number[], b: readonly number[]): number[] {
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  if (left.length < 2 || right.length < 2) node.fail('a scalar has no matrix product');
  const batch = broadcast(left.slice(0, -2), right.slice(0, -2));
  if (!batch || left.at(-1) !== right.at(-2)) {
    node.fail(`[${a.join(', ')}] and [${b.join(', ')}] have no matrix product`);
  }
  return [...batch, ...(a.length === 1 ? [] : [left.at(-2)!]), ...(b.length === 1 ? [] : [right.at(-1)!])];
}

const matmul: InferRule = node => [
  type(node.input(0).datatype, matmulShape(node, node.shape(0), node.shape(1))),
];

/** Operands are the first two inputs, the answer is INT32. */
const matmulInteger: InferRule = node => [type('INT32', matmulShape(node, node.shape(0), node.shape(1)))];

const gemm: InferRule = node => {
  const [a, b] = [node.shape(0), node.shape(1)];
  if (a.length !== 2 || b.length !== 2) node.fail(`it multiplies [${a.join(', ')}] and [${b.join(', ')}]`);
  const [rows, inner] = node.int('transA', 0) ? [a[1]!, a[0]!] : [a[0]!, a[1]!];
  const [wanted, columns] = node.int('transB', 0) ? [b[1]!, b[0]!] : [b[0]!, b[1]!];
  if (inner !== wanted) node.fail(`A has ${inner} columns, B wants ${wanted}`);
  const c = node.optional(2);
  if (c && broadcast(c.shape, [rows, columns])?.join() !== `${rows},${columns}`) {
    node.fail(`C [${c.shape.join(', ')}] does not broadcast to [${rows}, ${columns}]`);
  }
  return [type(node.input(0).datatype, [rows, columns])];
};

/** com.microsoft: transA and transB swap the last two dimensions, transBatchA and transBatchB turn the first one in. */
const fusedMatmul: InferRule = node => {
  const operand = (index: number, letter: 'A' | 'B') => {
    const shape = [...node.shape(index)];
    if (shape.length < 2) return shape;
    if (node.int(`transBatch${letter}`, 0)) shape.splice(-1, 0, shape.shift()!);
    if (node.int(`trans${letter}`, 0)) shape.push(...shape.splice(-2).reverse());
    return shape;
  };
  return [type(node.input(0).datatype, matmulShape(node, operand(0, 'A'), operand(1, 'B')))];
};

/** com.microsoft.MatMulNBits: B is packed, K and N say what it stands for. */
const matmulNBits: InferRule = node => [
  type(node.input(0).datatype, [...node.shape(0).slice(0, -1), node.int('N', 0)]),
];

const einsum: InferRule = node => {
  const { output, sizes } = einsumSizes(node);
  return [
    type(
      node.input(0).datatype,
      output.map(label => sizes.get(label)!),
    ),
  ];
};

/** Labels of the output and the size of each; `...` becomes labels `0`, `1`, … from the right. */
function einsumSizes(node: NodeContext): { output: string[]; sizes: Map<string, number> } {
  const equation = node.string('equation', '').replaceAll(' ', '');
  const [left = '', right] = equation.split('->');
  const sizes = new Map<string, number>();
  const terms = left.split(',');
  if (terms.length !== node.inputCount)
    node.fail(`'${equation}' has ${terms.length} terms, it has ${node.inputCount} inputs`);
  let ellipsis: string[] = [];
  const labelled = terms.map((term, i) => {
    const shape = node.shape(i);
    const named = term.replace('...', '').length;
    const dots = Array.from({ length: shape.length - named }, (_, j) => String(shape.length - named - 1 - j));
    const labels = expand(term, dots);
    if (labels.length !== shape.length) node.fail(`'${term}' names ${named} of ${shape.length} dimensions`);
    if (dots.length > ellipsis.length) ellipsis = dots;
    for (const [axis, label] of labels.entries()) {
      const size = sizes.get(label) ?? 1;
      if (size !== 1 && shape[axis] !== 1 && size !== shape[axis]) {
        node.fail(`'${label}' is ${size} and ${shape[axis]} long`);
      }
      sizes.set(label, Math.max(size, shape[axis]!));
    }
    return labels;
  });
  if (right !== undefined) return { output: expand(right, ellipsis), sizes };
  // Without an arrow: the labels that occur once, in alphabetical order (ONNX Einsum-12).
  const all = labelled.flat();
  const once = [...sizes.keys()].filter(
    label => !/\d/.test(label) && all.filter(other => other === label).length === 1,
  );
  return { output: [...ellipsis, ...once.sort()], sizes };
}

function expand(term: string, dots: readonly string[]): string[] {
  const [before = [], after] = term.split('...').map(letters => Array.from(letters));
  return after === undefined ? [...before] : [...before, ...dots, ...after];
}

export const matmulRules: Readonly<Record<string, InferRule>> = {
  Einsum: einsum,
  Gemm: gemm,
  MatMul: matmul,
  MatMulInteger: matmulInteger,
  QLinearMatMul: node => [type(node.input(7).datatype, matmulShape(node, node.shape(0), node.shape(3)))],
  'com.microsoft.FusedGemm': gemm,
  'com.microsoft.FusedMatMul': fusedMatmul,
  'com.microsoft.TransposeMatMul': fusedMatmul,
  'com.microsoft.MatMulIntegerToFloat': node => [
    type(node.input(2).datatype, matmulShape(node, node.shape(0), node.shape(1))),
  ],
  'com.microsoft.DynamicQuantizeMatMul': matmul,
  'com.microsoft.MatMulNBits': matmulNBits,
};
