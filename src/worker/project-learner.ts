// Learns a project while it is taught: embeds what was shown, one at a time or many rows at once, and trains a head now and then,
// and when nothing waits. What is in the store counts: it is read anew whenever that changes.
import { toFailure } from '../core/errors.ts';
import { HeadTurns } from '../core/teach/head-turns.ts';
import type { Tensor } from '../core/tensor.ts';
import type { TrainControl } from '../core/train/engine.ts';
import { onChanges } from '../device/changes.ts';
import type { Database } from '../device/db.ts';
import { keepEmbedding } from '../device/embeddings.ts';
import { readExampleFile } from '../device/examples.ts';
import { readProject } from '../device/projects.ts';
import { LatestOnly } from './latest-only.ts';
import { ProjectAnswerer } from './project-answerer.ts';
import type { ChosenEmbedder, EmbedderSession } from './project-embedder.ts';
import { ProjectExamples } from './project-examples.ts';
import { ProjectRows } from './project-rows.ts';
import type { LiveAnswer, ProjectStanding, Shown } from './protocol.ts';
import { RunControl } from './run-control.ts';
import { askedTensor, shownTensor } from './shown-tensor.ts';

/** Between two reports, while photos are embedded. */
const reportEveryMs = 150;
/** Rows that are embedded at once: some milliseconds, after which others get their turn. */
const rowsAtOnce = 512;

type OnStanding = (standing: ProjectStanding) => void;

export class ProjectLearner {
  readonly examples: ProjectExamples;
  readonly answerer: ProjectAnswerer;
  /** Stopped when it is closed. */
  readonly control: RunControl;
  readonly #db: Database;
  readonly #project: string;
  readonly #embedder: EmbedderSession;
  /** Null: what is shown are no rows. */
  readonly #rows: ProjectRows | null;
  readonly #looks = new LatestOnly((shown: Shown) => this.#answer(shown));
  readonly #listeners = new Set<OnStanding>();
  readonly #unlisten: () => void;
  readonly #turns = new HeadTurns();
  #learning: Promise<void> | null = null;
  #isStale = true;
  #reportedAt = 0;

  /**
   * @param embedder is the learner's from then on, and closed with it
   * @param within looked at too, between examples
   */
  constructor(db: Database, project: string, embedder: EmbedderSession, within: TrainControl | null = null) {
    this.control = new RunControl(within);
    this.#db = db;
    this.#project = project;
    this.#embedder = embedder;
    const { taken } = embedder;
    this.#rows = taken.kind === 'row' ? new ProjectRows(taken.columns) : null;
    this.examples = new ProjectExamples(embedder.width);
    this.answerer = new ProjectAnswerer(this.examples);
    this.#unlisten = onChanges(({ type }) => {
      if (type === 'examples' || type === 'projects') this.#isStale = true;
    });
  }

  /**
   * Resolves when all that is in the store is learnt.
   * @throws HaversackError `Aborted` where it is closed meanwhile; `NotFound`, `RuntimeFailed`, `QuotaExceeded`
   */
  async learn(onStanding: OnStanding = () => undefined): Promise<ProjectStanding> {
    this.#listeners.add(onStanding);
    this.#isStale = true;
    try {
      this.#learning ??= this.#learnAll().finally(() => {
        this.#learning = null;
      });
      await this.#learning;
      return this.#standing();
    } finally {
      this.#listeners.delete(onStanding);
    }
  }

  /**
   * Of what comes while something else is looked at, the latest is answered.
   * @throws HaversackError `Aborted` where a newer one came; `InputInvalid`, `RuntimeFailed`
   */
  look(shown: Shown): Promise<LiveAnswer> {
    return this.#looks.run(shown);
  }

  /** What embeds what it is shown, as it is now. @throws HaversackError `NotInstalled`, `ChunkInvalid` */
  chosen(): Promise<ChosenEmbedder> {
    return this.#embedder.chosen();
  }

  /** What is under way ends at its next step. */
  async close(): Promise<void> {
    this.#unlisten();
    this.control.stop();
    await this.#learning?.catch(() => undefined);
    await this.#embedder.dispose();
  }

  async #answer(shown: Shown): Promise<LiveAnswer> {
    await this.control.checkpoint();
    const started = performance.now();
    const asked = askedTensor(shown, this.#embedder.taken);
    for (;;) {
      const { digest } = this.#embedder;
      const embedding = await this.#embedder.embed(asked);
      // Made anew meanwhile, either may have embedded it.
      if (digest !== this.#embedder.digest) continue;
      return { ...this.answerer.answer(embedding, digest), embedMs: performance.now() - started };
    }
  }

  async #learnAll(): Promise<void> {
    do {
      await this.#sync();
      await (this.#rows ? this.#embedRows(this.#rows) : this.#embedPending());
      if (this.#isBehind()) continue;
      await this.#train();
    } while (this.#isBehind());
  }

  /** Whether the store has changed since it was read. */
  #isBehind(): boolean {
    return this.#isStale;
  }

  async #sync(): Promise<void> {
    await this.control.checkpoint();
    // Before it is read: what changes meanwhile is read again.
    this.#isStale = false;
    if (this.#rows) {
      await this.#rows.sync(this.#db, this.#project);
      await this.#embedder.fitTo(this.#rows.learnt());
    }
    await this.examples.sync(this.#db, await readProject(this.#db, this.#project), this.#embedder);
  }

  /**
   * While one photo is embedded the next is decoded, and the embedding of the one before is kept: no more than two photos are
   * in memory.
   */
  async #embedPending(): Promise<void> {
    const pending = this.examples.pending();
    let next = pending[0] === undefined ? null : this.#photo(pending[0]);
    let keeping: Promise<void> = Promise.resolve();
    for (const [i, id] of pending.entries()) {
      await this.control.checkpoint();
      const photo = await next;
      const following = pending[i + 1];
      next = following === undefined || this.#isBehind() ? null : this.#photo(following);
      if (photo === 'gone') this.examples.setGone(id);
      else if (photo === 'unreadable') this.examples.setUnreadable(id);
      else if (photo) {
        const embedding = await this.#embedder.embed(photo);
        this.examples.set(id, embedding);
        await keeping;
        keeping = this.#keep(id, embedding);
        // Heard of when it is awaited, also where something else fails before.
        keeping.catch(() => undefined);
      }
      if (this.#turns.isReached(this.examples.embedded)) await this.#train();
      else this.#reportSometimes();
      if (this.#isBehind()) break;
    }
    await keeping;
    await next;
  }

  async #embedRows(rows: ProjectRows): Promise<void> {
    const { samples, width } = this.#embedder;
    const atOnce = samples === 1 ? 1 : rowsAtOnce;
    const pending = this.examples.pending();
    for (const id of pending.filter(each => !rows.has(each))) this.examples.setGone(id);
    const there = pending.filter(id => rows.has(id));
    for (let from = 0; from < there.length && !this.#isBehind(); from += atOnce) {
      await this.control.checkpoint();
      const some = there.slice(from, from + atOnce);
      const embeddings = await this.#embedder.embed(rows.tensor(some));
      some.forEach((id, i) => this.examples.set(id, embeddings.slice(i * width, (i + 1) * width)));
      this.#reportSometimes();
    }
  }

  async #train(): Promise<void> {
    await this.answerer.train(this.control);
    this.#report();
  }

  /** Without room it is computed again next time, and nothing else is lost. */
  async #keep(id: string, embedding: Float32Array): Promise<void> {
    await keepEmbedding(this.#db, this.#embedder.digest, id, embedding).catch((error: unknown) => {
      if (toFailure(error).code !== 'QuotaExceeded') throw error;
    });
  }

  async #photo(id: string): Promise<Tensor | 'gone' | 'unreadable'> {
    try {
      const file = await readExampleFile(this.#db, id);
      return file ? await shownTensor(file, this.#embedder.taken) : 'gone';
    } catch (error) {
      console.warn(`haversack: example ${id.slice(0, 12)} is left aside. ${toFailure(error).detail}`);
      return 'unreadable';
    }
  }

  #standing(): ProjectStanding {
    return {
      examples: this.examples.all.length,
      pending: this.examples.pending().length,
      by: this.answerer.by,
      ...this.answerer.shares,
    };
  }

  #reportSometimes(): void {
    if (performance.now() - this.#reportedAt >= reportEveryMs) this.#report();
  }

  #report(): void {
    this.#reportedAt = performance.now();
    const standing = this.#standing();
    for (const listener of this.#listeners) listener(standing);
  }
}
