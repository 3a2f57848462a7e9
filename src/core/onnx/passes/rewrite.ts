// Goes through a graph node by node and puts others in their place. Knows no operator.
import { HaversackError } from '../../errors.ts';
import type { Datatype } from '../../datatype.ts';
import type { Tensor } from '../../tensor.ts';
import type { Attributes } from '../build.ts';
import { describeNode, type Graph, type GraphNode } from '../graph.ts';
import type { ValueType } from '../infer.ts';
import { inferPartly, otherGuess } from '../infer-partly.ts';
import { numbersOf, tensorOfNumbers } from '../infer/known.ts';

type Types = ReadonlyMap<string, ValueType>;
type Known = (name: string) => number[] | undefined;

/** Writes nodes into a new graph; knows the old one's ranks and datatypes as far as they can be told. */
export class Rewriter {
  readonly graph: Graph;
  readonly #types: Types;
  readonly #known: Known;
  /** What the node at hand may read in its place. */
  node: GraphNode;

  constructor(graph: Graph, node: GraphNode, types: Types, known: Known) {
    this.graph = graph;
    this.node = node;
    this.#types = types;
    this.#known = known;
  }

  rank(name: string): number | undefined {
    return this.#types.get(name)?.shape.length;
  }

  shape(name: string): readonly number[] | undefined {
    return this.#types.get(name)?.shape;
  }

  /** FP32 where nothing says otherwise. */
  datatype(name: string): Exclude<Datatype, 'BYTES'> {
    const datatype = this.#types.get(name)?.datatype ?? 'FP32';
    return datatype === 'BYTES' ? this.fail('it works on text') : datatype;
  }

  /** The numbers of a value that does not depend on what the graph is fed. */
  known(name: string): number[] | undefined {
    const tensor = this.graph.initializers.get(name);
    return tensor ? numbersOf(tensor) : this.#known(name);
  }

  initializer(tensor: Tensor): string {
    const name = this.graph.fresh('constant');
    this.graph.initializers.set(name, tensor);
    return name;
  }

  ints(values: readonly number[]): string {
    return this.initializer(tensorOfNumbers('INT64', [values.length], values));
  }

  /** Of the datatype of the value `like`. */
  scalar(value: number, like: string): string {
    return this.initializer(tensorOfNumbers(this.datatype(like), [], [value]));
  }

  op(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = this.graph.fresh(op);
    this.graph.add(op, inputs, [output], { attributes });
    return output;
  }

  /** Parts of those sizes along an axis. */
  split(x: string, axis: number, sizes: readonly number[]): string[] {
    const parts = sizes.map(() => this.graph.fresh('Split'));
    this.graph.add('Split', [x, this.ints(sizes)], parts, { attributes: { axis: { int: axis } } });
    return parts;
  }

  /** As `op`, and the result has a name already. */
  opAs(output: string, op: string, inputs: readonly string[], attributes: Attributes = {}): void {
    this.graph.add(op, inputs, [output], { attributes });
  }

  fail(what: string): never {
    throw new HaversackError('ModelInvalid', `${describeNode(this.node)}: ${what}.`);
  }
}

/**
 * A copy of the graph in which `write` has put each node, or what stands for it. A node that is handed over belongs to the
 * copy and may be changed.
 */
export function rewrite(graph: Graph, write: (node: GraphNode, rewriter: Rewriter) => void): Graph {
  const types = inferPartly(graph);
  let others: Types | undefined;
  const known = (name: string) => {
    const value = types.get(name)?.value;
    const other = value && (others ??= inferPartly(graph, otherGuess)).get(name)?.value;
    return other && String(value.data) === String(other.data) ? numbersOf(value) : undefined;
  };
  const result = graph.copy();
  const nodes = result.nodes;
  // Names must be known before the nodes are taken away.
  result.claim('');
  result.nodes = [];
  for (const node of nodes) write(node, new Rewriter(result, node, types, known));
  return result;
}
