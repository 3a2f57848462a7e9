// Who answers while somebody teaches: the examples that are most alike, or the head that was trained on all of them.
import { foldsOf } from './folds.ts';
import type { TrainControl } from '../train/engine.ts';
import type { LabelledEmbeddings } from './labelled-embeddings.ts';
import { NearestNeighbours } from './nearest-neighbours.ts';
import { judgedFolds, type TrainedHead } from './train-head.ts';

export interface Choice {
  readonly by: 'nearest' | 'head';
  /** Right shares of both on the same rows, kept out in the same folds; null where none could be. */
  readonly nearest: number | null;
  readonly head: number | null;
}

/** More rows are judged no better, and take their time: every second, third … one is asked. */
const mostAsked = 250;

/**
 * The head where it is right at least as often on what it did not see: being as good it is the faster one, and calibrated.
 * @param control where others get their turn, and where it may be stopped; absent: neither
 * @throws HaversackError `Aborted`
 */
export async function chooseAnswerer(
  rows: LabelledEmbeddings,
  { judged }: TrainedHead,
  control?: TrainControl,
): Promise<Choice> {
  const { classes, labels } = rows;
  if (judged.rows.length === 0) return { by: 'nearest', nearest: null, head: null };
  const step = Math.ceil(judged.rows.length / mostAsked);
  const asked = judged.rows.map((row, place) => ({ row, place })).filter(({ place }) => place % step === 0);
  const nearestRight = await nearestAnswers(
    rows,
    asked.map(({ row }) => row),
    control,
  );
  let [nearest, head] = [0, 0];
  asked.forEach(({ row, place }, i) => {
    if (nearestRight[i] === labels[row]) nearest++;
    if (likeliest(judged.probabilities.subarray(place * classes, (place + 1) * classes)) === labels[row])
      head++;
  });
  return {
    by: head >= nearest ? 'head' : 'nearest',
    nearest: nearest / asked.length,
    head: head / asked.length,
  };
}

/** Of each asked row the class that the rows of other folds say. */
async function nearestAnswers(
  rows: LabelledEmbeddings,
  asked: readonly number[],
  control: TrainControl | undefined,
): Promise<number[]> {
  const folds = foldsOf(rows, judgedFolds);
  const embedding = (row: number) => rows.embeddings.subarray(row * rows.width, (row + 1) * rows.width);
  const byFold = Array.from({ length: judgedFolds }, (_, fold) => {
    const known = new NearestNeighbours(rows.width);
    rows.labels.forEach((label, row) => {
      if (folds[row] !== fold) known.add(String(row), embedding(row), String(label));
    });
    return known;
  });
  const answers: number[] = [];
  for (const row of asked) {
    await control?.checkpoint();
    const scores = [...byFold[folds[row]!]!.answer(embedding(row))];
    const [label] = scores.reduce((best, each) => (each[1] > best[1] ? each : best));
    answers.push(Number(label));
  }
  return answers;
}

/** The first of the largest. */
function likeliest(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}
