// Writes operators into a graph whose shapes are known, and knows each new value's type at once. What was written once is not
// written again. Knows no operator.
import type { Datatype } from '../../datatype.ts';
import type { Attributes } from '../../onnx/build.ts';
import { type Graph, type GraphNode, namesRead } from '../../onnx/graph.ts';
import { inferNode, typeOfTensor, type ValueType } from '../../onnx/infer.ts';
import type { Tensor } from '../../tensor.ts';
import { changesNothing } from './fold.ts';

/** How many nodes and initializers a graph had. */
export interface Mark {
  readonly nodes: number;
  readonly constants: number;
}

/** Larger constants are not compared with each other. */
const maxSharedElements = 64;

export class Emitter {
  readonly graph: Graph;
  readonly #types: Map<string, ValueType>;
  readonly #constants = new Map<string, string>();
  /** What was emitted, by operator, inputs and attributes: asked for again, it is not computed again. */
  readonly #emitted = new Map<string, string[]>();

  /** Of every value in the graph the type must be there; the graph is written to. */
  constructor(graph: Graph, types: ReadonlyMap<string, ValueType>) {
    this.graph = graph;
    this.#types = new Map(types);
  }

  type(name: string): ValueType {
    const type = this.#types.get(name);
    if (!type) throw new RangeError(`Emitter: nothing is known of '${name}'`);
    return type;
  }

  shape(name: string): readonly number[] {
    return this.type(name).shape;
  }

  datatype(name: string): Datatype {
    return this.type(name).datatype;
  }

  /** The numbers of a value that is known before the run; null where it is not. */
  known(name: string): number[] | null {
    const data = this.#types.get(name)?.value?.data ?? this.graph.initializers.get(name)?.data;
    return data === undefined ? null : Array.from(data as ArrayLike<number | bigint>, Number);
  }

  /** Tells of a value that was not emitted here. */
  declare(name: string, type: ValueType): void {
    this.#types.set(name, type);
  }

  /** One operator with one output: its name. `domain::Op` for another domain's. */
  op(op: string, given: readonly string[], attributes: Attributes = {}): string {
    const inputs = op === 'Reshape' ? this.#throughReshapes(given) : given;
    const x = inputs[0] ?? '';
    const known = (name: string) => this.known(name);
    if (x !== '' && changesNothing({ op, inputs, attributes }, this.type(x), known)) return x;
    const key = `${op}|${inputs.join('|')}|${JSON.stringify(attributes, tensorsByContent)}`;
    return this.once(key, () => this.ops(op, inputs, 1, attributes))[0]!;
  }

  /** The values that were emitted for this key before, while they are there; else those that `emit` makes. */
  protected once(key: string, emit: () => string[]): string[] {
    const found = this.#emitted.get(key);
    if (found) return found;
    const names = emit();
    this.#emitted.set(key, names);
    return names;
  }

  /** Of a value in another shape of its own, the value: only the last of several shapes matters, where that copies none. */
  #throughReshapes([x, shape]: readonly string[]): readonly string[] {
    if (this.known(shape!)?.includes(0) !== false) return [x!, shape!];
    const before = this.graph.nodes.findLast(({ outputs }) => outputs.includes(x!));
    if (before?.op !== 'Reshape' || before.domain !== '') return [x!, shape!];
    return this.#throughReshapes([before.inputs[0]!, shape!]);
  }

  ops(op: string, inputs: readonly string[], outputs: number, attributes: Attributes = {}): string[] {
    const [type, domain = ''] = op.split('::').reverse() as [string, string?];
    const names = Array.from({ length: outputs }, () => this.graph.fresh(type));
    const node = this.graph.add(type, inputs, names, { attributes, domain });
    this.#infer(node);
    return names;
  }

  /** The name of an output that a node may leave out: it is asked for from now on. */
  output(node: GraphNode, position: number): string {
    while (node.outputs.length <= position) node.outputs.push('');
    if (node.outputs[position] === '') node.outputs[position] = this.graph.fresh(node.op);
    this.#infer(node);
    return node.outputs[position]!;
  }

  /** The graph after a pass that leaves names as they are; what it adds gets its type. */
  rewrite(pass: (graph: Graph) => Graph): void {
    const { nodes, initializers, foreignInitializers } = pass(this.graph);
    this.graph.nodes = nodes;
    for (const [name, proto] of foreignInitializers) this.graph.foreignInitializers.set(name, proto);
    for (const [name, tensor] of initializers) {
      if (this.#types.has(name)) continue;
      this.graph.initializers.set(name, tensor);
      this.graph.claim(name);
      this.#types.set(name, typeOfTensor(tensor));
    }
    this.graph.sort();
    for (const node of this.graph.nodes) {
      for (const name of [node.name, ...node.outputs]) this.graph.claim(name);
      if (!node.outputs.every(name => name === '' || this.#types.has(name))) this.#infer(node);
    }
  }

  /** Others take the node's place: its outputs are now these values. */
  replace(node: GraphNode, values: readonly string[]): void {
    this.graph.nodes = this.graph.nodes.filter(other => other !== node);
    node.outputs.forEach((name, position) => {
      if (name !== '') this.graph.add('Identity', [values[position]!], [name]);
    });
  }

  #infer(node: GraphNode): void {
    const inputs = node.inputs.map(name => (name === '' ? null : this.type(name)));
    const types = inferNode(node, inputs, this.graph.opset, this.#types);
    node.outputs.forEach((name, position) => {
      if (name !== '' && types[position]) this.#types.set(name, types[position]);
    });
  }

  /** An initializer; equal small ones are one. */
  constant(tensor: Tensor, stem = 'constant'): string {
    const key =
      tensor.data.length <= maxSharedElements
        ? `${tensor.datatype}[${tensor.shape.join()}]${Array.from(tensor.data as ArrayLike<unknown>, textOf).join()}`
        : null;
    const found = key === null ? undefined : this.#constants.get(key);
    if (found !== undefined) return found;
    const name = this.graph.fresh(stem);
    this.graph.initializers.set(name, tensor);
    this.#types.set(name, { datatype: tensor.datatype, shape: [...tensor.shape], value: tensor });
    if (key !== null) this.#constants.set(key, name);
    return name;
  }

  /** A place to prune from: how much there was. */
  mark(): Mark {
    return { nodes: this.graph.nodes.length, constants: this.graph.initializers.size };
  }

  /** Takes away what was written since the mark and is not read on the way to these values. */
  prune(mark: Mark, keep: Iterable<string>): void {
    const { nodes, initializers, outputs } = this.graph;
    const live = new Set([...keep, ...outputs.map(({ name }) => name)]);
    for (const node of nodes.slice(0, mark.nodes)) for (const name of namesRead(node)) live.add(name);
    const kept: GraphNode[] = [];
    for (const node of nodes.slice(mark.nodes).reverse()) {
      if (!node.outputs.some(name => live.has(name))) continue;
      kept.push(node);
      for (const name of namesRead(node)) live.add(name);
    }
    this.graph.nodes = [...nodes.slice(0, mark.nodes), ...kept.reverse()];
    const made = new Set(this.graph.nodes.flatMap(node => node.outputs));
    for (const [key, names] of this.#emitted) {
      if (!names.every(name => made.has(name))) this.#emitted.delete(key);
    }
    for (const name of [...initializers.keys()].slice(mark.constants)) {
      if (!live.has(name)) initializers.delete(name);
    }
    for (const [key, name] of this.#constants) if (!initializers.has(name)) this.#constants.delete(key);
  }
}

function textOf(value: unknown): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function tensorsByContent(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<unknown>, textOf) : value;
}
