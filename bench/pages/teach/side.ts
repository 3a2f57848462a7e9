// A side of the teach bench, alone in a worker: it is shown photos, learns classes, and is asked. What differs between the
// sides is a `Teacher`.
import { expose } from 'comlink';
import { HeadTurns } from '../../../src/core/teach/head-turns.ts';
import { type LabelledEmbeddings, rowsAt } from '../../../src/core/teach/labelled-embeddings.ts';
import type { RgbaPhoto } from '../../teach/photo-sets.ts';

export interface Teacher {
  /** Numbers of an embedding. */
  readonly width: number;
  embed(photo: RgbaPhoto): Promise<Float32Array<ArrayBuffer>>;
  /** As soon as it can: what this side's way is to answer from a few examples. @returns the class */
  answer(shown: LabelledEmbeddings, asked: Float32Array<ArrayBuffer>): Promise<number>;
  /** Whether it learns while photos still come in; else when all are embedded, as Teachable Machine does. */
  readonly learnsAsTheyCome: boolean;
  /** @param wanted share of the tests that ends it early; null: to its end */
  learn(shown: LabelledEmbeddings, tests: LabelledEmbeddings, wanted: number | null): Promise<Learning>;
}

export interface Learning {
  /** Without what it took to look how far it is. */
  readonly milliseconds: number;
  /** Share of the tests. */
  readonly right: number;
}

export interface Taught extends Learning {
  /** Of the photos, how many it had learnt from then. */
  readonly learntFrom: number;
}

export interface Side {
  open(backend: string): Promise<void>;
  /** Photos to be shown later, by their places. */
  take(photos: readonly RgbaPhoto[], labels: readonly number[], classes: number): void;
  /**
   * Photos come one after another, and are embedded as they come; the last is asked as soon as the one before it is there.
   * @param betweenMs 0: all are there at once
   * @returns milliseconds from that moment to an answer
   */
  firstAnswer(places: readonly number[], betweenMs: number): Promise<number>;
  /** From photos in hand; embeddings are made within the time, those of the tests before it. */
  teach(shown: readonly number[], tests: readonly number[], wanted: number): Promise<Taught>;
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
    async firstAnswer(places, betweenMs) {
      const started = performance.now();
      const last = places.length - 1;
      const comesAt = (turn: number) => started + Math.min(turn, last - 1) * betweenMs;
      for (const [turn, place] of places.entries()) {
        const waitMs = comesAt(turn) - performance.now();
        if (waitMs > 0) await new Promise(resolve => setTimeout(resolve, waitMs));
        await embedded([place], true);
      }
      const all = await embedded(places, false);
      const shown = rowsAt(all, [...places.keys()].slice(0, last));
      await teacher.answer(shown, all.embeddings.slice(last * teacher.width));
      return performance.now() - comesAt(last);
    },
    async teach(shown, tests, wanted) {
      const held = await embedded(tests, false);
      const turns = new HeadTurns();
      let spent = 0;
      // As the app does: of each class the first come first.
      const order = inTurns(shown, labels);
      for (let i = 0; i < order.length; i++) {
        const started = performance.now();
        await embedded([order[i]!], true);
        spent += performance.now() - started;
        const isLast = i + 1 === order.length;
        if (!isLast && !(teacher.learnsAsTheyCome && turns.isReached(i + 1))) continue;
        const rows = await embedded(order.slice(0, i + 1), false);
        const { milliseconds, right } = await teacher.learn(rows, held, wanted);
        spent += milliseconds;
        if (isLast || right >= wanted) return { milliseconds: spent, right, learntFrom: i + 1 };
      }
      throw new Error('nothing was shown');
    },
    async accuracy(shown, tests) {
      const rows = await embedded(shown, false);
      return (await teacher.learn(rows, await embedded(tests, false), null)).right;
    },
  };
  expose(side);
}

/** The first of each class, then the second of each, and so on. */
function inTurns(places: readonly number[], labels: readonly number[]): number[] {
  const counts = new Map<number, number>();
  const turns = places.map(place => {
    const turn = counts.get(labels[place]!) ?? 0;
    counts.set(labels[place]!, turn + 1);
    return { place, turn };
  });
  return turns.sort((a, b) => a.turn - b.turn).map(({ place }) => place);
}

export function rightShare(answers: ArrayLike<number>, { labels }: LabelledEmbeddings): number {
  return labels.reduce((sum, label, row) => sum + (answers[row] === label ? 1 : 0), 0) / labels.length;
}
