// When each of many was last heard of: noted together and rarely, so that a request costs no write. A crash forgets that some
// were heard of, and nothing else.
import { LruMap } from '../gateway/lru-map.ts';
import type { Registry } from './context.ts';

/** What is noted is as fine as this. */
const everyMs = 60_000;
const noteEveryMs = 5_000;
/** Beyond, who was longest not heard of is noted sooner than need be. */
const maxKept = 20_000;

/** Writes what was heard: id → time. */
type Note = (heard: ReadonlyMap<string, string>) => Promise<void>;

export class NotedTimes {
  readonly #registry: Pick<Registry, 'now' | 'log'>;
  readonly #note: Note;
  readonly #notedAtMs = new LruMap<string, number>(maxKept);
  #toNote = new Map<string, string>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #noting: Promise<void> = Promise.resolve();

  constructor(registry: Pick<Registry, 'now' | 'log'>, note: Note) {
    this.#registry = registry;
    this.#note = note;
  }

  /** @param last when it was heard of as far as is known */
  heard(id: string, last: string | null): void {
    const now = this.#registry.now();
    const before = this.#notedAtMs.get(id) ?? (last === null ? -Infinity : Date.parse(last));
    if (now.getTime() - before < everyMs) return;
    this.#notedAtMs.set(id, now.getTime());
    this.#toNote.set(id, now.toISOString());
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#noting = this.#noting.then(() => this.#flush());
    }, noteEveryMs).unref();
  }

  async #flush(): Promise<void> {
    const heard = this.#toNote;
    if (heard.size === 0) return;
    this.#toNote = new Map();
    try {
      await this.#note(heard);
    } catch (error) {
      this.#registry.log.error({ err: error }, 'who was last heard of could not be noted');
    }
  }

  /** Notes what is left to be noted. */
  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    await this.#noting;
    await this.#flush();
  }
}
