// What browser tests ask Node for; run by Vitest's server, so that nothing lies about that could be out of date.
import { weightsAfter } from './fifty-steps.ts';
import { node } from './node-machine.ts';

export async function weightsInNode(task: string): Promise<Record<string, number[]>> {
  const weights = await weightsAfter(task, node);
  return Object.fromEntries(Array.from(weights, ([name, values]) => [name, [...values]]));
}
