// Small problems that are learnt in a blink, and what a run needs besides.
import { openNodeSession } from '../../../server/inference/session.ts';
import { seededRandom } from '../../../src/core/data/random.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import type { Graph } from '../../../src/core/onnx/graph.ts';
import { float32, type Tensor } from '../../../src/core/tensor.ts';
import type { TrainControl } from '../../../src/core/train/engine.ts';
import type { FitJob } from '../../../src/core/train/fit.ts';
import { newModel, parseNewModel } from '../../../src/core/train/new-model.ts';
import { memoryStepHost, type StepHost } from '../../../src/core/runtime/step-host.ts';
import { inMemory, type Samples } from '../../../src/core/train/samples.ts';
import { trainableGraph } from '../../../src/core/train/trainable-graph.ts';

export const goOn: TrainControl = { checkpoint: () => Promise.resolve() };

export const nodeHost = (): StepHost => memoryStepHost('cpu', openNodeSession);

export function labelled(
  width: number,
  rows: readonly (readonly number[])[],
  labels: readonly number[],
): Samples {
  return {
    rows: rows.length,
    inputs: { features: float32([rows.length, width], rows.flat()) },
    target: { datatype: 'INT32', shape: [labels.length], data: Int32Array.from(labels) },
  };
}

export const xor = labelled(
  2,
  [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
  [0, 1, 1, 0],
);

/** `classes` clouds around points on a circle. */
export function clouds(rows: number, classes = 3, seed = 7): Samples {
  const random = seededRandom(seed);
  const points = Array.from({ length: rows }, (_, row) => {
    const angle = (2 * Math.PI * (row % classes)) / classes;
    const noise = () => (random.uniform() + random.uniform() - 1) * 0.8;
    return [Math.cos(angle) + noise(), Math.sin(angle) + noise()];
  });
  return labelled(
    2,
    points,
    points.map((_, row) => row % classes),
  );
}

export function network(spec: string, samples: Samples, classes: number, seed = 1): Graph {
  const values = samples.inputs['features']!.data as Float32Array;
  const data = { values, columns: values.length / samples.rows, target: { classes } };
  return trainableGraph(newModel(parseNewModel(spec), data, seededRandom(seed)));
}

export interface JobChanges extends Partial<Omit<FitJob, 'train' | 'validation'>> {
  readonly validation?: Samples | null;
}

export function job(model: Graph, train: Samples, { validation, ...changes }: JobChanges = {}): FitJob {
  return {
    model,
    output: 'probabilities',
    trainable: new Set([...model.initializers.keys()].filter(name => /\.(weight|bias)$/.test(name))),
    train: inMemory(train),
    validation: validation ? inMemory(validation) : null,
    loss: { kind: 'cross-entropy' },
    optimizer: { kind: 'adam' },
    statistics: 'batch',
    learningRate: 0.05,
    schedule: { kind: 'constant' },
    warmUpSteps: 0,
    epochs: 60,
    patience: null,
    batchSize: 16,
    seed: 3,
    maxCacheBytes: 2 ** 20,
    ...changes,
  };
}

/**
 * x → BatchNormalization(Conv(x)) → its mean over the image → logits: what keeps running statistics.
 * @param dropped this share of the activations, where it is above 0
 */
export function normalizedNet(seed = 5, dropped = 0): Graph {
  const random = seededRandom(seed);
  const numbers = (...shape: number[]): Tensor =>
    float32(
      shape,
      Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform() - 0.5),
    );
  const filled = (value: number): Tensor => float32([4], [value, value, value, value]);
  const builder = new GraphBuilder('normalized').input('features', 'FP32', [-1, 1, 3, 3]);
  builder.initializer('conv.weight', numbers(4, 1, 2, 2)).initializer('bn.scale', filled(1));
  builder
    .initializer('bn.bias', filled(0))
    .initializer('bn.mean', filled(0))
    .initializer('bn.var', filled(1));
  builder.initializer('head.weight', numbers(4, 2)).initializer('head.bias', float32([2], [0, 0]));
  builder.node('Conv', ['features', 'conv.weight'], ['c']);
  builder.node('BatchNormalization', ['c', 'bn.scale', 'bn.bias', 'bn.mean', 'bn.var'], ['n']);
  builder.node('Relu', ['n'], ['r']);
  if (dropped > 0)
    builder.initializer('ratio', float32([], [dropped])).node('Dropout', ['r', 'ratio'], ['d']);
  builder.node('GlobalAveragePool', [dropped > 0 ? 'd' : 'r'], ['p']).node('Flatten', ['p'], ['f']);
  builder.node('Gemm', ['f', 'head.weight', 'head.bias'], ['logits']);
  builder.node('Softmax', ['logits'], ['probabilities'], { axis: { int: -1 } });
  return trainableGraph(builder.output('probabilities', 'FP32', [-1, 2]).build());
}
