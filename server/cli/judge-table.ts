// What a model is worth on the rows of a table: its answers beside the truth.
import type { ModelInterface } from '../../src/core/artifact/interface.ts';
import type { Target } from '../../src/core/data/target.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { decide } from '../../src/core/evaluate/decide.ts';
import { type ClassMetrics, confusionMatrix, evaluate, perClass } from '../../src/core/evaluate/metrics.ts';
import { evaluateNumbers } from '../../src/core/evaluate/regression.ts';
import type { Session } from '../../src/core/runtime/session.ts';
import type { TensorMap } from '../../src/core/tensor.ts';
import { inputTensor, onlyInput } from '../../src/core/train/rows.ts';
import { takeRows } from '../../src/core/train/samples.ts';

export interface Judged {
  readonly n: number;
  readonly metrics: Readonly<Record<string, number | null>>;
  /** By label; null where the answers are numbers. */
  readonly perClass: Readonly<Record<string, ClassMetrics>> | null;
  /** [truth][answer] → rows, in the order of the labels; null where the answers are numbers. */
  readonly confusion: readonly (readonly number[])[] | null;
}

export interface Judgeable {
  readonly session: Session;
  readonly interface: ModelInterface;
}

export interface Rows {
  /** [rows, numbers of one sample] */
  readonly values: Float32Array<ArrayBuffer>;
  readonly rows: number;
  readonly truth: Target;
}

/** Rows that are run at once where the model takes any number of them. */
const batchRows = 256;

export async function judgeRows(model: Judgeable, { values, rows, truth }: Rows): Promise<Judged> {
  const classes: number[] = [];
  const probabilities: number[] = [];
  const numbers: number[] = [];
  for await (const outputs of answered(model.session, values, rows)) {
    if (truth.kind === 'numbers') {
      numbers.push(...numbersIn(outputs));
      continue;
    }
    const decided = decide(model.interface, truth.labels, outputs);
    if (decided.length === 0) {
      throw new HaversackError(
        'InputInvalid',
        'The model does not say how a class is decided from its outputs.',
      );
    }
    for (const { index, probabilities: each } of decided) {
      classes.push(index ?? -1);
      probabilities.push(...(each ?? []));
    }
  }
  return truth.kind === 'numbers'
    ? {
        n: rows,
        metrics: { ...evaluateNumbers(truth.values, numbers.slice(0, rows)) },
        perClass: null,
        confusion: null,
      }
    : judgeClasses(truth, Int32Array.from(classes.slice(0, rows)), probabilities);
}

function judgeClasses(
  { labels, indices }: Target & { kind: 'classes' },
  answers: Int32Array,
  probabilities: readonly number[],
): Judged {
  const known = indices.length * labels.length;
  const confusion = confusionMatrix(indices, answers, labels.length);
  const { metrics } = evaluate(indices, answers, labels, {
    part: 'test',
    origin: 'parent',
    dataset: null,
    ...(probabilities.length >= known && { probabilities: probabilities.slice(0, known) }),
  });
  const named = perClass(confusion).map((each, i) => [labels[i]!, each] as const);
  return { n: indices.length, metrics, perClass: Object.fromEntries(named), confusion };
}

/** Batch after batch; a batch of fixed size is filled up with its last row. */
async function* answered(
  session: Session,
  values: Float32Array<ArrayBuffer>,
  rows: number,
): AsyncGenerator<TensorMap> {
  const input = onlyInput(session);
  const all = inputTensor(input, values, rows);
  const fixed = input.shape[0]! > 0 ? input.shape[0]! : null;
  for (let from = 0; from < rows; from += fixed ?? batchRows) {
    const length = fixed ?? Math.min(batchRows, rows - from);
    const order = Int32Array.from({ length }, (_, i) => Math.min(from + i, rows - 1));
    yield await session.run({ [input.name]: takeRows(all, order) });
  }
}

function numbersIn(outputs: TensorMap): number[] {
  const found = Object.values(outputs).filter(({ shape, data }) => data.length === shape[0]);
  if (found.length !== 1) {
    throw new HaversackError('InputInvalid', 'The model has no output of one number a row.');
  }
  return Array.from(found[0]!.data as ArrayLike<number | bigint>, Number);
}
