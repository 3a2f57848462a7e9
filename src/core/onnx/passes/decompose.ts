// Composite and fused operators spelled out in plain ones, for who knows no more than those. Only on request: the runtime
// runs the composite ones faster.
import { type Graph, operatorOf } from '../graph.ts';
import { activationRules } from './decompose/activation.ts';
import { attentionRules } from './decompose/attention.ts';
import { fusedRules } from './decompose/fused.ts';
import { normalizationRules } from './decompose/normalization.ts';
import type { DecomposeRule } from './decompose/rule.ts';
import { rewrite } from './rewrite.ts';

/** Operator, as `operatorOf` spells it, → nodes that make the same outputs. */
export const decomposeRules: ReadonlyMap<string, DecomposeRule> = new Map(
  [activationRules, attentionRules, fusedRules, normalizationRules].flatMap(family => Object.entries(family)),
);

/**
 * Outputs stay the same within rounding. What `operators` does not name, or no rule knows, stays as it is. Fused operators
 * may come out as composite ones, which are spelled out in turn.
 */
export function decompose(graph: Graph, operators: (operator: string) => boolean = () => true): Graph {
  const isToGo = (operator: string) => decomposeRules.has(operator) && operators(operator);
  let result = graph;
  while (result.nodes.some(node => isToGo(operatorOf(node)))) {
    result = rewrite(result, (node, rewriter) => {
      if (isToGo(operatorOf(node))) decomposeRules.get(operatorOf(node))!(node, rewriter);
      else rewriter.graph.nodes.push(node);
    });
  }
  return result === graph ? graph.copy() : result;
}
