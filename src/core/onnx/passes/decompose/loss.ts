// ONNX's losses in plain operators (NegativeLogLikelihoodLoss-13, SoftmaxCrossEntropyLoss-13).
import { readInt, readString } from '../../attributes.ts';
import type { GraphNode } from '../../graph.ts';
import { tensorOfNumbers } from '../../infer/known.ts';
import type { Rewriter } from '../rewrite.ts';
import type { DecomposeRule } from './rule.ts';

/** Of the integers' own type. */
function integer(r: Rewriter, value: number, like: string): string {
  const datatype = r.types.type(like)?.datatype === 'INT32' ? 'INT32' : 'INT64';
  return r.initializer(tensorOfNumbers(datatype, [], [value]));
}

interface Targets {
  /** Labels that can be looked up: an ignored one is 0. */
  readonly labels: string;
  /** What each counts; null: all the same. */
  readonly weights: string | null;
}

function targetsOf(node: GraphNode, r: Rewriter): Targets {
  const [x, target, weights = ''] = node.inputs as [string, string, string?];
  const ignored = readInt(node, 'ignore_index');
  if (ignored === undefined) {
    return { labels: target, weights: weights === '' ? null : r.op('Gather', [weights, target]) };
  }
  const isIgnored = r.op('Equal', [target, integer(r, ignored, target)]);
  const labels = r.op('Where', [isIgnored, integer(r, 0, target), target]);
  const own = weights === '' ? r.scalar(1, x) : r.op('Gather', [weights, labels]);
  return { labels, weights: r.op('Where', [isIgnored, r.scalar(0, x), own]) };
}

// −w(t) · log p(t); their mean is over what they count
function negativeLogLikelihood(node: GraphNode, r: Rewriter, logs: string, result: string): void {
  const { labels, weights } = targetsOf(node, r);
  const one = r.ints([1]);
  const at = r.op('GatherElements', [logs, r.op('Unsqueeze', [labels, one])], { axis: { int: 1 } });
  const each = r.op('Neg', [r.op('Squeeze', [at, one])]);
  const loss = weights === null ? each : r.op('Mul', [each, weights]);
  const all = { keepdims: { int: 0 } };
  const reduction = readString(node, 'reduction', 'mean');
  if (reduction === 'none') r.opAs(result, 'Identity', [loss]);
  else if (reduction === 'sum') r.opAs(result, 'ReduceSum', [loss], all);
  else if (weights === null) r.opAs(result, 'ReduceMean', [loss], all);
  else r.opAs(result, 'Div', [r.op('ReduceSum', [loss], all), r.op('ReduceSum', [weights], all)]);
}

/** (loss, log probabilities) */
const crossEntropy: DecomposeRule = (node, r) => {
  const [loss, given = ''] = node.outputs as [string, string?];
  const logs = given === '' ? r.graph.fresh('LogSoftmax') : given;
  r.opAs(logs, 'LogSoftmax', [node.inputs[0]!], { axis: { int: 1 } });
  if (loss !== '') negativeLogLikelihood(node, r, logs, loss);
};

export const lossRules: Readonly<Record<string, DecomposeRule>> = {
  NegativeLogLikelihoodLoss: (node, r) => negativeLogLikelihood(node, r, node.inputs[0]!, node.outputs[0]!),
  SoftmaxCrossEntropyLoss: crossEntropy,
};
