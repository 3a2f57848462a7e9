import { expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { Graph } from '../../../src/core/onnx/graph.ts';
import { inferShapes } from '../../../src/core/onnx/infer.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { useBatchStatistics } from '../../../src/core/train/batch-statistics.ts';

test('gives its nodes names that no node behind the normalization has', () => {
  const builder = new GraphBuilder('net').input('x', 'FP32', [2, 3]);
  for (const name of ['scale', 'bias', 'mean', 'variance']) {
    builder.initializer(name, float32([3], [1, 1, 1]));
  }
  builder.node('BatchNormalization', ['x', 'scale', 'bias', 'mean', 'variance'], ['normal']);
  let last = 'normal';
  // The builder numbers them: Add_1 to Add_6, as exporters do.
  for (let i = 1; i <= 6; i++) {
    builder.node('Add', [last, 'bias'], [`sum${i}`]);
    last = `sum${i}`;
  }
  const model = Graph.read(builder.output(last, 'FP32', [2, 3]).build());
  const { model: given } = useBatchStatistics(model, name => name === 'scale', inferShapes(model, {}));
  const names = given.nodes.map(({ name }) => name);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  expect(given.nodes.find(({ op }) => op === 'BatchNormalization')!.inputs).not.toContain('mean');
});
