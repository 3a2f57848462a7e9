// How TensorFlow 1 writes a loop (tensorflow/core/graph/control_flow.h): each variable enters by Enter, meets in Merge what
// NextIteration brings, and leaves by Switch to the body or to Exit; LoopCond decides for all.
import { dataInputs, type NodeDef, type Reference } from './graph-def.ts';

export interface Loop {
  readonly condition: Reference;
  readonly variables: readonly {
    readonly merge: string;
    readonly enter: Reference;
    readonly next: Reference;
  }[];
  /** Exit → the Merge of its variable. */
  readonly exits: ReadonlyMap<string, string>;
}

type Nodes = ReadonlyMap<string, NodeDef>;

/** The loop that this Exit leaves; null where the graph around it looks otherwise. */
export function findLoop(nodes: Nodes, exit: NodeDef): Loop | null {
  const condition = loopCondOf(nodes, input(nodes, exit, 0));
  if (!condition) return null;
  const switches = [...nodes.values()].filter(node => loopCondOf(nodes, node) === condition);
  const merges = switches.map(node => input(nodes, node, 0));
  const variables = merges.map(merge => variableOf(nodes, merge));
  if (variables.some(variable => variable === null)) return null;
  const mergeOf = new Map(switches.map((node, i) => [node.name, merges[i]!.name]));
  const exits = [...nodes.values()].flatMap(node => {
    const merge = node.op === 'Exit' ? mergeOf.get(dataInputs(node)[0]?.node ?? '') : undefined;
    return merge === undefined ? [] : [[node.name, merge] as const];
  });
  const [decides] = dataInputs(condition);
  return decides
    ? { condition: decides, variables: variables.map(variable => variable!), exits: new Map(exits) }
    : null;
}

/** Undefined where the node is no Switch of a loop. */
function loopCondOf(nodes: Nodes, node: NodeDef | undefined): NodeDef | undefined {
  if (node?.op !== 'Switch') return undefined;
  const condition = input(nodes, node, 1);
  return condition?.op === 'LoopCond' ? condition : undefined;
}

function variableOf(nodes: Nodes, merge: NodeDef | undefined): Loop['variables'][number] | null {
  if (merge?.op !== 'Merge') return null;
  const [enter, next] = dataInputs(merge);
  return enter &&
    next &&
    nodes.get(enter.node)?.op === 'Enter' &&
    nodes.get(next.node)?.op === 'NextIteration'
    ? { merge: merge.name, enter, next }
    : null;
}

function input(nodes: Nodes, node: NodeDef | undefined, index: number): NodeDef | undefined {
  const reference = node && dataInputs(node)[index];
  return reference && nodes.get(reference.node);
}
