// What a decomposition is.
import type { GraphNode } from '../../graph.ts';
import type { Rewriter } from '../rewrite.ts';

/** Writes nodes that make all outputs of the node that someone may read, under their names. */
export type DecomposeRule = (node: GraphNode, rewriter: Rewriter) => void;
