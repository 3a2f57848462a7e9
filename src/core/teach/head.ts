// A head: what tells classes by embeddings, after it was trained. Plain numbers, so that it is a graph's end as well.
import { softmax } from '../evaluate/decide.ts';
import { seenBy, type View } from './vectors.ts';

export interface Head {
  readonly width: number;
  readonly classes: number;
  /** What embeddings are seen by, before they are brought to length 1. */
  readonly view: View;
  /** [width, classes], row-major. */
  readonly weights: Float32Array<ArrayBuffer>;
  /** [classes] */
  readonly biases: Float32Array<ArrayBuffer>;
}

/** [rows, classes]; embeddings are [rows, width]. */
export function probabilitiesOf(head: Head, embeddings: Float32Array): Float32Array<ArrayBuffer> {
  const { width, classes, view, weights, biases } = head;
  const seen = seenBy(view, embeddings);
  const rows = embeddings.length / width;
  const logits = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    for (let label = 0; label < classes; label++) {
      let sum = biases[label]!;
      for (let i = 0; i < width; i++) sum += seen[row * width + i]! * weights[i * classes + label]!;
      logits[row * classes + label] = sum;
    }
  }
  return softmaxRows(logits, classes, 1);
}

/** [rows, classes], each row a softmax of its logits over the temperature. */
export function softmaxRows(
  logits: Float64Array,
  classes: number,
  temperature: number,
): Float32Array<ArrayBuffer> {
  const probabilities = new Float32Array(logits.length);
  for (let from = 0; from < logits.length; from += classes) {
    const row = Array.from(logits.subarray(from, from + classes), logit => logit / temperature);
    probabilities.set(softmax(row), from);
  }
  return probabilities;
}
