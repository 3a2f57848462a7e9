// What TensorFlow's fused operators do after their product: bias, then an activation (grappler's remapper).
import type { NodeContext } from '../node-context.ts';
import type { Value } from '../value.ts';
import { elementwise, relu6 } from './elementwise.ts';

export interface Fused {
  readonly bias: Value | null;
  /** Null where there is none. */
  readonly name: string | null;
  /** Of Prelu. */
  readonly alpha: Value | null;
}

/** Their inputs from the third on: the bias, then what the activation wants. */
export function fusedArguments(node: NodeContext): Fused {
  const operators = node.strings('fused_ops');
  const hasBias = operators[0] === 'BiasAdd';
  const [name = null, ...others] = hasBias ? operators.slice(1) : operators;
  if (others.length > 0) node.unsupported(`it is fused with ${operators.join(', ')}`);
  return {
    bias: hasBias ? node.input(2) : null,
    name,
    alpha: name === 'Prelu' ? node.input(hasBias ? 3 : 2) : null,
  };
}

const plain: Readonly<Partial<Record<string, string>>> = {
  Elu: 'Elu',
  Relu: 'Relu',
  Sigmoid: 'Sigmoid',
  Tanh: 'Tanh',
};

export function activation(node: NodeContext, x: Value, name: string | null, alpha: Value | null): Value {
  if (name === null) return x;
  if (name === 'Relu6') return relu6(node, x);
  if (name === 'LeakyRelu') {
    const slope = { alpha: { float: node.float('leakyrelu_alpha', 0.2) } };
    return elementwise(node, 'LeakyRelu', [x], 'FP32', slope);
  }
  if (name === 'Prelu' && alpha) return elementwise(node, 'PRelu', [x, alpha], 'FP32');
  const op = plain[name];
  return op ? elementwise(node, op, [x], 'FP32') : node.unsupported(`it is fused with ${name}`);
}
