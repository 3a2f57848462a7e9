// A step as one graph: what it carries, and that it moves what it should.
import { describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../server/inference/session.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { Graph } from '../../../src/core/onnx/graph.ts';
import { float32, type Tensor } from '../../../src/core/tensor.ts';
import type { OptimizerSettings } from '../../../src/core/train/optimizers/update.ts';
import { membersOf, readSlots } from '../../../src/core/train/slot-layout.ts';
import { trainableGraph } from '../../../src/core/train/trainable-graph.ts';
import { buildTrainingGraph } from '../../../src/core/train/training-graph.ts';
import { clouds, network, normalizedNet } from './nets.ts';

const rows = 8;
const samples = clouds(rows);

function graphOf(optimizer: OptimizerSettings) {
  return buildTrainingGraph({
    model: network('mlp:4', samples, 3),
    inputShapes: { features: [rows, 2] },
    output: 'probabilities',
    loss: { kind: 'cross-entropy' },
    distillation: null,
    optimizer,
    trainable: name => /\.(weight|bias)$/.test(name),
    statistics: 'batch',
    seed: 1,
  });
}

describe('a training graph', () => {
  it('carries all small parameters, and each kind of their state, in one slot', () => {
    const graph = graphOf({ kind: 'adam' });
    expect(graph.parameters.map(({ input }) => input)).toEqual(['parameters']);
    expect(graph.state.map(({ input }) => input)).toEqual(['parameters.m', 'parameters.v']);
    expect([...graph.kept.keys()]).toEqual([
      'hidden1.weight',
      'hidden1.bias',
      'output.weight',
      'output.bias',
    ]);
  });

  it('keeps what decays apart from what does not', () => {
    const graph = graphOf({ kind: 'adamw', options: { weightDecay: 0.1 } });
    const together = [...membersOf(graph.kept).values()].map(members => members.map(({ name }) => name));
    expect(together).toEqual([
      ['hidden1.weight', 'output.weight'],
      ['hidden1.bias', 'output.bias'],
    ]);
  });

  it('keeps what moves by another share of the rate apart', () => {
    const graph = buildTrainingGraph({
      model: network('mlp:4', samples, 3),
      inputShapes: { features: [rows, 2] },
      output: 'probabilities',
      loss: { kind: 'cross-entropy' },
      optimizer: { kind: 'adam' },
      trainable: name => /\.(weight|bias)$/.test(name),
      rateShares: new Map([
        ['output.weight', 10],
        ['output.bias', 10],
      ]),
      statistics: 'batch',
      seed: 1,
    });
    const together = [...membersOf(graph.kept).values()].map(members => members.map(({ name }) => name));
    expect(together).toEqual([
      ['hidden1.weight', 'hidden1.bias'],
      ['output.weight', 'output.bias'],
    ]);
  });

  it.each([
    ['Flatten', { axis: { int: 1 } }, []],
    ['Reshape', {}, ['flat']],
    ['Squeeze', {}, ['last']],
  ] as const)('reads the logits of a softmax over channels behind a %s', (op, attributes, more) => {
    const ints = (...values: number[]): Tensor => ({
      datatype: 'INT64',
      shape: [values.length],
      data: BigInt64Array.from(values, BigInt),
    });
    const builder = new GraphBuilder('over-channels').input('x', 'FP32', [-1, 3, 1, 1]);
    builder
      .initializer('w', float32([3, 3, 1, 1], [1, 0, 0, 0, 1, 0, 0, 0, 1]))
      .node('Conv', ['x', 'w'], ['c']);
    builder.initializer('flat', ints(-1, 3)).initializer('last', ints(2, 3));
    builder.node('Softmax', ['c'], ['s'], { axis: { int: 1 } }).node(op, ['s', ...more], ['p'], attributes);
    const { outputs, file } = buildTrainingGraph({
      model: trainableGraph(builder.output('p', 'FP32', [-1, 3]).build()),
      inputShapes: { x: [4, 3, 1, 1] },
      output: 'p',
      loss: { kind: 'cross-entropy' },
      distillation: null,
      optimizer: { kind: 'sgd' },
      trainable: name => name === 'w',
      statistics: 'batch',
      seed: 1,
    });
    const { nodes, outputs: made } = Graph.read(file);
    const maker = nodes.find(node => node.outputs.includes(outputs.prediction))!;
    expect(maker).toMatchObject({ op, inputs: ['c', ...more] });
    expect(made.find(({ name }) => name === outputs.prediction)!.shape).toEqual([4, 3]);
    expect(nodes.some(node => node.op === 'Softmax' && node.outputs.includes('s'))).toBe(false);
  });

  it('keeps averages where the optimizer averages, and starts them at the parameters', () => {
    const graph = graphOf({ kind: 'sgd', options: { averageDecay: 0.9 } });
    expect([...membersOf(graph.kept).keys()]).toEqual(['parameters.average']);
    expect(graph.state.map(({ initial }) => initial)).toEqual(graph.parameters.map(({ initial }) => initial));
  });

  it('has running statistics follow the batch’s own by the momentum', async () => {
    const model = normalizedNet();
    const features = float32(
      [rows, 1, 3, 3],
      Array.from({ length: rows * 9 }, (_, i) => Math.sin(3 * i)),
    );
    const graph = buildTrainingGraph({
      model,
      inputShapes: { features: features.shape },
      output: 'probabilities',
      loss: { kind: 'cross-entropy' },
      distillation: null,
      optimizer: { kind: 'sgd' },
      trainable: name => name === 'head.weight' || name === 'bn.scale',
      statistics: 'batch',
      seed: 1,
    });
    const session = await openNodeSession(graph.file);
    const carried = [...graph.parameters, ...graph.statistics];
    const results = await session.run({
      features,
      target: { datatype: 'INT32', shape: [rows], data: new Int32Array(rows) },
      rowWeights: float32([rows], new Float32Array(rows).fill(1 / rows)),
      ...Object.fromEntries(carried.map(({ input, initial }) => [input, initial])),
      ...graph.scalars(1, 0.1),
    });
    await session.dispose();
    const after = readSlots(
      graph.kept,
      new Map(carried.map(({ input, output }) => [input, results[output]!])),
    );
    const { mean, variance } = statisticsOf(convolved(features, model.initializers.get('conv.weight')!));
    for (let channel = 0; channel < 4; channel++) {
      expect(numbersOf(after.get('bn.mean')!)[channel]).toBeCloseTo(0.1 * mean[channel]!, 6);
      expect(numbersOf(after.get('bn.var')!)[channel]).toBeCloseTo(0.9 + 0.1 * variance[channel]!, 6);
    }
  });
});

function numbersOf({ data }: Tensor): Float32Array {
  return data as Float32Array;
}

/** [rows, 1, 3, 3] by four kernels of 2 × 2: by channel, the numbers of all rows and places. */
function convolved(features: Tensor, weight: Tensor): number[][] {
  const [x, w] = [numbersOf(features), numbersOf(weight)];
  const places = [0, 1, 3, 4];
  return [0, 1, 2, 3].map(channel =>
    Array.from({ length: rows }, (_, row) =>
      places.map(at =>
        [0, 1, 3, 4].reduce((sum, tap, k) => sum + x[9 * row + at + tap]! * w[4 * channel + k]!, 0),
      ),
    ).flat(),
  );
}

/** Over the batch, uncorrected. */
function statisticsOf(channels: readonly (readonly number[])[]) {
  const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const mean = channels.map(meanOf);
  const variance = channels.map((values, channel) => meanOf(values.map(x => (x - mean[channel]!) ** 2)));
  return { mean, variance };
}
