// Nodes in an order in which each reads only what is made before it. Knows no operator.
import { HaversackError } from '../errors.ts';

interface Sortable {
  readonly name: string;
  readonly op: string;
  readonly outputs: readonly string[];
}

/**
 * Nodes that are in order stay where they are (a depth-first walk in the order given).
 * @throws HaversackError `ModelInvalid` where nodes wait for each other in a circle
 */
export function topologicalOrder<N extends Sortable>(
  nodes: readonly N[],
  namesRead: (node: N) => readonly string[],
): N[] {
  const makers = new Map(nodes.flatMap(node => node.outputs.map(name => [name, node] as const)));
  const state = new Map<N, 'open' | 'done'>();
  const sorted: N[] = [];
  for (const root of nodes) {
    const stack = [root];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      if (state.get(node) === 'done') {
        stack.pop();
        continue;
      }
      const first = state.get(node) === undefined;
      state.set(node, 'open');
      const waiting = namesRead(node)
        .map(name => makers.get(name))
        .filter(maker => maker !== undefined && state.get(maker) !== 'done') as N[];
      if (waiting.length === 0) {
        state.set(node, 'done');
        sorted.push(node);
        stack.pop();
      } else if (first && waiting.every(maker => state.get(maker) !== 'open')) {
        // The last is looked at first.
        stack.push(...waiting.reverse());
      } else {
        throw new HaversackError(
          'ModelInvalid',
          `The graph goes in a circle through ${node.op} '${node.name}'.`,
        );
      }
    }
  }
  return sorted;
}
