import { expect, it } from 'vitest';
import { GraphBuilder } from '../../../../src/core/onnx/build.ts';
import { Graph, operatorOf } from '../../../../src/core/onnx/graph.ts';
import { computeViews } from '../../../../src/core/onnx/passes/compute-views.ts';
import { float32, type Tensor } from '../../../../src/core/tensor.ts';
import { ints, runGraph } from '../single-node.ts';

const views = ['Flatten', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze'];
const x = float32([2, 1, 3], [1e-40, -2, 0.5, Infinity, 3, 6]);
const tokens: Tensor = { datatype: 'INT32', shape: [3], data: Int32Array.of(2, 0, 1) };

/** x and tokens are looked at anew, and so are answers; `twice` is none. */
function network(): Graph {
  const file = new GraphBuilder('views')
    .input('x', 'FP32', [2, 1, 3])
    .input('tokens', 'INT32', [3])
    .initializer('column', ints(3, 1))
    .initializer('axis', ints(1))
    .node('Reshape', ['tokens', 'column'], ['places'])
    .node('Squeeze', ['x', 'axis'], ['flat'])
    .node('Flatten', ['x'], ['rows'])
    .node('Add', ['flat', 'rows'], ['twice'])
    .node('Unsqueeze', ['twice', 'axis'], ['back'])
    .node('Identity', ['tokens'], ['same'])
    .node('Reshape', ['places', 'column'], ['inside'])
    .node('Mul', ['inside', 'places'], ['squares'])
    .output('twice', 'FP32', [2, 3])
    .output('back', 'FP32', [2, 1, 3])
    .output('same', 'INT32', [3])
    .output('squares', 'INT32', [3, 1])
    .build();
  return Graph.read(file);
}

it('no view of what is fed or answered is left, and the answers are the same', async () => {
  const [before, graph] = [await runGraph(network(), { x, tokens }), network()];
  const either = computeViews(graph)!;
  expect(graph.inputs.at(-1)).toEqual({ name: either, datatype: 'BOOL', shape: [] });
  for (const said of [0, 1]) {
    const flag: Tensor = { datatype: 'BOOL', shape: [], data: Uint8Array.of(said) };
    expect(await runGraph(graph, { x, tokens, [either]: flag })).toEqual(before);
  }
  const borders = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name));
  const left = graph.nodes.filter(
    node =>
      views.includes(operatorOf(node)) && [...node.inputs, ...node.outputs].some(name => borders.has(name)),
  );
  expect(left).toEqual([]);
  // What lies inside costs nothing as it is.
  expect(graph.nodes.filter(({ op }) => op === 'Where')).toHaveLength(5);
});

it('a graph without such views stays as it is', () => {
  const file = new GraphBuilder('plain')
    .input('x', 'FP32', [2])
    .node('Add', ['x', 'x'], ['y'])
    .output('y', 'FP32', [2])
    .build();
  const graph = Graph.read(file);
  expect(computeViews(graph)).toBeNull();
  expect(graph).toEqual(Graph.read(file));
});

it('what WebGPU does not select between is refused', () => {
  const file = new GraphBuilder('whole')
    .input('n', 'INT64', [2])
    .node('Identity', ['n'], ['m'])
    .output('m', 'INT64', [2])
    .build();
  expect(() => computeViews(Graph.read(file))).toThrow('INT64');
});
