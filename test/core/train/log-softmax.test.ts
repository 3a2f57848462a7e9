import { expect, test } from 'vitest';
import { openNodeSession } from '../../../server/inference/session.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { Graph, operatorOf } from '../../../src/core/onnx/graph.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { Tape } from '../../../src/core/train/gradient/tape.ts';
import { spellOutLogSoftmax } from '../../../src/core/train/log-softmax.ts';
import { stepGraph } from '../../../src/core/train/stepper.ts';
import { clouds, job, network } from './nets.ts';

const x = float32(
  [2, 3, 4],
  Array.from({ length: 24 }, (_, i) => ((i * 7) % 11) * 90 - 400),
);

async function both(axis: number | null): Promise<[Float32Array, Float32Array]> {
  const file = new GraphBuilder('log-softmax')
    .input('x', 'FP32', [2, 3, 4])
    .node('LogSoftmax', ['x'], ['y'], axis === null ? {} : { axis: { int: axis } })
    .node('Neg', ['y'], ['z'])
    .output('z', 'FP32', [2, 3, 4])
    .build();
  const graph = Graph.read(file);
  spellOutLogSoftmax(Tape.over(graph));
  expect(graph.nodes.map(operatorOf)).not.toContain('LogSoftmax');
  const answers = await Promise.all(
    [file, graph.toBytes()].map(async each => {
      const session = await openNodeSession(each);
      const { z } = await session.run({ x });
      await session.dispose();
      return z!.data as Float32Array;
    }),
  );
  return answers as [Float32Array, Float32Array];
}

test.each([null, -1, 0, 1, 2])(
  'answers what LogSoftmax does along axis %s, where powers would overflow',
  async axis => {
    const [whole, spelled] = await both(axis);
    whole.forEach((value, i) => {
      expect(Math.abs(spelled[i]! - value)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(value)));
    });
  },
);

test('no step holds an operator that WebGPU lacks', () => {
  const samples = clouds(12);
  const { file } = stepGraph(job(network('mlp:8', samples, 3), samples), 4);
  expect(Graph.read(file).nodes.map(operatorOf)).not.toContain('LogSoftmax');
});
