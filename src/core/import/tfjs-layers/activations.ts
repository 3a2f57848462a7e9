// Activation functions of TensorFlow.js 4.22 (tfjs-layers activations.ts) and Keras as ONNX nodes (opset 21), by the names
// that models are stored with. `gelu_new` is absent: TensorFlow.js writes the name in a way that it does not read back.
import { HaversackError } from '../../errors.ts';
import type { GraphDraft } from './graph-draft.ts';
import { hardSigmoidOfKeras3 } from './model-topology.ts';

/** @param rank of the tensor, batch included: softmax goes over the channels, which are axis 1 of an image here. */
type ActivationRule = (draft: GraphDraft, x: string, rank: number) => string;

const channelAxis = (rank: number) => ({ axis: { int: rank === 4 ? 1 : -1 } });

/** x · sigmoid(x) */
const swish: ActivationRule = (draft, x) => draft.node('Mul', [x, draft.node('Sigmoid', [x])]);

/** max(0, min(1, slope·x + 0.5)) */
function hardSigmoid(draft: GraphDraft, x: string, slope: number): string {
  return draft.node('HardSigmoid', [x], { alpha: { float: slope }, beta: { float: 0.5 } });
}

const rules: Readonly<Record<string, ActivationRule>> = {
  linear: (_, x) => x,
  relu: (draft, x) => draft.node('Relu', [x]),
  relu6: (draft, x) => clip(draft, x, 0, 6),
  sigmoid: (draft, x) => draft.node('Sigmoid', [x]),
  tanh: (draft, x) => draft.node('Tanh', [x]),
  softmax: (draft, x, rank) => draft.node('Softmax', [x], channelAxis(rank)),
  log_softmax: (draft, x, rank) => draft.node('LogSoftmax', [x], channelAxis(rank)),
  elu: (draft, x) => draft.node('Elu', [x], { alpha: { float: 1 } }),
  selu: (draft, x) => draft.node('Selu', [x]),
  softplus: (draft, x) => draft.node('Softplus', [x]),
  softsign: (draft, x) => draft.node('Softsign', [x]),
  hard_sigmoid: (draft, x) => hardSigmoid(draft, x, 0.2),
  // relu6(x + 3) / 6: `model-topology.ts` tells it from the other.
  [hardSigmoidOfKeras3]: (draft, x) => hardSigmoid(draft, x, 1 / 6),
  mish: (draft, x) => draft.node('Mish', [x]),
  gelu: (draft, x) => draft.node('Gelu', [x]),
  swish,
  silu: swish,
};

export const activationNames = Object.keys(rules);

/** @throws HaversackError `OperatorUnsupported` naming it. */
export function addActivation(
  draft: GraphDraft,
  x: string,
  name: string,
  rank: number,
  layer: string,
): string {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (!rule) {
    throw new HaversackError(
      'OperatorUnsupported',
      `Activation '${name}' of layer '${layer}' has no ONNX form here.`,
    );
  }
  return rule(draft, x, rank);
}

export function clip(draft: GraphDraft, x: string, low: number, high: number): string {
  const name = `clip_${x}`;
  return draft.node('Clip', [
    x,
    draft.constant(`${name}/low`, [], [low]),
    draft.constant(`${name}/high`, [], [high]),
  ]);
}
