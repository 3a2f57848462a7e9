// How last blocks are trained: what learns, by which loss, in which steps, until when.
import type { FitJob } from '../train/fit.ts';
import { withinMemory } from '../train/fit-batch.ts';
import type { SampleSource } from '../train/samples.ts';
import { probabilitiesOutput } from './compose-classifier.ts';
import type { PartedClassifier } from './last-blocks.ts';
import { balancedWeights } from './softmax-regression.ts';

/** The blocks' own rate; steps of Adam are as long, whatever the gradient. */
const learningRate = 1e-3;
/** The head's weights are hundreds of times larger than the blocks', for it reads vectors of length 1. */
const headRateShare = 20;
const labelSmoothing = 0.1;
export const batchSize = 32;
/** Passes over all views; more where there are so few photos that they would make few steps. */
const usualEpochs = 4;
const fewestSteps = 150;
const mostEpochs = 30;
/**
 * Epochs without a lower validation loss after which a run ends, as a share of all. Where the rate is highest it gets worse for
 * a while, before it gets better.
 */
const patienceShare = 0.5;

export interface BlockRows {
  /** Of the classifier's boundary. */
  readonly train: SampleSource;
  /** Says when to stop; null: nothing does. */
  readonly validation: SampleSource | null;
  readonly classes: number;
}

export interface BlockSettings {
  readonly seed: number;
  /** Of memory that a step may take; absent: as it comes. */
  readonly maxBytes?: number;
}

/** @throws HaversackError `TrainingImpossible` where not even one row at once goes into the memory */
export function blockJob(parted: PartedClassifier, rows: BlockRows, settings: BlockSettings): FitJob {
  const { train, validation, classes } = rows;
  const stepsPerEpoch = Math.ceil(train.rows / batchSize);
  const epochs = Math.min(mostEpochs, Math.max(usualEpochs, Math.ceil(fewestSteps / stepsPerEpoch)));
  const job: FitJob = {
    model: parted.rest,
    output: probabilitiesOutput,
    trainable: new Set([...parted.blocks, ...parted.head]),
    train,
    validation,
    loss: {
      kind: 'cross-entropy',
      labelSmoothing,
      classWeights: classWeights(train.target.data as Int32Array, classes),
    },
    optimizer: { kind: 'adam' },
    statistics: 'frozen',
    learningRate,
    rateShares: new Map(parted.head.map(name => [name, headRateShare])),
    // Begun at its full rate, a run unlearns what it was begun for (measured: at chance after the first epoch).
    schedule: { kind: 'one-cycle' },
    warmUpSteps: 0,
    epochs,
    patience: validation ? Math.round(epochs * patienceShare) : null,
    batchSize,
    seed: settings.seed,
    maxCacheBytes: 0,
  };
  return settings.maxBytes === undefined ? job : withinMemory(job, settings.maxBytes);
}

/** Such that all classes count the same, and a row 1 in the mean. */
export function classWeights(labels: Int32Array, classes: number): number[] {
  const weights = balancedWeights(labels, classes);
  return Array.from({ length: classes }, (_, label) => {
    const row = labels.indexOf(label);
    return row < 0 ? 1 : weights[row]! * labels.length;
  });
}
