// Who answers while a project is taught: the nearest examples, or a head that was trained on all of them. Knows no photos and
// no store.
import type { Digest } from '../core/artifact/digest.ts';
import { chooseAnswerer } from '../core/teach/choose-answerer.ts';
import { probabilitiesOf } from '../core/teach/head.ts';
import { trainHead, type TrainedHead } from '../core/teach/train-head.ts';
import type { TrainControl } from '../core/train/engine.ts';
import type { EmbeddedRows, ProjectExamples } from './project-examples.ts';
import type { ClassScore, LiveAnswer, ProjectStanding } from './protocol.ts';

/** From so many examples on, of two classes or more, there is an answer. */
const fewestExamples = 5;
/** Of fewer held-out examples a share of right answers says nothing. */
const fewestHeldOut = 5;

/** A head, and the rows it was learnt from. */
export interface Learnt extends TrainedHead {
  readonly rows: EmbeddedRows;
}

type Shares = Pick<ProjectStanding, 'nearest' | 'head' | 'heldOut'>;

export class ProjectAnswerer {
  readonly #examples: ProjectExamples;
  #learnt: Learnt | null = null;
  /** Whether the head was right at least as often as the nearest. */
  #isHeadBetter = false;
  /** What made the embeddings that the head was trained on. */
  #learntBy: Digest | null = null;
  /** What `changes` was when the head was trained. */
  #learntAt = -1;
  #shares: Shares = { nearest: null, head: null, heldOut: 0 };

  constructor(examples: ProjectExamples) {
    this.#examples = examples;
  }

  /** Null before there was enough to train a head on. */
  get learnt(): Learnt | null {
    return this.#learnt;
  }

  /** As of the last training. */
  get shares(): Shares {
    return this.#shares;
  }

  /** Null: there is too little to answer by. */
  get by(): LiveAnswer['by'] {
    const classes = this.#examples.learntClasses();
    if (this.#examples.embedded < fewestExamples || classes.length < 2) return null;
    const known = this.#learntBy === this.#examples.embedder ? this.#learnt?.rows.classIds : undefined;
    // One that was trained on embeddings of another embedder knows none of this one's. One that has not heard of a class, or of its going, waits for the next training.
    return this.#isHeadBetter && known?.join() === classes.join() ? 'head' : 'nearest';
  }

  /** Trains a head where something changed since. @throws HaversackError `Aborted` */
  async train(control: TrainControl): Promise<void> {
    const { changes, embedder } = this.#examples;
    if (changes === this.#learntAt) return;
    const rows = this.#examples.rows('train');
    const learnt = rows.classes < 2 ? null : { ...(await trainHead(rows, control)), rows };
    const choice = learnt && (await chooseAnswerer(rows, learnt, control));
    this.#learnt = learnt;
    this.#isHeadBetter = choice?.by === 'head';
    this.#learntBy = embedder;
    this.#learntAt = changes;
    this.#shares = await this.#judge(control);
  }

  /**
   * All classes, the likeliest first; none where what it was embedded by is not what the examples were.
   * @param embedding [width]
   */
  answer(embedding: Float32Array<ArrayBuffer>, embedder: Digest): Pick<LiveAnswer, 'by' | 'scores'> {
    const by = embedder === this.#examples.embedder ? this.by : null;
    if (by === null) return { by, scores: [] };
    const known = by === 'head' ? this.#byHead(embedding) : this.#examples.nearest.answer(embedding);
    const scores: ClassScore[] = this.#examples.classes.map(({ id }) => ({
      class: id,
      probability: known.get(id) ?? 0,
    }));
    return { by, scores: scores.sort((a, b) => b.probability - a.probability) };
  }

  #byHead(embedding: Float32Array<ArrayBuffer>): Map<string, number> {
    const { head, rows } = this.#learnt!;
    const probabilities = probabilitiesOf(head, embedding);
    return new Map(rows.classIds.map((id, place) => [id, probabilities[place]!]));
  }

  /** Both on what neither has seen. @throws HaversackError `Aborted` */
  async #judge(control: TrainControl): Promise<Shares> {
    const rows = this.#examples.rows('test');
    const heldOut = rows.ids.length;
    if (heldOut < fewestHeldOut || rows.classes < 2) return { nearest: null, head: null, heldOut };
    return {
      nearest: await rightShare(rows, control, embedding => this.#examples.nearest.answer(embedding)),
      head: this.#learnt && (await rightShare(rows, control, embedding => this.#byHead(embedding))),
      heldOut,
    };
  }
}

async function rightShare(
  { width, ids, labels, classIds, embeddings }: EmbeddedRows,
  control: TrainControl,
  answer: (embedding: Float32Array<ArrayBuffer>) => ReadonlyMap<string, number>,
): Promise<number> {
  let right = 0;
  for (const row of ids.keys()) {
    // Each looks at all that is learnt: thousands of them take seconds, and who asks meanwhile is not to wait for the last.
    await control.checkpoint();
    const scores = [...answer(embeddings.slice(row * width, (row + 1) * width))];
    const [best] = scores.reduce((a, b) => (b[1] > a[1] ? b : a));
    if (best === classIds[labels[row]!]) right++;
  }
  return right / ids.length;
}
