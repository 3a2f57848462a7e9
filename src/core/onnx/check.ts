// Whether a graph hangs together: what ONNX Runtime would refuse too, but said with the node's name and before it is loaded.
import type { GraphProto, ModelProto, NodeProto } from 'onnx-buf';
import { HaversackError } from '../errors.ts';
import { externalDetail, isExternal } from './tensor-proto.ts';
import { allTensors, subgraphsOf } from './walk.ts';

/** The opsets of the default domain that ONNX Runtime 1.30 runs. */
export const supportedOpsets = { min: 7, max: 26 } as const;

/** The version of the default domain; 0 where the model imports none. */
export function defaultOpset(model: ModelProto): number {
  const entry = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  return Number(entry?.version ?? 0n);
}

/** @throws HaversackError `ExternalDataMissing`, `ModelInvalid` */
export function checkModel(model: ModelProto): void {
  checkExternalData(model);
  checkOpset(model);
  const graph = model.graph!;
  if (graph.output.length === 0) throw new HaversackError('ModelInvalid', 'The graph has no outputs.');
  for (const { name } of graph.input) assertNamed(name, 'An input');
  checkGraph(graph, null);
}

function checkExternalData(model: ModelProto): void {
  const external = [...allTensors(model)].filter(({ tensor }) => isExternal(tensor));
  const first = external[0];
  if (!first) return;
  const others = external.length > 1 ? ` So are ${external.length - 1} more.` : '';
  throw new HaversackError('ExternalDataMissing', externalDetail(first.tensor, first.name) + others);
}

function checkOpset(model: ModelProto): void {
  const opset = defaultOpset(model);
  if (opset === 0 && model.opsetImport.length > 0) return;
  if (opset < supportedOpsets.min || opset > supportedOpsets.max) {
    const wanted = `${supportedOpsets.min} to ${supportedOpsets.max}`;
    throw new HaversackError('ModelInvalid', `The model uses opset ${opset}; this runtime knows ${wanted}.`);
  }
}

/** What a graph's nodes can read: its own names, then those around it. Not copied: a model may nest a graph in every node. */
interface Scope {
  readonly own: Set<string>;
  readonly outer: Scope | null;
}

function sees(scope: Scope, name: string): boolean {
  for (let each: Scope | null = scope; each; each = each.outer) if (each.own.has(name)) return true;
  return false;
}

function checkGraph(graph: GraphProto, outer: Scope | null): void {
  const names = new Set<string>();
  const scope: Scope = { own: names, outer };
  const made = new Map<string, string>();
  for (const { name } of graph.input) names.add(name);
  for (const { name } of graph.initializer) make(name, 'an initializer', made, names);
  for (const { values } of graph.sparseInitializer) make(values?.name ?? '', 'an initializer', made, names);
  graph.node.forEach((node, i) => {
    for (const name of node.output) if (name !== '') make(name, describe(node, i), made, names);
  });
  graph.node.forEach((node, i) => {
    const missing = node.input.find(name => name !== '' && !sees(scope, name));
    if (missing !== undefined) {
      throw new HaversackError(
        'ModelInvalid',
        `${describe(node, i)} reads '${missing}', which nothing makes.`,
      );
    }
    for (const nested of subgraphsOf(node)) checkGraph(nested, scope);
  });
  for (const { name } of graph.output) {
    if (names.has(name)) continue;
    // The runtime does not hand on as an output what a nested graph reads from outside.
    const where = outer ? ` of the nested graph '${graph.name}' in it` : '';
    throw new HaversackError('ModelInvalid', `Nothing makes the output '${name}'${where}.`);
  }
}

function make(name: string, maker: string, made: Map<string, string>, names: Set<string>): void {
  assertNamed(name, maker);
  const other = made.get(name);
  if (other !== undefined) {
    throw new HaversackError('ModelInvalid', `'${name}' is made twice: by ${other} and by ${maker}.`);
  }
  made.set(name, maker);
  names.add(name);
}

function assertNamed(name: string, what: string): void {
  if (name === '') throw new HaversackError('ModelInvalid', `${what} of the graph has no name.`);
}

/** `Conv 'conv1' (3rd node)` */
function describe({ opType, name }: NodeProto, index: number): string {
  const called = name === '' ? '' : ` '${name}'`;
  return `${opType}${called} (${ordinal(index + 1)} node)`;
}

function ordinal(n: number): string {
  const tens = n % 100;
  const suffix = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${suffix}`;
}
