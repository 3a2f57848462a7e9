// Which of the examples that nobody has labelled are worth a person's while first. Knows no store.
import { dot, normalize } from './vectors.ts';

export interface Unlabelled {
  readonly id: string;
  /** [width], of one embedder. */
  readonly embedding: Float32Array;
  /** Of all classes, as the model answered. */
  readonly probabilities: readonly number[];
}

/**
 * Ids, the most useful first, all of them or the first `count`. Useful is what the model cannot decide (a small margin
 * between its two likeliest classes: Scheffer, Decomain and Wrobel, "Active Hidden Markov Models for Information
 * Extraction", IDA 2001) and what is unlike those before it in the list: each next is the one whose uncertainty (1 − margin)
 * times distance to the nearest that was chosen is the largest, the greedy k-centre of Sener and Savarese ("Active Learning
 * for Convolutional Neural Networks: A Core-Set Approach", ICLR 2018, algorithm 1) with weights. So of twenty alike that
 * are uncertain, one comes first, and the other nineteen wait.
 * @param known embeddings of examples that are labelled: what lies near them teaches less
 */
export function askNext(
  unlabelled: readonly Unlabelled[],
  known: readonly Float32Array[] = [],
  count = unlabelled.length,
): string[] {
  const units = unlabelled.map(({ embedding }) => unit(embedding));
  const knownUnits = known.map(unit);
  const uncertainty = unlabelled.map(({ probabilities }) => 1 - margin(probabilities));
  // Of cosines: 0 for the same direction, 1 for the opposite. Without known ones all are as far.
  const far = units.map(each =>
    knownUnits.reduce((least, other) => Math.min(least, distance(each, other)), 1),
  );
  const left = new Set(units.keys());
  const order: string[] = [];
  while (order.length < count && left.size > 0) {
    const best = likeliest(left, uncertainty, far);
    left.delete(best);
    order.push(unlabelled[best]!.id);
    for (const i of left) far[i] = Math.min(far[i]!, distance(units[i]!, units[best]!));
  }
  return order;
}

/** The first of the most useful; where distances are all 0, by uncertainty. */
function likeliest(
  left: ReadonlySet<number>,
  uncertainty: readonly number[],
  far: readonly number[],
): number {
  let best = -1;
  const score = (i: number): [number, number] => [uncertainty[i]! * far[i]!, uncertainty[i]!];
  for (const i of left) {
    if (best < 0) best = i;
    const [[a, a2], [b, b2]] = [score(i), score(best)];
    if (a > b || (a === b && a2 > b2)) best = i;
  }
  return best;
}

/** p₁ − p₂ of the two largest, 0 to 1. */
export function margin(probabilities: readonly number[]): number {
  let [first, second] = [0, 0];
  for (const p of probabilities) {
    if (p > first) [first, second] = [p, first];
    else if (p > second) second = p;
  }
  return first - second;
}

function unit(values: Float32Array): Float32Array {
  return normalize(Float32Array.from(values));
}

// (1 − cos) / 2
function distance(a: Float32Array, b: Float32Array): number {
  return Math.max(0, (1 - dot(a, b)) / 2);
}
