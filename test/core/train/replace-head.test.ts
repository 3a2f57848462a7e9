import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/data/random.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import type { Graph } from '../../../src/core/onnx/graph.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { replaceHead } from '../../../src/core/train/replace-head.ts';
import { trainableGraph } from '../../../src/core/train/trainable-graph.ts';
import { clouds, network } from './nets.ts';

const head = (graph: Graph) => replaceHead(graph, graph.outputs[0]!.name, 5, seededRandom(1));
const shapeOf = (graph: Graph, name: string) => graph.initializers.get(name)?.shape;

describe('a new head', () => {
  it('has the new width in weights, biases and output, and leaves the model that it came from', () => {
    const model = network('mlp:8', clouds(12), 3);
    const other = head(model);
    expect(shapeOf(other, 'output.weight')).toEqual([8, 5]);
    expect(shapeOf(other, 'output.bias')).toEqual([5]);
    expect(other.outputs[0]!.shape).toEqual([-1, 5]);
    expect(shapeOf(model, 'output.weight')).toEqual([8, 3]);
    expect(other.initializers.get('hidden1.weight')).toBe(model.initializers.get('hidden1.weight'));
  });

  it('is found in a MatMul with its Add, and in a Gemm that reads its weight transposed', () => {
    const start = () =>
      new GraphBuilder('head').input('x', 'FP32', [-1, 2]).initializer('b', float32([3], [0, 0, 0]));
    const split = start().initializer('w', float32([2, 3], [1, 2, 3, 4, 5, 6]));
    split.node('MatMul', ['x', 'w'], ['m']).node('Add', ['b', 'm'], ['y']).node('Softmax', ['y'], ['p']);
    const first = head(trainableGraph(split.output('p', 'FP32', [-1, 3]).build()));
    expect([shapeOf(first, 'w'), shapeOf(first, 'b')]).toEqual([[2, 5], [5]]);
    const turned = start().initializer('w', float32([3, 2], [1, 2, 3, 4, 5, 6]));
    turned.node('Gemm', ['x', 'w', 'b'], ['y'], { transB: { int: 1 } });
    const second = head(trainableGraph(turned.output('y', 'FP32', [-1, 3]).build()));
    expect([shapeOf(second, 'w'), shapeOf(second, 'b')]).toEqual([[5, 2], [5]]);
  });

  it('is refused where no dense layer makes the output', () => {
    const builder = new GraphBuilder('none').input('x', 'FP32', [-1, 2]).node('Relu', ['x'], ['y']);
    const graph = trainableGraph(builder.output('y', 'FP32', [-1, 2]).build());
    expect(() => head(graph)).toThrow(/comes from Relu '.*', not from a dense layer/);
  });
});
