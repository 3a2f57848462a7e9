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
import { type Refusal, rewrite, type Rewriter } from './rewrite.ts';

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

/** What becomes of a node in a form that its operator's rule has no plain form for: it stays as it is, or what is thrown. */
export type OnRefusal = (refusal: Refusal) => void;

const rethrow: OnRefusal = refusal => {
  throw refusal;
};

/**
 * Outputs stay the same within rounding. What `operators` does not name, or no rule knows, stays as it is. Fused operators
 * may come out as composite ones, which are spelled out in turn.
 * @param onRefusal may be told of a node more than once
 * @throws HaversackError what `onRefusal` throws; unless given: `ModelInvalid`, naming the node and the reason
 */
export function decompose(
  graph: Graph,
  operators: (operator: string) => boolean = () => true,
  onRefusal: OnRefusal = rethrow,
): Graph {
  const isToGo = (operator: string) => decomposeRules.has(operator) && operators(operator);
  return decomposeIn(graph, { isToGo, onRefusal }, null);
}

/**
 * Why the nodes of these operators that have no plain form in this graph have none, by the name of their first output.
 */
export function obstaclesTo(graph: Graph, operators: (operator: string) => boolean): Map<string, string> {
  const obstacles = new Map<string, string>();
  decompose(graph, operators, ({ node, reason }) => obstacles.set(node.outputs[0]!, reason));
  return obstacles;
}

interface Decomposing {
  readonly isToGo: (operator: string) => boolean;
  readonly onRefusal: OnRefusal;
}

function decomposeIn(graph: Graph, how: Decomposing, outer: PartialTypes | null): Graph {
  const { isToGo } = how;
  let result = graph;
  let isChanged = graph.nodes.some(node => isToGo(operatorOf(node)) || holds(node, isToGo));
  while (isChanged) {
    isChanged = false;
    result = rewrite(
      result,
      (node, rewriter) => {
        if (isToGo(operatorOf(node)) && gaveWay(node, rewriter, how)) {
          isChanged = true;
          return;
        }
        changeBodies(node, rewriter.graph, body => decomposeIn(body, how, rewriter.types));
        rewriter.graph.nodes.push(node);
      },
      outer,
    );
  }
  return result === graph ? graph.copy() : result;
}

/** Whether nodes that make the same were written in the node's place; else nothing was. */
function gaveWay(node: GraphNode, rewriter: Rewriter, { onRefusal }: Decomposing): boolean {
  const refusal = rewriter.attempt(() => decomposeRules.get(operatorOf(node))!(node, rewriter));
  if (refusal) onRefusal(refusal);
  return refusal === null;
}

/** Whether such an operator is nested in the node. */
function holds(node: GraphNode, isToGo: (operator: string) => boolean): boolean {
  return nestedGraphs(node).some(body => [...nodesOf(body.node)].some(inner => isToGo(operatorName(inner))));
}
