// Types of as much of a graph as can be told without the sizes of its free dimensions: ranks and datatypes for passes that
// run before anyone has said what the graph will be fed.
import { HaversackError } from '../errors.ts';
import type { Graph } from './graph.ts';
import { inferNode, typeOfTensor, type Types, type ValueType } from './infer.ts';

/** Large enough for what halves an image five times. */
const guessedSize = 64;

/** What differs between this guess and the other depends on what the graph is fed. */
export const otherGuess = 96;

export interface Guess {
  /** Of every free dimension. */
  readonly guess?: number;
  /** What a nested graph may read from outside. */
  readonly outer?: Types | undefined;
}

/**
 * Free dimensions are guessed, so only ranks and datatypes count, and sizes of weights. What does not fit the guess, and what
 * follows from it, is absent.
 */
export function inferPartly(
  graph: Graph,
  { guess = guessedSize, outer }: Guess = {},
): Map<string, ValueType> {
  const types = new Map<string, ValueType>(outer);
  for (const { name, datatype, shape } of graph.inputs) {
    // An input without a shape looks like a scalar, and seldom is one.
    if (shape.length > 0) types.set(name, { datatype, shape: shape.map(size => (size < 0 ? guess : size)) });
  }
  for (const [name, tensor] of graph.initializers) types.set(name, typeOfTensor(tensor));
  for (const node of graph.nodes) {
    if (node.inputs.some(name => name !== '' && !types.has(name))) continue;
    try {
      const inputs = node.inputs.map(name => types.get(name) ?? null);
      inferNode(node, inputs, graph.opset, types).forEach((type, i) => types.set(node.outputs[i]!, type));
    } catch (error) {
      if (!(error instanceof HaversackError)) throw error;
    }
  }
  types.delete('');
  return types;
}
