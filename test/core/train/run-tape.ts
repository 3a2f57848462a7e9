// Runs what a tape wrote, on ONNX Runtime for Node.
import { openNodeSession } from '../../../server/inference/session.ts';
import { Graph, type ValueSpec } from '../../../src/core/onnx/graph.ts';
import type { TensorMap } from '../../../src/core/tensor.ts';
import { Tape } from '../../../src/core/train/gradient/tape.ts';

export function tapeOver(inputs: readonly ValueSpec[]): Tape {
  const graph = new Graph();
  for (const { name } of inputs) graph.claim(name);
  graph.inputs = [...inputs];
  return Tape.over(graph);
}

/** What `outputs` are, for these inputs. */
export async function runTape(tape: Tape, outputs: readonly string[], feeds: TensorMap): Promise<TensorMap> {
  tape.graph.outputs = outputs.map(name => ({ name, ...tape.type(name) }));
  const session = await openNodeSession(tape.graph.toBytes());
  try {
    return await session.run(feeds);
  } finally {
    await session.dispose();
  }
}
