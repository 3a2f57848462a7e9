// Cuts a model where training begins to matter: a prefix that no trained weight changes, whose outputs can be computed
// once per sample, and the rest. Knows no session and no cache.
import { type Graph, namesRead, type ValueSpec } from '../onnx/graph.ts';
import type { ValueType } from '../onnx/infer.ts';
import { movingValues } from './moving.ts';
import { prune } from './prune.ts';

export interface Split {
  readonly prefix: Graph;
  /** Its inputs are the prefix's outputs, and those of the model's that it reads itself. */
  readonly rest: Graph;
  /** What the prefix makes for the rest, a row a sample, with the sizes of the batch that types were inferred for. */
  readonly boundary: readonly ValueSpec[];
}

/**
 * Null where there is nothing to compute once: no node depends on the inputs alone, or what passes the cut is no tensor
 * with a row per sample.
 * @param typesOf every name's, for a batch of so many rows; null where the model does not take so many
 */
export function splitPrefix(
  model: Graph,
  trained: ReadonlySet<string>,
  typesOf: (rows: number) => ReadonlyMap<string, ValueType> | null,
  batch: number,
): Split | null {
  const inputs = new Set(model.inputs.map(({ name }) => name));
  const fromInputs = new Set(inputs);
  const moving = movingValues(model, name => trained.has(name));
  for (const node of model.nodes) {
    if (!namesRead(node).some(name => fromInputs.has(name))) continue;
    for (const name of node.outputs) if (!moving.has(name)) fromInputs.add(name);
  }
  const restNodes = model.nodes.filter(node => node.outputs.some(name => moving.has(name)));
  const outputs = model.outputs.map(({ name }) => name);
  const read = new Set([...restNodes.flatMap(namesRead), ...outputs]);
  const crossing = [...read].filter(name => fromInputs.has(name) && !moving.has(name));
  const boundary = crossing.filter(name => !inputs.has(name));
  if (boundary.length === 0) return null;
  // Another axis may be as long as the batch by chance: the rows' axis is the one that grows with it.
  const [types, longer] = [typesOf(batch), typesOf(batch + 1)];
  if (!types || !longer) return null;
  const specs = boundary.map(name => ({ name, ...pick(types.get(name)!) }));
  const isOfRows = ({ name, datatype, shape }: ValueSpec) =>
    datatype === 'FP32' &&
    shape[0] === batch &&
    longer.get(name)!.shape.join() === [batch + 1, ...shape.slice(1)].join();
  if (!specs.every(isOfRows)) return null;

  const prefix = model.copy();
  prefix.outputs = specs;
  prune(prefix);
  const rest = model.copy();
  rest.inputs = [...specs, ...model.inputs.filter(({ name }) => crossing.includes(name))];
  prune(rest);
  return { prefix, rest, boundary: specs };
}

function pick({ datatype, shape }: ValueType): Omit<ValueSpec, 'name'> {
  return { datatype, shape };
}
