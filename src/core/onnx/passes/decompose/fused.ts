// com.microsoft's products that are fused with what follows them.
import { readFloat, readFloats, readInt, readString, without } from '../../attributes.ts';
import type { Attributes } from '../../build.ts';
import type { GraphNode } from '../../graph.ts';
import type { Rewriter } from '../rewrite.ts';
import type { DecomposeRule } from './rule.ts';

/** Parameters of activations by place, as ONNX Runtime's fused kernels read them (fused_activation.cc). */
const parameters: Readonly<Record<string, readonly string[]>> = {
  Clip: [],
  HardSigmoid: ['alpha', 'beta'],
  LeakyRelu: ['alpha'],
  Relu: [],
  Sigmoid: [],
  Tanh: [],
};

function activate(node: GraphNode, r: Rewriter, x: string, name: string, values: readonly number[]): void {
  const [y] = node.outputs as [string];
  if (name === '') return r.opAs(y, 'Identity', [x]);
  const names = parameters[name] ?? r.fail(`the activation ${name} is not known`);
  if (name === 'Clip') return r.opAs(y, 'Clip', [x, ...values.map(value => r.scalar(value, x))]);
  const attributes: Attributes = Object.fromEntries(names.map((key, i) => [key, { float: values[i]! }]));
  r.opAs(y, name, [x], attributes);
}

/** activation(Conv(X, W, B) + Z) */
const fusedConv: DecomposeRule = (node, r) => {
  const [x, weight, bias, sum] = node.inputs as [string, string, string?, string?];
  const attributes = without(node.attributes, 'activation', 'activation_params');
  const conv = r.op('Conv', bias ? [x, weight, bias] : [x, weight], attributes);
  const before = sum ? r.op('Add', [conv, sum]) : conv;
  activate(node, r, before, readString(node, 'activation', ''), readFloats(node, 'activation_params') ?? []);
};

/** activation(Gemm(A, B, C)); its parameters are attributes of their own. */
const fusedGemm: DecomposeRule = (node, r) => {
  const name = readString(node, 'activation', '');
  const extra = ['activation', 'activation_alpha', 'activation_beta', 'activation_gamma'];
  const gemm = r.op('Gemm', node.inputs, without(node.attributes, ...extra));
  const values = ['activation_alpha', 'activation_beta'].map(key => readFloat(node, key, 0));
  activate(node, r, gemm, name, values);
};

/** alpha · A′ · B′, where ′ may swap the last two dimensions and bring the first one between the others and them. */
const fusedMatMul: DecomposeRule = (node, r) => {
  const operand = (name: string, letter: 'A' | 'B') => {
    const isTransposed = readInt(node, `trans${letter}`, 0) !== 0;
    const isBatchMoved = readInt(node, `transBatch${letter}`, 0) !== 0;
    if (!isTransposed && !isBatchMoved) return name;
    const rank = r.rank(name) ?? r.fail('the number of its dimensions is not known');
    // A vector is not transposed.
    if (rank < 2) return name;
    const perm = Array.from({ length: rank }, (_, axis) => axis);
    if (isBatchMoved) perm.splice(-1, 0, perm.shift()!);
    if (isTransposed) perm.push(...perm.splice(-2).reverse());
    return r.op('Transpose', [name], { perm: { ints: perm } });
  };
  const [a, b] = node.inputs as [string, string];
  const alpha = readFloat(node, 'alpha', 1);
  const inputs = [operand(a, 'A'), operand(b, 'B')];
  if (alpha === 1) return r.opAs(node.outputs[0]!, 'MatMul', inputs);
  r.opAs(node.outputs[0]!, 'Mul', [r.op('MatMul', inputs), r.scalar(alpha, a)]);
};

export const fusedRules: Readonly<Record<string, DecomposeRule>> = {
  'com.microsoft.FusedConv': fusedConv,
  'com.microsoft.FusedGemm': fusedGemm,
  'com.microsoft.FusedMatMul': fusedMatMul,
  'com.microsoft.TransposeMatMul': fusedMatMul,
};
