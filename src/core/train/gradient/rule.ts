// What a gradient rule and a spelling are.
import type { GraphNode } from '../../onnx/graph.ts';
import type { Tape } from './tape.ts';

/** Gradients of a node's inputs, from those of its outputs; null is none, or zero. */
export type GradientRule = (
  node: GraphNode,
  grad: readonly (string | null)[],
  tape: Tape,
) => readonly (string | null)[];

/** Emits operators that do what the node does: the names of its outputs. */
export type Spelling = (node: GraphNode, tape: Tape) => readonly string[];
