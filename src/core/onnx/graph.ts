// A graph that passes change: nodes with plain attributes, weights by name. What it does not understand it hands on.
import { create } from '@bufbuild/protobuf';
import {
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
  type TensorProto,
} from 'onnx-buf';
import type { Bytes } from '../artifact/digest.ts';
import { HaversackError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import { defaultOpset } from './check.ts';
import {
  addNames,
  type GraphNode,
  namesRead,
  nestedGraphs,
  type NodeOptions,
  type ValueSpec,
} from './graph-node.ts';
import { copyNode, nodeOf, nodeProto, valueProto, valueSpec } from './graph-proto.ts';
import { readModel } from './read.ts';
import { protoOf, shallowCopy, storedTensor } from './stored-tensor.ts';
import { topologicalOrder } from './topological-order.ts';
import { writeModel } from './write.ts';

export { describeNode, type GraphNode, namesRead, operatorOf, type ValueSpec } from './graph-node.ts';

/** The opset that passes and training graphs are written in. */
export const workingOpset = 21;
/** Goes with ONNX 1.16 to 1.17, opset 21. Below 4, every initializer would have to be an input too. */
const irVersion = 10n;

export class Graph {
  name = 'graph';
  /** Of the default domain. */
  opset = workingOpset;
  /** Opsets of the other domains. */
  readonly domains = new Map<string, number>();
  inputs: ValueSpec[] = [];
  outputs: ValueSpec[] = [];
  readonly initializers = new Map<string, Tensor>();
  /** Initializers of data types that no Tensor has (INT4, 8-bit floats). */
  readonly foreignInitializers = new Map<string, TensorProto>();
  /** In an order in which each reads only what is made before it. */
  nodes: GraphNode[] = [];
  /** Everything about the model that has no field here. */
  #model: ModelProto = create(ModelProtoSchema, { irVersion, producerName: 'haversack' });
  #names: Set<string> | null = null;
  readonly #counts = new Map<string, number>();

  /**
   * Weights are views of the file where possible; the caller must not modify it while the graph is in use.
   * @throws HaversackError `ModelInvalid` (a cycle, inputs or outputs that are no tensors)
   */
  static from(model: ModelProto): Graph {
    const proto = model.graph;
    if (!proto) throw new HaversackError('ModelInvalid', 'The model has no graph.');
    const graph = new Graph();
    graph.#model = model;
    graph.name = proto.name;
    graph.opset = defaultOpset(model);
    for (const { domain, version } of model.opsetImport) {
      if (domain !== '' && domain !== 'ai.onnx') graph.domains.set(domain, Number(version));
    }
    for (const tensor of proto.initializer) {
      const stored = storedTensor(tensor, tensor.name);
      if (stored) graph.initializers.set(tensor.name, stored);
      else graph.foreignInitializers.set(tensor.name, tensor);
    }
    const weights = new Set(proto.initializer.map(({ name }) => name));
    // Old exporters list every initializer as an input too.
    graph.inputs = proto.input
      .filter(({ name }) => !weights.has(name))
      .map(value => valueSpec(value, 'Input'));
    graph.outputs = proto.output.map(value => valueSpec(value, 'Output'));
    graph.nodes = proto.node.map(nodeOf);
    graph.sort();
    return graph;
  }

  /** @throws HaversackError `NotOnnx`, `ModelInvalid` */
  static read(file: Bytes): Graph {
    return Graph.from(readModel(file));
  }

  /** Nodes and lists of its own; weights are shared. */
  copy(): Graph {
    const copy = new Graph();
    copy.#model = this.#model;
    copy.name = this.name;
    copy.opset = this.opset;
    for (const [domain, version] of this.domains) copy.domains.set(domain, version);
    copy.inputs = [...this.inputs];
    copy.outputs = [...this.outputs];
    for (const [name, tensor] of this.initializers) copy.initializers.set(name, tensor);
    for (const [name, tensor] of this.foreignInitializers) copy.foreignInitializers.set(name, tensor);
    copy.nodes = this.nodes.map(copyNode);
    if (this.#names) copy.#names = new Set(this.#names);
    return copy;
  }

  /** Adds a node at the end and claims its names. */
  add(
    op: string,
    inputs: readonly string[],
    outputs: readonly string[],
    options: NodeOptions = {},
  ): GraphNode {
    const node: GraphNode = {
      name: options.name ?? this.fresh(op),
      op,
      domain: options.domain ?? '',
      inputs: [...inputs],
      outputs: [...outputs],
      attributes: options.attributes ?? {},
    };
    for (const output of outputs) this.claim(output);
    for (const nested of nestedGraphs(node)) addNames(nested, this.#allNames());
    this.nodes.push(node);
    return node;
  }

  /** A name that nothing in the graph has, nested graphs included; taken from now on. */
  fresh(stem: string): string {
    const names = this.#allNames();
    let count = this.#counts.get(stem) ?? 0;
    let name = stem;
    while (names.has(name)) name = `${stem}_${++count}`;
    this.#counts.set(stem, count);
    names.add(name);
    return name;
  }

  /** Tells `fresh` of a name that was not made by it. */
  claim(name: string): void {
    this.#allNames().add(name);
  }

  /** Tells `fresh` of the names of the graph that this one is nested in. */
  surroundedBy(outer: Graph): void {
    for (const name of outer.#allNames()) this.claim(name);
  }

  /** Tells `fresh` of the names of a graph that is nested in this one. */
  surrounds(nested: GraphProto): void {
    addNames(nested, this.#allNames());
  }

  /** Name → the node that makes it. */
  producers(): Map<string, GraphNode> {
    const producers = new Map<string, GraphNode>();
    for (const node of this.nodes) {
      for (const output of node.outputs) if (output !== '') producers.set(output, node);
    }
    return producers;
  }

  /** Name → the nodes that read it, each once, those that read it in a nested graph included. */
  consumers(): Map<string, GraphNode[]> {
    const consumers = new Map<string, GraphNode[]>();
    for (const node of this.nodes) {
      for (const name of new Set(namesRead(node))) {
        const list = consumers.get(name);
        if (list) list.push(node);
        else consumers.set(name, [node]);
      }
    }
    return consumers;
  }

  /** @throws HaversackError `ModelInvalid` where nodes wait for each other in a circle */
  sort(): void {
    this.nodes = topologicalOrder(this.nodes, namesRead);
  }

  /** The graph as a model file; nodes are sorted first. */
  toBytes(): Bytes {
    return writeModel(this.toModel());
  }

  /** Shares the weights' memory with this graph. */
  toModel(): ModelProto {
    this.sort();
    const model = shallowCopy(this.#model);
    const graph = this.#model.graph ? shallowCopy(this.#model.graph) : create(GraphProtoSchema);
    graph.name = this.name;
    graph.input = this.inputs.map(valueProto);
    graph.output = this.outputs.map(valueProto);
    graph.initializer = [
      ...[...this.initializers].map(([name, tensor]) => protoOf(name, tensor)),
      ...this.foreignInitializers.values(),
    ];
    graph.node = this.nodes.map(nodeProto);
    // What exporters noted of shapes in between may no longer be so; ONNX Runtime infers them itself.
    graph.valueInfo = [];
    model.graph = graph;
    if (model.irVersion < irVersion) model.irVersion = irVersion;
    model.opsetImport = [...(this.opset > 0 ? [['', this.opset] as const] : []), ...this.domains].map(
      ([domain, version]) => create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
    );
    return model;
  }

  #allNames(): Set<string> {
    if (this.#names) return this.#names;
    const names = new Set([...this.initializers.keys(), ...this.foreignInitializers.keys()]);
    for (const { name } of [...this.inputs, ...this.outputs]) names.add(name);
    for (const node of this.nodes) {
      names.add(node.name);
      for (const name of node.outputs) names.add(name);
      for (const nested of nestedGraphs(node)) addNames(nested, names);
    }
    names.add('');
    return (this.#names = names);
  }
}
