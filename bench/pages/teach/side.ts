// A side of the teach bench, alone in a worker: it is shown photos, learns classes, and is asked. What differs between the
// sides is a `Teacher`.
import { expose } from 'comlink';
import { type LabelledEmbeddings, rowsAt } from '../../../src/core/teach/labelled-embeddings.ts';
import type { RgbaPhoto } from '../../teach/photo-sets.ts';

export interface Teacher {
  /** Numbers of an embedding. */
  readonly width: number;
  embed(photo: RgbaPhoto): Promise<Float32Array<ArrayBuffer>>;
  /** As soon as it can: what this side's way is to answer from a few examples. @returns the class */
  answer(shown: LabelledEmbeddings, asked: Float32Array<ArrayBuffer>): Promise<number>;
  /** @param wanted share of the tests that ends it early; null: to its end */
  learn(shown: LabelledEmbeddings, tests: LabelledEmbeddings, wanted: number | null): Promise<Learning>;
}

export interface Learning {
  /** Without what it took to look how far it is. */
  readonly milliseconds: number;
  /** Share of the tests. */
  readonly right: number;
}

export interface Side {
  open(backend: string): Promise<void>;
  /** Photos to be shown later, by their places. */
  take(photos: readonly RgbaPhoto[], labels: readonly number[], classes: number): void;
  /** @returns milliseconds from all but the last in hand to an answer to the last */
  firstAnswer(places: readonly number[]): Promise<number>;
  /** From photos in hand; embeddings are made within the time, those of the tests before it. */
  teach(shown: readonly number[], tests: readonly number[], wanted: number): Promise<Learning>;
  /** Share that is right; what was embedded before is not embedded again. */
  accuracy(shown: readonly number[], tests: readonly number[]): Promise<number>;
}

export function serveSide(open: (backend: string) => Promise<Teacher>): void {
  let teacher: Teacher;
  let photos: readonly RgbaPhoto[] = [];
  let labels: readonly number[] = [];
  let classes = 0;
  const kept = new Map<number, Float32Array<ArrayBuffer>>();
  const embedded = async (places: readonly number[], anew: boolean): Promise<LabelledEmbeddings> => {
    const rows = new Float32Array(places.length * teacher.width);
    for (const [i, place] of places.entries()) {
      const known = anew ? undefined : kept.get(place);
      const embedding = known ?? (await teacher.embed(photos[place]!));
      kept.set(place, embedding);
      rows.set(embedding, i * teacher.width);
    }
    const ofRows = Int32Array.from(places, place => labels[place]!);
    return {
      width: teacher.width,
      classes,
      embeddings: rows,
      labels: ofRows,
      recordings: places.map(String),
    };
  };
  const side: Side = {
    async open(backend) {
      teacher = await open(backend);
    },
    take(taken, ofThem, count) {
      [photos, labels, classes] = [taken, ofThem, count];
      kept.clear();
    },
    async firstAnswer(places) {
      const started = performance.now();
      const all = await embedded(places, true);
      const last = places.length - 1;
      const shown = rowsAt(all, [...places.keys()].slice(0, last));
      await teacher.answer(shown, all.embeddings.slice(last * teacher.width));
      return performance.now() - started;
    },
    async teach(shown, tests, wanted) {
      const held = await embedded(tests, false);
      const started = performance.now();
      const rows = await embedded(shown, true);
      const embedMs = performance.now() - started;
      const { milliseconds, right } = await teacher.learn(rows, held, wanted);
      return { milliseconds: embedMs + milliseconds, right };
    },
    async accuracy(shown, tests) {
      const rows = await embedded(shown, false);
      return (await teacher.learn(rows, await embedded(tests, false), null)).right;
    },
  };
  expose(side);
}

export function rightShare(answers: ArrayLike<number>, { labels }: LabelledEmbeddings): number {
  return labels.reduce((sum, label, row) => sum + (answers[row] === label ? 1 : 0), 0) / labels.length;
}
