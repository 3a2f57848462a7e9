// Answers by the examples that are most alike: nothing is trained, so the first answer is there with the first examples,
// and what is added, moved or taken away counts at once.
import { dot, seenBy, type View, viewOf } from './vectors.ts';

/** Examples that vote. */
export const votes = 5;
/** An example as alike as can be would outvote all others otherwise. */
const closest = 1e-3;

/**
 * k-NN on cosines (k = 5), votes weighted by 1 / distance (Dudani, "The Distance-Weighted k-Nearest-Neighbor Rule", IEEE
 * Trans. SMC 6(4), 1976). Embeddings are seen by the view of all of them: what they have in common tells nothing.
 */
export class NearestNeighbours {
  readonly width: number;
  readonly #ids: string[] = [];
  readonly #labels: string[] = [];
  readonly #places = new Map<string, number>();
  /** [capacity, width]; the first `#ids.length` rows count. */
  #rows: Float32Array<ArrayBuffer>;
  /** The same as they are seen; null: to be made anew. */
  #seen: { readonly view: View; readonly rows: Float32Array<ArrayBuffer> } | null = null;

  constructor(width: number) {
    this.width = width;
    this.#rows = new Float32Array(16 * width);
  }

  get size(): number {
    return this.#ids.length;
  }

  /** The embedding is copied. An id that is there already is replaced. */
  add(id: string, embedding: Float32Array, label: string): void {
    if (embedding.length !== this.width) {
      throw new RangeError(`NearestNeighbours: ${embedding.length} numbers, wanted ${this.width}`);
    }
    this.remove(id);
    const place = this.#ids.length;
    if ((place + 1) * this.width > this.#rows.length) this.#grow();
    this.#rows.set(embedding, place * this.width);
    this.#ids.push(id);
    this.#labels.push(label);
    this.#places.set(id, place);
    this.#seen = null;
  }

  /** What is not there is not removed. */
  remove(id: string): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    const last = this.#ids.length - 1;
    this.#rows.copyWithin(place * this.width, last * this.width, (last + 1) * this.width);
    this.#ids[place] = this.#ids[last]!;
    this.#labels[place] = this.#labels[last]!;
    this.#places.set(this.#ids[place], place);
    this.#places.delete(id);
    this.#ids.pop();
    this.#labels.pop();
    this.#seen = null;
  }

  relabel(id: string, label: string): void {
    const place = this.#places.get(id);
    if (place !== undefined) this.#labels[place] = label;
  }

  /** Label → share of the votes, 0 to 1; their sum is 1. Of all labels there are; empty without examples. */
  answer(embedding: Float32Array): Map<string, number> {
    const scores = new Map(this.#labels.map(label => [label, 0]));
    let sum = 0;
    for (const { place, similarity } of this.#nearest(embedding)) {
      const weight = 1 / Math.max(closest, 1 - similarity);
      const label = this.#labels[place]!;
      scores.set(label, scores.get(label)! + weight);
      sum += weight;
    }
    for (const [label, score] of scores) scores.set(label, score / sum);
    return scores;
  }

  /** The most alike first. */
  #nearest(embedding: Float32Array): { place: number; similarity: number }[] {
    const { view, rows } = (this.#seen ??= this.#look());
    const asked = seenBy(view, embedding);
    const found: { place: number; similarity: number }[] = [];
    for (let place = 0; place < this.#ids.length; place++) {
      const row = rows.subarray(place * this.width, (place + 1) * this.width);
      const similarity = dot(asked, row);
      if (found.length === votes && similarity <= found.at(-1)!.similarity) continue;
      const at = found.findIndex(other => similarity > other.similarity);
      found.splice(at < 0 ? found.length : at, 0, { place, similarity });
      found.length = Math.min(found.length, votes);
    }
    return found;
  }

  #look(): { readonly view: View; readonly rows: Float32Array<ArrayBuffer> } {
    const rows = this.#rows.subarray(0, this.#ids.length * this.width);
    const view = viewOf(rows, this.width);
    return { view, rows: seenBy(view, rows) };
  }

  #grow(): void {
    const rows = new Float32Array(2 * this.#rows.length);
    rows.set(this.#rows);
    this.#rows = rows;
  }
}
