// From a model's outputs to an answer a row, as the interface says it is decided. Runs no model.
import type { Decision, ModelInterface } from '../artifact/interface.ts';
import { HaversackError } from '../errors.ts';
import type { Tensor, TensorMap } from '../tensor.ts';

export interface Decided {
  /** Null where the decision names no class. Without labels a class is called by its index. */
  readonly label: string | null;
  /** Index of the class; null where the decision names none. */
  readonly index: number | null;
  /** Of the answered class; null where the model gives none. */
  readonly probability: number | null;
  /** The score or value itself, for `threshold` and `value`. */
  readonly score: number | null;
  /** Of all classes, in the order of the labels. */
  readonly probabilities: readonly number[] | null;
  /** False where the interface says to answer "not sure"; `label` is then the best guess. */
  readonly sure: boolean;
}

/**
 * One answer a row (the first dimension of the output that the decision reads). Empty where the interface has no
 * decision: the outputs are then shown as they are.
 * @throws HaversackError `RuntimeFailed` where the outputs are not what the interface says.
 */
export function decide(
  modelInterface: ModelInterface,
  labels: readonly string[] | null,
  outputs: TensorMap,
): Decided[] {
  const { decision } = modelInterface;
  if (!decision) return [];
  const tensor = outputs[decision.output];
  if (!tensor) {
    throw new HaversackError(
      'RuntimeFailed',
      `The decision reads "${decision.output}", the model gave ${Object.keys(outputs).join(', ')}.`,
    );
  }
  const rows = rowsOf(tensor, decision.output);
  switch (decision.kind) {
    case 'softmax':
      return rows.map(row => softmaxAnswer(row, decision, labels));
    case 'threshold': {
      const meaning = modelInterface.outputs.find(output => output.name === decision.output)?.meaning;
      return rows.map(row => thresholdAnswer(row, decision, labels, meaning?.kind === 'probabilities'));
    }
    case 'value':
      return rows.map(row => ({ ...noClass, score: single(row, decision.output) }));
  }
}

const noClass = { label: null, index: null, probability: null, score: null, probabilities: null, sure: true };

function softmaxAnswer(
  row: readonly number[],
  decision: Decision & { kind: 'softmax' },
  labels: readonly string[] | null,
): Decided {
  if (labels && labels.length !== row.length) {
    throw new HaversackError(
      'RuntimeFailed',
      `"${decision.output}" has ${row.length} classes, the model has ${labels.length} labels.`,
    );
  }
  const probabilities = decision.from === 'logits' ? softmax(row) : row;
  const index = argmax(probabilities);
  const probability = probabilities[index]!;
  return {
    label: labels?.[index] ?? String(index),
    index,
    probability,
    score: null,
    probabilities,
    sure: probability >= decision.notSureBelow,
  };
}

function thresholdAnswer(
  row: readonly number[],
  decision: Decision & { kind: 'threshold' },
  labels: readonly string[] | null,
  isProbability: boolean,
): Decided {
  const score = single(row, decision.output);
  const index = score >= decision.threshold ? 1 : 0;
  const [low, high] = decision.notSureBetween ?? [score, score];
  return {
    label: labels?.[index] ?? String(index),
    index,
    probability: isProbability ? (index === 1 ? score : 1 - score) : null,
    score,
    probabilities: isProbability ? [1 - score, score] : null,
    sure: !(low < score && score < high),
  };
}

/** exp(xᵢ − max x) / Σ exp(xⱼ − max x) */
export function softmax(logits: readonly number[]): number[] {
  const highest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = logits.map(logit => Math.exp(logit - highest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map(power => power / sum);
}

/** The first of the largest. */
function argmax(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}

function rowsOf(tensor: Tensor, name: string): number[][] {
  const data: ArrayLike<number | bigint | string> = tensor.data;
  const rows = tensor.shape[0] ?? 1;
  const width = rows === 0 ? 0 : data.length / rows;
  return Array.from({ length: rows }, (_row, row) =>
    Array.from({ length: width }, (_number, i) => {
      const value = data[row * width + i];
      if (typeof value === 'string') {
        throw new HaversackError('RuntimeFailed', `"${name}" holds text, the decision wants numbers.`);
      }
      return Number(value);
    }),
  );
}

function single(row: readonly number[], name: string): number {
  if (row.length !== 1) {
    throw new HaversackError('RuntimeFailed', `"${name}" has ${row.length} numbers a row, wanted 1.`);
  }
  return row[0]!;
}
