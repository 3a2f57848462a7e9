// What can be told of a graph's values before anyone has said what it will be fed, each question answered when it is asked.
import type { Graph } from './graph.ts';
import type { Types, ValueType } from './infer.ts';
import { inferPartly, otherGuess } from './infer-partly.ts';
import { numbersOf } from './infer/known.ts';

export class PartialTypes {
  readonly #graph: Graph;
  readonly #outer: PartialTypes | null;
  #first: Types | undefined;
  #other: Types | undefined;

  /** The graph must not change. `outer` is of the graph that it is nested in. */
  constructor(graph: Graph, outer: PartialTypes | null = null) {
    this.#graph = graph;
    this.#outer = outer;
  }

  /** Only datatype and rank count: free sizes are guessed. */
  type(name: string): ValueType | undefined {
    return this.#firstGuess().get(name);
  }

  /** −1 is a size that depends on what the graph is fed. */
  shape(name: string): readonly number[] | undefined {
    const other = this.#otherGuess().get(name)?.shape;
    return this.type(name)?.shape.map((size, axis) => (size === other?.[axis] ? size : -1));
  }

  /** The numbers of a value that does not depend on what the graph is fed. */
  known(name: string): number[] | undefined {
    const value = this.type(name)?.value;
    const other = value && this.#otherGuess().get(name)?.value;
    return other && String(value.data) === String(other.data) ? numbersOf(value) : undefined;
  }

  #firstGuess(): Types {
    return (this.#first ??= inferPartly(this.#graph, {
      outer: this.#outer ? this.#outer.#firstGuess() : undefined,
    }));
  }

  #otherGuess(): Types {
    return (this.#other ??= inferPartly(this.#graph, {
      guess: otherGuess,
      outer: this.#outer ? this.#outer.#otherGuess() : undefined,
    }));
  }
}
