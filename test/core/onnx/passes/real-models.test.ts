import { describe, expect, test } from 'vitest';
import { Graph } from '../../../../src/core/onnx/graph.ts';
import { inferShapes } from '../../../../src/core/onnx/infer.ts';
import { constantsToInitializers } from '../../../../src/core/onnx/passes/constants-to-initializers.ts';
import { decompose } from '../../../../src/core/onnx/passes/decompose.ts';
import { nameNodes } from '../../../../src/core/onnx/passes/name-nodes.ts';
import { upgrade } from '../../../../src/core/onnx/passes/upgrade.ts';
import type { Tensor, TensorMap } from '../../../../src/core/tensor.ts';
import { bytesOfTensor } from '../../../../src/core/tensor-bytes.ts';
import { realModels } from '../real-models.ts';
import { floats, runGraph } from '../single-node.ts';

/** Free dimensions: a batch of 2, and what text recognisers take of an image. */
const sizes = [2, 3, 64, 96];

function feedsOf(graph: Graph): TensorMap {
  return Object.fromEntries(
    graph.inputs.map(({ name, shape }) => [
      name,
      floats(...shape.map((size, i) => (size < 0 ? sizes[i]! : size))),
    ]),
  );
}

/** Not by `toEqual`, which takes minutes to say how hundreds of thousands of elements differ. */
function expectSame(got: TensorMap, wanted: TensorMap): void {
  expect(Object.keys(got)).toEqual(Object.keys(wanted));
  for (const [name, tensor] of Object.entries(wanted)) {
    expect(got[name]!.shape).toEqual(tensor.shape);
    const isSame = Buffer.compare(bytesOfTensor(got[name]!), bytesOfTensor(tensor)) === 0;
    expect(isSame, `'${name}' is the same bit for bit`).toBe(true);
  }
}

function furthest(got: Tensor, wanted: Tensor): number {
  const of = wanted.data as Float32Array;
  const largest = of.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const away = (got.data as Float32Array).reduce(
    (most, value, i) => Math.max(most, Math.abs(value - of[i]!)),
    0,
  );
  return away / largest;
}

describe.each(realModels)('$name', ({ read }) => {
  test('read and written, its weights initializers and its nodes named, answers the same, bit for bit', async () => {
    const graph = Graph.read(read());
    const feeds = feedsOf(graph);
    const before = await runGraph(graph, feeds);
    expectSame(await runGraph(nameNodes(constantsToInitializers(graph)), feeds), before);
  });

  test('brought to the working opset and spelled out in plain operators, answers the same within rounding', async () => {
    const graph = constantsToInitializers(Graph.read(read()));
    const feeds = feedsOf(graph);
    const before = await runGraph(graph, feeds);
    // The runtime fuses other patterns in other opsets, and so rounds elsewhere.
    const after = decompose(upgrade(graph));
    const got = await runGraph(after, feeds);
    const types = inferShapes(after, Object.fromEntries(Object.entries(feeds).map(([k, v]) => [k, v.shape])));
    for (const [name, wanted] of Object.entries(before)) {
      expect(types.get(name)).toMatchObject({ datatype: wanted.datatype, shape: [...wanted.shape] });
      if (wanted.datatype === 'FP32') expect(furthest(got[name]!, wanted)).toBeLessThan(1e-5);
      else expectSame({ [name]: got[name]! }, { [name]: wanted });
    }
  });
});
