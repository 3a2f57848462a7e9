// What a session answers on many rows, as indices into the labels: what evaluation compares with the truth.
import type { InputInterface, ModelInterface } from '../core/artifact/interface.ts';
import type { LabelledRows } from '../core/data/labelled-rows.ts';
import { HaversackError } from '../core/errors.ts';
import { decide } from '../core/evaluate/decide.ts';
import type { Session } from '../core/runtime/session.ts';
import { elements, float32, type TensorMap } from '../core/tensor.ts';
import type { TrainControl } from '../core/train/engine.ts';

/** Rows a run, where the model leaves it free. */
const batchRows = 64;

export interface Answers {
  /** [rows] */
  readonly answers: Int32Array<ArrayBuffer>;
  /** [rows, labels]; null where the model gives none. */
  readonly probabilities: Float64Array<ArrayBuffer> | null;
}

export interface Judged {
  readonly session: Session;
  readonly modelInterface: ModelInterface;
  readonly labels: readonly string[];
}

/** @throws HaversackError `TrainingImpossible` where answers are no classes, `Aborted`, `RuntimeFailed` */
export async function answersOn(judged: Judged, rows: LabelledRows, control: TrainControl): Promise<Answers> {
  const { labels } = judged;
  const answers = new Int32Array(rows.rows);
  const probabilities = new Float64Array(rows.rows * labels.length);
  let without = 0;
  for await (const { first, outputs } of batches(judged, rows, control)) {
    decide(judged.modelInterface, labels, outputs).forEach((decided, i) => {
      const row = first + i;
      if (row >= rows.rows) return;
      if (decided.index === null) {
        throw new HaversackError(
          'TrainingImpossible',
          'its answers are values, and only classes are judged here',
        );
      }
      answers[row] = decided.index;
      if (decided.probabilities) probabilities.set(decided.probabilities, row * labels.length);
      else without++;
    });
  }
  return { answers, probabilities: without === 0 ? probabilities : null };
}

/** Runs the model over the rows. The last batch of a model with a fixed batch is filled up with zeros. */
async function* batches(
  { session, modelInterface }: Pick<Judged, 'session' | 'modelInterface'>,
  rows: LabelledRows,
  control: TrainControl,
): AsyncGenerator<{ readonly first: number; readonly outputs: TensorMap }> {
  if (!modelInterface.decision) {
    throw new HaversackError('TrainingImpossible', 'its interface does not say how an answer is decided');
  }
  const input = onlyInput(modelInterface);
  const width = elements(input.shape.slice(1));
  const fixed = input.shape[0]!;
  for (let first = 0; first < rows.rows; first += fixed === -1 ? batchRows : fixed) {
    await control.checkpoint();
    const count = fixed === -1 ? Math.min(batchRows, rows.rows - first) : fixed;
    const data = new Float32Array(count * width);
    data.set(rows.features.subarray(first * width, Math.min(rows.rows, first + count) * width));
    const feed = float32([count, ...input.shape.slice(1)], data);
    yield { first, outputs: await session.run({ [input.name]: feed }) };
  }
}

/** A row of a table fills the one input. */
function onlyInput({ inputs }: ModelInterface): InputInterface {
  const [input] = inputs;
  const usable = input && inputs.length === 1 && input.datatype === 'FP32' && input.shape.length >= 2;
  if (!usable || input.shape.slice(1).includes(-1)) {
    const got = inputs.map(each => `${each.name}: ${each.datatype} [${each.shape.join(', ')}]`);
    throw new HaversackError(
      'TrainingImpossible',
      `wanted one FP32 input with a known size of a sample, got ${got.join('; ') || 'none'}`,
    );
  }
  return input;
}
