// Has a kernel make what would be a view of a graph's inputs and outputs. Those have buffers of their own, so that a view
// (Reshape and its like) from or to one is a copy between buffers: which graph capture does not play back (ONNX Runtime Web
// 1.30), without a word.
import type { Datatype } from '../../datatype.ts';
import { type Graph, operatorOf, type ValueSpec } from '../graph.ts';

const views: ReadonlySet<string> = new Set([
  'Dropout',
  'Flatten',
  'Identity',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
]);
/** Between which WebGPU selects (Where). */
const selected: ReadonlySet<Datatype> = new Set(['FP16', 'FP32', 'INT32', 'UINT32']);

/**
 * The graph answers as before, to the bit, whatever the input says that it may gain.
 * @returns the name of this input, BOOL []; null where there are no such views
 * @throws RangeError where one is of another data type than WebGPU selects between
 */
export function computeViews(graph: Graph): string | null {
  const answered = new Map(graph.outputs.map(spec => [spec.name, spec]));
  const outside = new Map([...graph.inputs, ...graph.outputs].map(spec => [spec.name, spec]));
  const copies = new Copies(graph);
  for (const node of graph.nodes.filter(each => views.has(operatorOf(each)))) {
    const [seen, made] = [outside.get(node.inputs[0]!), answered.get(node.outputs[0]!)];
    if (seen) node.inputs = node.inputs.with(0, copies.of(seen));
    if (made) node.outputs = node.outputs.with(0, copies.to(made));
  }
  graph.sort();
  return copies.either;
}

/** Where(either, x, x): no constant says which, or the runtime would leave it out. */
class Copies {
  either: string | null = null;
  readonly #graph: Graph;
  readonly #made = new Map<string, string>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  of(spec: ValueSpec): string {
    const known = this.#made.get(spec.name);
    if (known !== undefined) return known;
    const copy = this.#graph.fresh(`${spec.name}.computed`);
    this.#add(spec, spec.name, copy);
    this.#made.set(spec.name, copy);
    return copy;
  }

  /** @returns the name of the value that the output is then made of */
  to(spec: ValueSpec): string {
    const view = this.#graph.fresh(`${spec.name}.view`);
    this.#add(spec, view, spec.name);
    return view;
  }

  #add({ datatype }: ValueSpec, from: string, to: string): void {
    if (!selected.has(datatype)) throw new RangeError(`no kernel copies ${datatype}`);
    this.either ??= this.#addInput();
    this.#graph.add('Where', [this.either, from, from], [to]);
  }

  #addInput(): string {
    const name = this.#graph.fresh('either');
    this.#graph.inputs = [...this.#graph.inputs, { name, datatype: 'BOOL', shape: [] }];
    return name;
  }
}
