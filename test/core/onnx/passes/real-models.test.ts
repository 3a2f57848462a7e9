import { describe, expect, test } from 'vitest';
import { Graph } from '../../../../src/core/onnx/graph.ts';
import { inferShapes } from '../../../../src/core/onnx/infer.ts';
import { constantsToInitializers } from '../../../../src/core/onnx/passes/constants-to-initializers.ts';
import { nameNodes } from '../../../../src/core/onnx/passes/name-nodes.ts';
import { upgrade } from '../../../../src/core/onnx/passes/upgrade.ts';
import type { TensorMap } from '../../../../src/core/tensor.ts';
import { realModels } from '../real-models.ts';
import { floats, runGraph } from '../single-node.ts';

/** Free dimensions: a batch of 2, and what text recognisers take of an image. */
const sizes = [2, 3, 48, 192];

function feedsOf(graph: Graph): TensorMap {
  return Object.fromEntries(
    graph.inputs.map(({ name, shape }) => [
      name,
      floats(...shape.map((size, i) => (size < 0 ? sizes[i]! : size))),
    ]),
  );
}

describe.each(realModels)('$name', ({ read }) => {
  test('read, brought to the working opset and written, it answers the same, bit for bit', async () => {
    const graph = Graph.read(read());
    const feeds = feedsOf(graph);
    const before = await runGraph(graph, feeds);
    const after = nameNodes(upgrade(constantsToInitializers(graph)));
    expect(await runGraph(after, feeds)).toEqual(before);
    const types = inferShapes(after, Object.fromEntries(Object.entries(feeds).map(([k, v]) => [k, v.shape])));
    for (const [name, { datatype, shape }] of Object.entries(before)) {
      expect(types.get(name)).toMatchObject({ datatype, shape: [...shape] });
    }
  });
});
