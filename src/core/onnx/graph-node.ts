// A node of a graph that passes change, and what its nested graphs (If, Loop, Scan) read from outside.
import type { GraphProto } from 'onnx-buf';
import type { TensorSpec } from '../runtime/session.ts';
import type { Attributes } from './build.ts';
import { subgraphsOf } from './walk.ts';

/** −1 is a dimension of free size. */
export type ValueSpec = TensorSpec;

export interface GraphNode {
  name: string;
  op: string;
  /** `''` is ONNX's own. */
  domain: string;
  /** An empty name is an optional input left out. */
  inputs: string[];
  outputs: string[];
  attributes: Attributes;
}

export interface NodeOptions {
  readonly attributes?: Attributes;
  readonly domain?: string;
  readonly name?: string;
}

/** `Conv`; of another domain, `com.microsoft.FusedConv`: the key of every table of operators. */
export function operatorOf({ op, domain }: Pick<GraphNode, 'op' | 'domain'>): string {
  return domain === '' ? op : `${domain}.${op}`;
}

/** `Conv 'conv1'` */
export function describeNode(node: Pick<GraphNode, 'op' | 'domain' | 'name' | 'outputs'>): string {
  if (node.name !== '') return `${operatorOf(node)} '${node.name}'`;
  return `${operatorOf(node)} (makes '${node.outputs.find(name => name !== '') ?? ''}')`;
}

/** The bodies of `If`, `Loop` and `Scan`. */
export function nestedGraphs(node: Pick<GraphNode, 'attributes'>): GraphProto[] {
  return Object.values(node.attributes).flatMap(value => {
    if ('graph' in value) return [value.graph];
    return 'raw' in value ? value.raw.graphs : [];
  });
}

/** Every name a node reads: its inputs, and what its nested graphs take from outside. */
export function namesRead(node: GraphNode): string[] {
  return [...node.inputs.filter(name => name !== ''), ...nestedGraphs(node).flatMap(freeNames)];
}

function freeNames(graph: GraphProto): string[] {
  const made = new Set([...graph.input, ...graph.initializer].map(({ name }) => name));
  const free: string[] = [];
  const read = (name: string) => {
    if (name !== '' && !made.has(name)) free.push(name);
  };
  for (const node of graph.node) {
    node.input.forEach(read);
    for (const nested of subgraphsOf(node)) freeNames(nested).forEach(read);
    for (const name of node.output) made.add(name);
  }
  for (const { name } of graph.output) read(name);
  return free;
}

/** Adds every name that a nested graph uses for itself. */
export function addNames(graph: GraphProto, names: Set<string>): void {
  for (const { name } of [...graph.input, ...graph.initializer]) names.add(name);
  for (const node of graph.node) {
    for (const name of node.output) names.add(name);
    for (const nested of subgraphsOf(node)) addNames(nested, names);
  }
}
