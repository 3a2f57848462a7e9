// A project's examples as they are learnt from: what the store has, with the embeddings that are known. Holds no photo.
import type { Digest } from '../core/artifact/digest.ts';
import type { LabelledEmbeddings } from '../core/teach/labelled-embeddings.ts';
import { NearestNeighbours } from '../core/teach/nearest-neighbours.ts';
import type { Database } from '../device/db.ts';
import { readEmbeddings } from '../device/embeddings.ts';
import { listExamples } from '../device/examples.ts';
import type { Example, Project } from '../device/project-schemas.ts';
import type { EmbedderSession } from './project-embedder.ts';

/** Rows, and what they are of. */
export interface EmbeddedRows extends LabelledEmbeddings {
  readonly ids: readonly string[];
  /** Of the classes that are learnt, in the project's order: `labels` are places in it. */
  readonly classIds: readonly string[];
}

export class ProjectExamples {
  /** Of those that are learnt from. */
  nearest: NearestNeighbours;
  readonly #width: number;
  #embedder: Digest | null = null;
  readonly #embeddings = new Map<string, Float32Array<ArrayBuffer>>();
  /** That this browser does not read. */
  readonly #unreadable = new Set<string>();
  /** Whose file was not there, though the example was: taken away since the store was read. */
  readonly #gone = new Set<string>();
  /** Oldest first. */
  #examples: ReadonlyMap<string, Example> = new Map();
  #classes: Project['classes'] = [];
  #changes = 0;

  constructor(width: number) {
    this.#width = width;
    this.nearest = new NearestNeighbours(width);
  }

  /** Oldest first. */
  get all(): readonly Example[] {
    return [...this.#examples.values()];
  }

  get classes(): Project['classes'] {
    return this.#classes;
  }

  /** Grows with all that changes what is learnt. */
  get changes(): number {
    return this.#changes;
  }

  /** What made the embeddings; null: nothing yet. */
  get embedder(): Digest | null {
    return this.#embedder;
  }

  get embedded(): number {
    return this.#embeddings.size;
  }

  /** Takes over what is in the store now, with the embeddings that are there. */
  async sync(
    db: Database,
    project: Project,
    { digest, width, taken }: Pick<EmbedderSession, 'digest' | 'width' | 'taken'>,
  ): Promise<void> {
    const examples = new Map((await listExamples(db, project.id)).map(example => [example.id, example]));
    if (digest !== this.#embedder) this.#seeBy(digest);
    for (const old of this.#examples.values()) {
      const now = examples.get(old.id);
      // Taken away and shown again, it may lie in the other part.
      if (now?.part !== old.part) this.#forget(old.id);
      else if (now.class !== old.class) this.#relabel(now);
    }
    // Put back meanwhile, it is there again.
    this.#gone.clear();
    const fresh = [...examples.keys()].filter(id => !this.#embeddings.has(id));
    // Of rows none are kept: they are made anew in less time than it takes to read them.
    const found = taken.kind === 'row' ? [] : await readEmbeddings(db, digest, width, fresh);
    const idsOf = (classes: Project['classes']) => classes.map(({ id }) => id).join();
    if (idsOf(this.#classes) !== idsOf(project.classes)) this.#changes++;
    this.#examples = examples;
    this.#classes = project.classes;
    for (const [id, embedding] of found) this.set(id, embedding);
  }

  /** Of an example that went meanwhile, nothing is kept. */
  set(id: string, embedding: Float32Array<ArrayBuffer>): void {
    const example = this.#examples.get(id);
    if (!example) return;
    this.#embeddings.set(id, embedding);
    if (example.part === 'train') this.nearest.add(id, embedding, example.class);
    this.#changes++;
  }

  setUnreadable(id: string): void {
    this.#unreadable.add(id);
  }

  /** Until the store is read anew. */
  setGone(id: string): void {
    this.#gone.add(id);
  }

  /** Ids whose embedding is to be computed; of each class the first come first. */
  pending(): string[] {
    const turns = new Map<string, number>();
    const isWaiting = (id: string): boolean =>
      !this.#embeddings.has(id) && !this.#unreadable.has(id) && !this.#gone.has(id);
    const waiting = this.all.filter(({ id }) => isWaiting(id));
    return waiting
      .map(({ id, class: of }) => {
        const turn = turns.get(of) ?? 0;
        turns.set(of, turn + 1);
        return { id, turn };
      })
      .sort((a, b) => a.turn - b.turn)
      .map(({ id }) => id);
  }

  /** Ids of the classes that have an embedded example to learn from, in the project's order. */
  learntClasses(): string[] {
    const learnt = new Set(
      this.all.filter(({ id, part }) => part === 'train' && this.#embeddings.has(id)).map(each => each.class),
    );
    return this.#classes.map(({ id }) => id).filter(id => learnt.has(id));
  }

  /** Oldest first, of the classes that are learnt; those without embedding are left out. */
  rows(part: Example['part']): EmbeddedRows {
    const classIds = this.learntClasses();
    const places = new Map(classIds.map((id, place) => [id, place]));
    const examples = this.all.filter(
      each => each.part === part && places.has(each.class) && this.#embeddings.has(each.id),
    );
    const embeddings = new Float32Array(examples.length * this.#width);
    examples.forEach(({ id }, row) => embeddings.set(this.#embeddings.get(id)!, row * this.#width));
    return {
      width: this.#width,
      classes: classIds.length,
      classIds,
      ids: examples.map(({ id }) => id),
      embeddings,
      labels: Int32Array.from(examples, example => places.get(example.class)!),
      recordings: examples.map(({ recording }) => recording),
    };
  }

  /** All others were made by another. */
  #seeBy(embedder: Digest): void {
    this.#embedder = embedder;
    this.#embeddings.clear();
    this.nearest = new NearestNeighbours(this.#width);
    this.#changes++;
  }

  #relabel({ id, class: of }: Example): void {
    if (!this.#embeddings.has(id)) return;
    this.nearest.relabel(id, of);
    this.#changes++;
  }

  #forget(id: string): void {
    this.#unreadable.delete(id);
    if (!this.#embeddings.delete(id)) return;
    this.nearest.remove(id);
    this.#changes++;
  }
}
