// Composite and fused operators spelled out in plain ones, for who knows no more than those. Only on request: the runtime
// runs the composite ones faster.
import { type Graph, type GraphNode, operatorOf } from '../graph.ts';
import { nestedGraphs } from '../graph-node.ts';
import type { PartialTypes } from '../partial-types.ts';
import { nodesOf, operatorName } from '../walk.ts';
import { changeBodies } from './change-bodies.ts';
import { activationRules } from './decompose/activation.ts';
import { attentionRules } from './decompose/attention.ts';
import { fusedRules } from './decompose/fused.ts';
import { lossRules } from './decompose/loss.ts';
import { normalizationRules } from './decompose/normalization.ts';
import { quantizedRules } from './decompose/quantized.ts';
import { rotaryRules } from './decompose/rotary.ts';
import type { DecomposeRule } from './decompose/rule.ts';
import { rewrite } from './rewrite.ts';

/** Operator, as `operatorOf` spells it, → nodes that make the same outputs. */
export const decomposeRules: ReadonlyMap<string, DecomposeRule> = new Map(
  [
    activationRules,
    attentionRules,
    fusedRules,
    lossRules,
    normalizationRules,
    quantizedRules,
    rotaryRules,
  ].flatMap(family => Object.entries(family)),
);

/**
 * Outputs stay the same within rounding. What `operators` does not name, or no rule knows, stays as it is. Fused operators
 * may come out as composite ones, which are spelled out in turn.
 */
export function decompose(graph: Graph, operators: (operator: string) => boolean = () => true): Graph {
  const isToGo = (operator: string) => decomposeRules.has(operator) && operators(operator);
  return decomposeIn(graph, isToGo, null);
}

function decomposeIn(graph: Graph, isToGo: (operator: string) => boolean, outer: PartialTypes | null): Graph {
  let result = graph;
  while (result.nodes.some(node => isToGo(operatorOf(node)) || holds(node, isToGo))) {
    result = rewrite(
      result,
      (node, rewriter) => {
        if (isToGo(operatorOf(node))) return decomposeRules.get(operatorOf(node))!(node, rewriter);
        changeBodies(node, rewriter.graph, body => decomposeIn(body, isToGo, rewriter.types));
        rewriter.graph.nodes.push(node);
      },
      outer,
    );
  }
  return result === graph ? graph.copy() : result;
}

/** Whether such an operator is nested in the node. */
function holds(node: GraphNode, isToGo: (operator: string) => boolean): boolean {
  return nestedGraphs(node).some(body => [...nodesOf(body.node)].some(inner => isToGo(operatorName(inner))));
}
