// Types of losses.
import { type InferRule, type NodeContext, type } from './node-context.ts';

/** Scores [batch, classes, …]: one number, or one for each of the others where nothing is reduced. */
function lossShape(node: NodeContext): number[] {
  const [batch, , ...rest] = node.shape(0);
  return node.string('reduction', 'mean') === 'none' ? [batch!, ...rest] : [];
}

/** (loss, log probabilities) */
const crossEntropy: InferRule = node => {
  const { datatype, shape } = node.input(0);
  return [type(datatype, lossShape(node)), type(datatype, shape)];
};

const negativeLogLikelihood: InferRule = node => [type(node.input(0).datatype, lossShape(node))];

export const lossRules: Readonly<Record<string, InferRule>> = {
  NegativeLogLikelihoodLoss: negativeLogLikelihood,
  SoftmaxCrossEntropyLoss: crossEntropy,
};
