// If, Loop and Scan without nested graphs, where what they will do is known before the run: the branch that is taken, and
// loops step by step. What is in them can then be seen, and trained, like all else.
import type { Graph, GraphNode } from '../graph.ts';
import { type Facts, isControlFlow, planOf } from './inline/plan.ts';
import { rewrite } from './rewrite.ts';

export interface InlineOptions {
  /** Where absent: what can be told without the sizes of free dimensions. */
  readonly facts?: Facts;
  /** Which nodes; absent: all. */
  readonly of?: (node: GraphNode) => boolean;
}

/**
 * Outputs stay the same, bit for bit, but for what the runtime fuses. What cannot be told beforehand, or would be longer than
 * `maxUnrolledSteps`, stays as it is.
 */
export function inlineBodies(graph: Graph, { facts, of = () => true }: InlineOptions = {}): Graph {
  let result = graph.copy();
  for (let isChanged = true; isChanged && result.nodes.some(isControlFlow);) {
    isChanged = false;
    result = rewrite(result, (node, r) => {
      const plan = isControlFlow(node) && of(node) ? planOf(node, facts ?? r) : null;
      if (!plan || 'obstacle' in plan) {
        r.graph.nodes.push(node);
        return;
      }
      isChanged = true;
      const names = plan.write(r);
      node.outputs.forEach((output, i) => {
        if (output !== '') r.opAs(output, 'Identity', [names[i]!]);
      });
    });
  }
  return result;
}
