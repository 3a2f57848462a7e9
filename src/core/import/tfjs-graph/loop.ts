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

/**
 * Answers the loop that an Exit leaves, for all its exits the same object; null where the graph around it looks otherwise. Goes
 * through the graph once, whatever the number of loops and exits.
 */
export function loopFinder(nodes: Nodes): (exit: NodeDef) => Loop | null {
  const switchesOf = new Map<string, NodeDef[]>();
  const exitsOf = new Map<string, string[]>();
  for (const node of nodes.values()) {
    const condition = loopCondOf(nodes, node);
    if (condition) listed(switchesOf, condition.name).push(node);
    const [from] = node.op === 'Exit' ? dataInputs(node) : [];
    if (from) listed(exitsOf, from.node).push(node.name);
  }
  const found = new Map<string, Loop | null>();
  return exit => {
    const condition = loopCondOf(nodes, input(nodes, exit, 0));
    if (!condition) return null;
    const known = found.get(condition.name);
    if (known !== undefined) return known;
    const loop = loopOf(nodes, condition, switchesOf.get(condition.name) ?? [], exitsOf);
    found.set(condition.name, loop);
    return loop;
  };
}

function listed<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

function loopOf(
  nodes: Nodes,
  condition: NodeDef,
  switches: readonly NodeDef[],
  exitsOf: ReadonlyMap<string, readonly string[]>,
): Loop | null {
  const [decides] = dataInputs(condition);
  const merges = switches.map(node => input(nodes, node, 0));
  const variables = merges.flatMap(merge => variableOf(nodes, merge) ?? []);
  if (!decides || variables.length < switches.length) return null;
  const exits = switches.flatMap(({ name }, i) =>
    (exitsOf.get(name) ?? []).map(exit => [exit, merges[i]!.name] as const),
  );
  return { condition: decides, variables, exits: new Map(exits) };
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
