// Activations in plain operators. The formula stands above each.
import { readFloat, readString } from '../../attributes.ts';
import type { Rewriter } from '../rewrite.ts';
import type { DecomposeRule } from './rule.ts';

/** Writes y = f(x) under the name of the result. */
type Activation = (x: string, y: string, rewriter: Rewriter) => void;

const simple =
  (activation: Activation): DecomposeRule =>
  (node, rewriter) =>
    activation(node.inputs[0]!, node.outputs[0]!, rewriter);

// ½ x (1 + erf(x / √2))
const gelu: Activation = (x, y, r) => {
  const erf = r.op('Erf', [r.op('Mul', [x, r.scalar(Math.SQRT1_2, x)])]);
  const half = r.op('Mul', [x, r.scalar(0.5, x)]);
  r.opAs(y, 'Mul', [half, r.op('Add', [erf, r.scalar(1, x)])]);
};

// ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))
const tanhGelu: Activation = (x, y, r) => {
  const cube = r.op('Mul', [r.op('Mul', [x, x]), x]);
  const inner = r.op('Add', [x, r.op('Mul', [cube, r.scalar(0.044715, x)])]);
  const tanh = r.op('Tanh', [r.op('Mul', [inner, r.scalar(Math.sqrt(2 / Math.PI), x)])]);
  const half = r.op('Mul', [x, r.scalar(0.5, x)]);
  r.opAs(y, 'Mul', [half, r.op('Add', [tanh, r.scalar(1, x)])]);
};

/** ONNX Gelu-20. */
const onnxGelu: DecomposeRule = (node, rewriter) => {
  const isTanh = readString(node, 'approximate', 'none') === 'tanh';
  (isTanh ? tanhGelu : gelu)(node.inputs[0]!, node.outputs[0]!, rewriter);
};

// x σ(αx)
const quickGelu: DecomposeRule = (node, r) => {
  const x = node.inputs[0]!;
  const scaled = r.op('Mul', [x, r.scalar(readFloat(node, 'alpha', 1.702), x)]);
  r.opAs(node.outputs[0]!, 'Mul', [x, r.op('Sigmoid', [scaled])]);
};

// x max(0, min(1, x/6 + ½))
const hardSwish: Activation = (x, y, r) => {
  const gate = r.op('HardSigmoid', [x], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });
  r.opAs(y, 'Mul', [x, gate]);
};

// x tanh(ln(1 + eˣ))
const mish: Activation = (x, y, r) => r.opAs(y, 'Mul', [x, r.op('Tanh', [r.op('Softplus', [x])])]);

// x σ(αx)
const swish: DecomposeRule = (node, r) => {
  const x = node.inputs[0]!;
  const alpha = readFloat(node, 'alpha', 1);
  const scaled = alpha === 1 ? x : r.op('Mul', [x, r.scalar(alpha, x)]);
  r.opAs(node.outputs[0]!, 'Mul', [x, r.op('Sigmoid', [scaled])]);
};

// x / (1 + |x|)
const softsign: Activation = (x, y, r) =>
  r.opAs(y, 'Div', [x, r.op('Add', [r.op('Abs', [x]), r.scalar(1, x)])]);

// γ elu(x; α)
const selu: DecomposeRule = (node, r) => {
  const x = node.inputs[0]!;
  const alpha = readFloat(node, 'alpha', 1.6732632423543772);
  const elu = r.op('Elu', [x], { alpha: { float: alpha } });
  r.opAs(node.outputs[0]!, 'Mul', [elu, r.scalar(readFloat(node, 'gamma', 1.0507009873554805), x)]);
};

// max(0, x) + min(0, α (e^(x/α) − 1)) = α elu(x / α; 1) for α > 0
const celu: DecomposeRule = (node, r) => {
  const x = node.inputs[0]!;
  const alpha = r.scalar(readFloat(node, 'alpha', 1), x);
  r.opAs(node.outputs[0]!, 'Mul', [r.op('Elu', [r.op('Div', [x, alpha])]), alpha]);
};

// α f(βx)
const scaled =
  (op: 'Tanh' | 'Softplus'): DecomposeRule =>
  (node, r) => {
    const x = node.inputs[0]!;
    const inner = readFloat(node, 'beta') ?? r.fail('it has no beta');
    const outer = readFloat(node, 'alpha') ?? r.fail('it has no alpha');
    const y = r.op(op, [r.op('Mul', [x, r.scalar(inner, x)])]);
    r.opAs(node.outputs[0]!, 'Mul', [y, r.scalar(outer, x)]);
  };

/** com.microsoft: gelu(x + b), the bias left out or not. */
const biased =
  (activation: Activation): DecomposeRule =>
  (node, r) => {
    const [x, bias] = node.inputs as [string, string?];
    activation(bias ? r.op('Add', [x, bias]) : x, node.outputs[0]!, r);
  };

export const activationRules: Readonly<Record<string, DecomposeRule>> = {
  Celu: celu,
  Gelu: onnxGelu,
  HardSwish: simple(hardSwish),
  Mish: simple(mish),
  // Of opset 1, and in old files still.
  ParametricSoftplus: scaled('Softplus'),
  ScaledTanh: scaled('Tanh'),
  Selu: selu,
  Softsign: simple(softsign),
  Swish: swish,
  'com.microsoft.BiasGelu': biased(gelu),
  'com.microsoft.FastGelu': biased(tanhGelu),
  'com.microsoft.Gelu': simple(gelu),
  'com.microsoft.QuickGelu': quickGelu,
};
