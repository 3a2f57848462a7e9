// What rules of several families share.
import type { GraphNode } from '../../../onnx/graph.ts';
import type { GradientRule } from '../rule.ts';
import type { Tape } from '../tape.ts';

/** Rule of an operator that maps each element of its first input by itself. */
export function elementwise(
  derive: (t: Tape, dy: string, x: string, y: string, node: GraphNode) => string,
): GradientRule {
  return (node, grad, t) => [derive(t, grad[0]!, node.inputs[0]!, node.outputs[0]!, node)];
}
