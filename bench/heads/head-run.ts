// Fine-tunes the head of a model, the rest frozen, and tells how long each epoch took. Runs in Node and in a worker alike.
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { seededRandom } from '../../src/core/data/random.ts';
import type { StepHost } from '../../src/core/runtime/step-host.ts';
import { elements, float32 } from '../../src/core/tensor.ts';
import { fit, type FitJob } from '../../src/core/train/fit.ts';
import { inMemory, type SampleSource } from '../../src/core/train/samples.ts';
import { selectParameters } from '../../src/core/train/selection.ts';
import { trainableGraph } from '../../src/core/train/trainable-graph.ts';

/** A model of one input and one output, and what its samples are like. */
export interface HeadModel {
  readonly name: string;
  /** Of a sample. */
  readonly shape: readonly number[];
  readonly classes: number;
}

/** `cached`: what the frozen part makes is computed once a sample. `computed`: at each step. */
export type Prefix = 'cached' | 'computed';

const rows = 64;
const batchSize = 8;
const epochs = 5;
const cacheBytes = 256 * 2 ** 20;
const seed = 20_261_126;

/** Seconds an epoch, from the second on. The host is not disposed of. */
export async function headEpochs(
  file: Bytes,
  head: HeadModel,
  prefix: Prefix,
  host: StepHost,
): Promise<number[]> {
  const seconds: number[] = [];
  let before = performance.now();
  await fit(jobOf(file, head, prefix), host, { checkpoint: () => Promise.resolve() }, ({ isEpochEnd }) => {
    if (!isEpochEnd) return;
    const now = performance.now();
    seconds.push((now - before) / 1000);
    before = now;
  });
  return seconds.slice(1);
}

function jobOf(file: Bytes, head: HeadModel, prefix: Prefix): FitJob {
  const model = trainableGraph(file);
  const trainable = selectParameters(model, { scope: 'head' });
  return {
    model,
    output: model.outputs[0]!.name,
    trainable: new Set(trainable.map(({ name }) => name)),
    train: samplesOf(model.inputs[0]!.name, head),
    validation: null,
    loss: { kind: 'cross-entropy' },
    optimizer: { kind: 'adam' },
    statistics: 'frozen',
    learningRate: 1e-3,
    schedule: { kind: 'constant' },
    warmUpSteps: 0,
    epochs,
    patience: null,
    batchSize,
    seed,
    maxCacheBytes: prefix === 'cached' ? cacheBytes : 0,
  };
}

/** Noise: what is timed does not depend on what it shows. */
function samplesOf(input: string, { shape, classes }: HeadModel): SampleSource {
  const random = seededRandom(seed);
  const all = [rows, ...shape];
  const values = Float32Array.from({ length: elements(all) }, () => 2 * random.uniform() - 1);
  return inMemory({
    rows,
    inputs: { [input]: float32(all, values) },
    target: {
      datatype: 'INT32',
      shape: [rows],
      data: Int32Array.from({ length: rows }, () => random.integer(classes)),
    },
  });
}
