// Changes that act on activations are learnt as those that are added to weights are.
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/data/random.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import type { Graph } from '../../../src/core/onnx/graph.ts';
import { findLowRankChanges } from '../../../src/core/onnx/low-rank.ts';
import { elements, float32, type Tensor } from '../../../src/core/tensor.ts';
import { fit } from '../../../src/core/train/fit.ts';
import { withLowRankChanges } from '../../../src/core/train/lora.ts';
import { throughActivations } from '../../../src/core/train/lora-activations.ts';
import { selectParameters } from '../../../src/core/train/selection.ts';
import type { Samples } from '../../../src/core/train/samples.ts';
import { trainableGraph } from '../../../src/core/train/trainable-graph.ts';
import { goOn, job, labelled, nodeHost } from './nets.ts';

const random = seededRandom(11);
const numbers = (...shape: number[]): Tensor =>
  float32(
    shape,
    Float32Array.from({ length: elements(shape) }, () => random.uniform() - 0.5),
  );

/** Convolutions, a Gemm whose weight is turned around, one whose weight is not, a MatMul. */
const model = trainableGraph(
  new GraphBuilder('mixed')
    .input('features', 'FP32', [-1, 2, 5, 5])
    .initializer('strided', numbers(6, 2, 3, 3))
    .initializer('strided.bias', numbers(6))
    .initializer('grouped', numbers(6, 3, 1, 1))
    .initializer('point', numbers(4, 6, 1, 1))
    .initializer('turned', numbers(8, 36))
    .initializer('turned.bias', numbers(8))
    .initializer('straight', numbers(8, 8))
    .initializer('head', numbers(8, 3))
    .node('Conv', ['features', 'strided', 'strided.bias'], ['a'], {
      strides: { ints: [2, 2] },
      pads: { ints: [1, 1, 1, 1] },
      kernel_shape: { ints: [3, 3] },
    })
    .node('Relu', ['a'], ['b'])
    .node('Conv', ['b', 'grouped'], ['c'], { group: { int: 2 } })
    .node('Conv', ['c', 'point'], ['d'])
    .node('Flatten', ['d'], ['e'])
    .node('Gemm', ['e', 'turned', 'turned.bias'], ['f'], { transB: { int: 1 } })
    .node('Relu', ['f'], ['g'])
    .node('Gemm', ['g', 'straight'], ['h'])
    .node('MatMul', ['h', 'head'], ['logits'])
    .node('Softmax', ['logits'], ['probabilities'], { axis: { int: -1 } })
    .output('probabilities', 'FP32', [-1, 3])
    .build(),
);

function samples(): Samples {
  const rows = Array.from({ length: 24 }, (_, row) =>
    Array.from({ length: 50 }, (_pixel, i) => Math.sin(row * 0.7 + i * (1 + (row % 3)))),
  );
  const flat = labelled(
    50,
    rows,
    rows.map((_, row) => row % 3),
  );
  const { data } = flat.inputs['features']!;
  return { ...flat, inputs: { features: float32([24, 2, 5, 5], data as Float32Array<ArrayBuffer>) } };
}

describe('low-rank changes through activations', () => {
  const lora = { rank: 2, alpha: 3, targets: ['*'] };
  const chosen = selectParameters(model, { scope: 'lora', lora });
  const { graph, trained } = withLowRankChanges(model, chosen, lora, seededRandom(5));
  const rewritten = throughActivations(graph, trained);

  async function learnt(each: Graph) {
    const trainable = new Set(trained.flatMap(({ left, right }) => [left, right]));
    const changes = { trainable, epochs: 6, batchSize: 8, learningRate: 0.02 };
    const { weights } = await fit(job(each, samples(), changes), nodeHost(), goOn, () => undefined);
    return weights;
  }

  it('are those of dense layers; convolutions keep the other form', () => {
    const convolutions = ['strided', 'grouped', 'point'];
    const dense = ['turned', 'straight', 'head'];
    expect(trained.map(({ weight }) => weight)).toEqual([...convolutions, ...dense]);
    expect(findLowRankChanges(rewritten).map(({ weight }) => weight)).toEqual(convolutions);
    expect(findLowRankChanges(graph)).toHaveLength(6);
  });

  it('end with the numbers that they end with in the space of the weights', async () => {
    const [one, other] = [await learnt(graph), await learnt(rewritten)];
    expect([...other.keys()].sort()).toEqual([...one.keys()].sort());
    for (const [name, tensor] of one) {
      const values = tensor.data as Float32Array;
      const largest = Math.max(...values.map(Math.abs));
      expect(largest).toBeGreaterThan(0.01);
      (other.get(name)!.data as Float32Array).forEach((value, i) => {
        expect(Math.abs(value - values[i]!) / largest).toBeLessThan(1e-3);
      });
    }
  });
});
