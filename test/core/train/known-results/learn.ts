// A recipe is carried out, and what came of it judged by the model itself on rows that it has not seen: no part of the loop
// takes part in that.
import type { Bytes } from '../../../../src/core/artifact/digest.ts';
import type { OpenSession } from '../../../../src/core/runtime/session.ts';
import type { StepHost } from '../../../../src/core/runtime/step-host.ts';
import type { Tensor } from '../../../../src/core/tensor.ts';
import { adapt } from '../../../../src/core/train/adapt.ts';
import type { TrainProgress } from '../../../../src/core/train/engine.ts';
import { type TrainRecipe, trainRecipeSchema } from '../../../../src/core/train/recipe.ts';
import { batchesOf, inOrder, type SampleSource, takeRows } from '../../../../src/core/train/samples.ts';
import { trainableGraph } from '../../../../src/core/train/trainable-graph.ts';
import { trainedFile } from '../../../../src/core/train/trained-file.ts';

export interface Lesson {
  readonly file: Bytes;
  readonly output: string;
  readonly train: SampleSource;
  /** Judged on at the end; the run does not see them. */
  readonly held: SampleSource;
  readonly recipe: TrainRecipe;
}

/** What computes. */
export interface Machine {
  /** A host a run. */
  readonly openStepHost: () => Promise<StepHost>;
  readonly openSession: OpenSession;
}

export interface Taught {
  readonly weights: ReadonlyMap<string, Tensor>;
  /** The file with the new weights. */
  readonly file: Bytes;
  readonly told: readonly TrainProgress[];
  readonly steps: number;
  readonly seconds: number;
}

export interface Learnt extends Taught {
  /** Share of the held rows' labels that the file answers rightly. */
  readonly accuracy: number;
}

/** Everything is trained with Adam in batches of 32, unless told otherwise. */
export function recipeOf(
  changes: Partial<TrainRecipe> & Pick<TrainRecipe, 'learningRate' | 'epochs'>,
): TrainRecipe {
  return trainRecipeSchema.parse({
    kind: 'train',
    engine: 'onnx',
    scope: 'all',
    loss: 'sparse-categorical-cross-entropy',
    optimizer: 'adam',
    batchSize: 32,
    seed: 1,
    newSampleRepeats: 1,
    ...changes,
  });
}

export async function learn(lesson: Lesson, machine: Machine): Promise<Learnt> {
  const taught = await teach(lesson, machine);
  return { ...taught, accuracy: await accuracyOf({ ...lesson, file: taught.file }, machine.openSession) };
}

/** The mean loss of each epoch. */
export function lossesOf({ told }: Pick<Taught, 'told'>): number[] {
  return told.filter(({ epoch }, i) => told[i + 1]?.epoch !== epoch).map(({ loss }) => loss);
}

/** The held rows are not looked at. */
export async function teach(
  { file, output, train, recipe }: Omit<Lesson, 'held'>,
  { openStepHost }: Pick<Machine, 'openStepHost'>,
): Promise<Taught> {
  const model = trainableGraph(file);
  const told: TrainProgress[] = [];
  const host = await openStepHost();
  const control = { checkpoint: () => Promise.resolve() };
  const startedAt = performance.now();
  const fitted = await adapt({ model, output, train, validation: null, recipe }, host, control, each =>
    told.push(each),
  ).finally(() => host.dispose());
  const seconds = (performance.now() - startedAt) / 1000;
  const { weights, steps } = fitted;
  return { weights, file: trainedFile(file, fitted), told, steps, seconds };
}

/** Rows that are judged at once. */
const judgedRows = 64;

/** Of the held rows. A label below 0 does not count. */
export async function accuracyOf(
  { file, output, held }: Pick<Lesson, 'file' | 'output' | 'held'>,
  openSession: OpenSession,
): Promise<number> {
  const session = await openSession(file);
  const verdicts: boolean[] = [];
  try {
    for (const { rows, count } of batchesOf(inOrder(held.rows), judgedRows)) {
      const own = rows.subarray(0, count);
      const results = await session.run(await held.take(own));
      const labels = takeRows(held.target, own).data as Int32Array;
      verdicts.push(...verdictsOf(results[output]!.data as Float32Array, labels));
    }
  } finally {
    await session.dispose();
  }
  return verdicts.filter(isRight => isRight).length / verdicts.length;
}

/** For each label that counts: whether its class has the highest score. @param scores [labels, classes] */
function verdictsOf(scores: Float32Array, labels: Int32Array): boolean[] {
  const classes = scores.length / labels.length;
  return [...labels].flatMap((label, row) => {
    const own = scores.subarray(row * classes, (row + 1) * classes);
    return label < 0 ? [] : [own.indexOf(Math.max(...own)) === label];
  });
}
