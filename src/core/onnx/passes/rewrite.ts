// Goes through a graph node by node and puts others in their place. Knows no operator.
import { HaversackError } from '../../errors.ts';
import type { Datatype } from '../../datatype.ts';
import type { Tensor } from '../../tensor.ts';
import type { Attributes } from '../build.ts';
import { describeNode, type Graph, type GraphNode } from '../graph.ts';
import { numbersOf, tensorOfNumbers } from '../infer/known.ts';
import { PartialTypes } from '../partial-types.ts';

/** A node that a pass has nothing to put in place of. */
export class Refusal extends HaversackError {
  readonly node: GraphNode;
  /** Without the node: "it looks back only". */
  readonly reason: string;

  constructor(node: GraphNode, reason: string) {
    super('ModelInvalid', `${describeNode(node)}: ${reason}.`);
    this.node = node;
    this.reason = reason;
  }
}

/** Writes nodes into a new graph; knows the old one's ranks and datatypes as far as they can be told. */
export class Rewriter {
  readonly graph: Graph;
  readonly types: PartialTypes;
  /** What the node at hand may read in its place. */
  readonly node: GraphNode;

  constructor(graph: Graph, node: GraphNode, types: PartialTypes) {
    this.graph = graph;
    this.node = node;
    this.types = types;
  }

  rank(name: string): number | undefined {
    return this.types.type(name)?.shape.length;
  }

  /** −1 is a size that depends on what the graph is fed. */
  shape(name: string): readonly number[] | undefined {
    return this.types.shape(name);
  }

  /** Along one axis, the last being −1; refused where it depends on what the graph is fed. */
  size(name: string, axis: number): number {
    const size = this.shape(name)?.at(axis) ?? -1;
    return size < 0 ? this.fail(`the size of '${name}' along axis ${axis} is not known`) : size;
  }

  /** FP32 where nothing says otherwise. */
  datatype(name: string): Exclude<Datatype, 'BYTES'> {
    const datatype = this.types.type(name)?.datatype ?? 'FP32';
    return datatype === 'BYTES' ? this.fail('it works on text') : datatype;
  }

  /** The numbers of a value that does not depend on what the graph is fed. */
  known(name: string): number[] | undefined {
    const tensor = this.graph.initializers.get(name);
    return tensor ? numbersOf(tensor) : this.types.known(name);
  }

  initializer(tensor: Tensor): string {
    const name = this.graph.fresh('constant');
    this.graph.initializers.set(name, tensor);
    return name;
  }

  ints(values: readonly number[]): string {
    return this.initializer(tensorOfNumbers('INT64', [values.length], values));
  }

  /** Of shape []. */
  int(value: number): string {
    return this.initializer(tensorOfNumbers('INT64', [], [value]));
  }

  /** Of shape []. */
  bool(value: 0 | 1): string {
    return this.initializer(tensorOfNumbers('BOOL', [], [value]));
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
    throw new Refusal(this.node, what);
  }

  /** Writes whatever `write` does, or nothing where it is refused: then answers with the refusal. */
  attempt(write: () => void): Refusal | null {
    const { nodes, initializers } = this.graph;
    const before = { nodes: nodes.length, initializers: initializers.size };
    try {
      write();
      return null;
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      nodes.length = before.nodes;
      for (const name of [...initializers.keys()].slice(before.initializers)) initializers.delete(name);
      return thrown;
    }
  }
}

/**
 * A copy of the graph in which `write` has put each node, or what stands for it. A node that is handed over belongs to the
 * copy and may be changed. `outer`: of the graph that this one is nested in.
 */
export function rewrite(
  graph: Graph,
  write: (node: GraphNode, rewriter: Rewriter) => void,
  outer: PartialTypes | null = null,
): Graph {
  const types = new PartialTypes(graph, outer);
  const result = graph.copy();
  const nodes = result.nodes;
  // Names must be known before the nodes are taken away.
  result.claim('');
  result.nodes = [];
  for (const node of nodes) write(node, new Rewriter(result, node, types));
  return result;
}
