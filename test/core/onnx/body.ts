// Nested graphs for If, Loop and Scan, short to write.
import type { AttributeValue } from '../../../src/core/onnx/build.ts';
import { Graph, type ValueSpec } from '../../../src/core/onnx/graph.ts';

/** `fp32('x', 2, 3)` */
export const fp32 = (name: string, ...shape: number[]): ValueSpec => ({ name, datatype: 'FP32', shape });
export const int64 = (name: string, ...shape: number[]): ValueSpec => ({ name, datatype: 'INT64', shape });
export const bool = (name: string, ...shape: number[]): ValueSpec => ({ name, datatype: 'BOOL', shape });

/** An attribute: what `write` puts into an empty graph. Names it does not make are read from outside. */
export function body(
  inputs: readonly ValueSpec[],
  outputs: readonly ValueSpec[],
  write: (graph: Graph) => void,
): AttributeValue {
  const graph = new Graph();
  graph.name = 'body';
  graph.inputs = [...inputs];
  graph.outputs = [...outputs];
  write(graph);
  return { graph: graph.toModel().graph! };
}
