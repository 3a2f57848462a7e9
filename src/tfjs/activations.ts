// Activation functions of TensorFlow.js 4.22 (tfjs-layers activations.ts) as ONNX nodes (opset 21). `gelu_new` is absent:
// TensorFlow.js writes the name in a way that it does not read back.
import { HaversackError } from '../core/errors.ts';
import type { GraphDraft } from './graph-draft.ts';

/** @param rank of the tensor, batch included: softmax goes over the channels, which are axis 1 of an image here. */
type ActivationRule = (draft: GraphDraft, rank: number) => void;

const rules: Readonly<Record<string, ActivationRule>> = {
  linear: () => undefined,
  relu: draft => draft.node('Relu'),
  relu6: draft => clip(draft, 0, 6),
  sigmoid: draft => draft.node('Sigmoid'),
  tanh: draft => draft.node('Tanh'),
  softmax: (draft, rank) => draft.node('Softmax', [], { axis: { int: rank === 4 ? 1 : -1 } }),
  logSoftmax: (draft, rank) => draft.node('LogSoftmax', [], { axis: { int: rank === 4 ? 1 : -1 } }),
  elu: draft => draft.node('Elu', [], { alpha: { float: 1 } }),
  selu: draft => draft.node('Selu'),
  softplus: draft => draft.node('Softplus'),
  softsign: draft => draft.node('Softsign'),
  hardSigmoid: draft => draft.node('HardSigmoid', [], { alpha: { float: 0.2 }, beta: { float: 0.5 } }),
  mish: draft => draft.node('Mish'),
  gelu: draft => draft.node('Gelu'),
  /** x · sigmoid(x) */
  swish: draft => {
    const x = draft.current;
    draft.node('Sigmoid');
    draft.nodeOf('Mul', [x, draft.current]);
  },
};

export const activationNames = Object.keys(rules);

/** @throws HaversackError `OperatorUnsupported` naming it. */
export function addActivation(draft: GraphDraft, name: string, rank: number, layer: string): void {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (!rule) {
    throw new HaversackError(
      'OperatorUnsupported',
      `Activation '${name}' of layer '${layer}' has no ONNX form here.`,
    );
  }
  rule(draft, rank);
}

export function clip(draft: GraphDraft, low: number, high: number): void {
  const name = `clip_${draft.current}`;
  draft.node('Clip', [draft.constant(`${name}/low`, [], [low]), draft.constant(`${name}/high`, [], [high])]);
}
