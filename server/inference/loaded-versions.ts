// The versions that are open: each loaded once, whoever asks at the same time; replaced only by what is proved; dropped, least
// recently used first, when the memory is wanted. What is dropped or replaced answers those who wait for it, and ends then.
import { type Serving } from '../../src/core/artifact/serving-api.ts';
import { HaversackError, toFailure } from '../../src/core/errors.ts';
import type { Meter } from './meter.ts';
import { RequestQueue } from './request-queue.ts';
import { openRunner, type Runner, type RunnerOptions } from './runner.ts';
import type { VersionFacts, VersionSource } from './version-source.ts';

export interface LoadedVersion {
  readonly model: string;
  readonly version: number;
  readonly facts: VersionFacts;
  readonly runner: Runner;
  readonly queue: RequestQueue;
  /** As its model's settings were when last asked. */
  serving: Serving;
  /** Its place is another's, or nobody's: it takes nobody new. */
  retired: boolean;
}

export type LoadState =
  | { readonly state: 'READY' | 'LOADING' | 'UNLOADING' | 'UNKNOWN' }
  | { readonly state: 'UNAVAILABLE'; readonly reason: string };

export interface LoadedVersionsOptions extends RunnerOptions {
  readonly source: VersionSource;
  readonly meter: Meter;
  /** Of model files, one for each session; the version that is asked for stays even where it alone is larger. */
  readonly maxBytes: number;
}

export class LoadedVersions {
  readonly #options: LoadedVersionsOptions;
  /** In the order of last use. */
  readonly #loaded = new Map<string, LoadedVersion>();
  readonly #loading = new Map<string, Promise<LoadedVersion>>();
  readonly #unloading = new Set<string>();
  /** Why the last try failed. */
  readonly #failures = new Map<string, string>();
  readonly #waiting = new Map<string, number>();
  readonly #ending = new Set<Promise<void>>();
  #closed = false;

  constructor(options: LoadedVersionsOptions) {
    this.#options = options;
  }

  /** Null where it is not open. */
  peek(model: string, version: number): LoadedVersion | null {
    const key = keyOf(model, version);
    const loaded = this.#loaded.get(key);
    if (!loaded) return null;
    this.#loaded.delete(key);
    this.#loaded.set(key, loaded);
    return loaded;
  }

  /** @throws HaversackError as `VersionSource.read` and `openRunner`; `Unavailable` when closed */
  async get(model: string, version: number): Promise<LoadedVersion> {
    for (;;) {
      const loaded = this.peek(model, version) ?? (await this.#load(model, version));
      // Dropped for another in the moment before it was used.
      if (!loaded.retired) return loaded;
    }
  }

  /**
   * Loads it anew. What is there answers until the new one is proved, and for ever where it is not.
   * @throws HaversackError as `get`
   */
  async reload(model: string, version: number): Promise<void> {
    await this.#load(model, version);
  }

  /** Resolves when those who wait for it have been answered and it is gone; at once where it is not there. */
  async unload(model: string, version: number): Promise<void> {
    const key = keyOf(model, version);
    await this.#loading.get(key)?.catch(() => undefined);
    const loaded = this.#loaded.get(key);
    if (!loaded) return;
    this.#loaded.delete(key);
    this.#unloading.add(key);
    await this.#end(loaded, 'unloaded').finally(() => this.#unloading.delete(key));
  }

  stateOf(model: string, version: number): LoadState {
    const key = keyOf(model, version);
    if (this.#loaded.has(key)) return { state: 'READY' };
    if (this.#loading.has(key)) return { state: 'LOADING' };
    if (this.#unloading.has(key)) return { state: 'UNLOADING' };
    const reason = this.#failures.get(key);
    return reason === undefined ? { state: 'UNKNOWN' } : { state: 'UNAVAILABLE', reason };
  }

  /** Those that are open or being opened. */
  versionsOf(model: string): number[] {
    const prefix = keyOf(model, '');
    return [...new Set([...this.#loaded.keys(), ...this.#loading.keys()])]
      .filter(key => key.startsWith(prefix))
      .map(key => Number(key.slice(prefix.length)));
  }

  /** Ends every session, each after its last run. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#loading.values());
    const all = [...this.#loaded.values()];
    this.#loaded.clear();
    await Promise.all([...this.#ending, ...all.map(loaded => this.#end(loaded, 'unloaded'))]);
  }

  #load(model: string, version: number): Promise<LoadedVersion> {
    if (this.#closed) return Promise.reject(new HaversackError('Unavailable', 'the server stops'));
    const key = keyOf(model, version);
    const present = this.#loading.get(key);
    if (present) return present;
    const { meter } = this.#options;
    const loading = this.#open(model, version)
      .then(
        async loaded => {
          this.#failures.delete(key);
          meter.load(model, String(version), 'ready');
          await this.#admit(key, loaded);
          return loaded;
        },
        (error: unknown) => {
          // The next request tries again. What is not there is not kept in mind: callers think of any number of versions.
          const { code, detail } = toFailure(error);
          if (code !== 'NotFound') {
            this.#failures.set(key, detail);
            meter.load(model, String(version), 'failed');
          }
          throw error;
        },
      )
      .finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return loading;
  }

  async #open(model: string, version: number): Promise<LoadedVersion> {
    const { source } = this.#options;
    const [facts, files, serving] = await Promise.all([
      source.facts(model, version),
      source.read(model, version),
      source.serving(model),
    ]);
    const name = keyOf(model, version);
    const read = async () => (await source.read(model, version)).file;
    const runner = await openRunner({ name, ...files, read }, this.#options);
    const limits = () => loaded.serving;
    const queue = new RequestQueue({ name, runner, limits, events: this.#eventsOf(model, version) });
    const loaded: LoadedVersion = { model, version, facts, runner, queue, serving, retired: false };
    return loaded;
  }

  #eventsOf(model: string, version: number): ConstructorParameters<typeof RequestQueue>[0]['events'] {
    const { meter } = this.#options;
    return {
      waiting: change => {
        if (change === 0) return;
        const waiting = (this.#waiting.get(model) ?? 0) + change;
        this.#waiting.set(model, waiting);
        meter.queue(model, waiting);
      },
      batch: (requests, rows, seconds) => meter.batch(model, String(version), requests, rows, seconds),
    };
  }

  /** Takes its place, and makes room by what was not used for longest. Those that still load are not counted yet. */
  async #admit(key: string, loaded: LoadedVersion): Promise<void> {
    const before = this.#loaded.get(key);
    this.#loaded.delete(key);
    this.#loaded.set(key, loaded);
    const out: Promise<void>[] = before ? [this.#end(before, null)] : [];
    for (const [other, entry] of [...this.#loaded]) {
      if (this.#bytes() <= this.#options.maxBytes) break;
      if (entry === loaded) continue;
      this.#loaded.delete(other);
      out.push(this.#end(entry, 'evicted'));
    }
    this.#tellSessions();
    // Only what is idle: the new one does not wait for what the old ones still have to do.
    await Promise.all(out);
  }

  /** Resolves when an idle one is gone; for a busy one at once: it goes when it has answered. */
  async #end(loaded: LoadedVersion, outcome: 'evicted' | 'unloaded' | null): Promise<void> {
    loaded.retired = true;
    if (outcome) this.#options.meter.load(loaded.model, String(loaded.version), outcome);
    this.#tellSessions();
    const ending = loaded.queue.idle().then(() => loaded.runner.dispose());
    this.#ending.add(ending);
    const forget = () => this.#ending.delete(ending);
    void ending.then(forget, forget);
    if (outcome === 'unloaded' || !loaded.queue.isBusy) await ending;
  }

  #bytes(): number {
    let bytes = 0;
    for (const { runner } of this.#loaded.values()) bytes += runner.bytes;
    return bytes;
  }

  #tellSessions(): void {
    this.#options.meter.sessions(this.#loaded.size, this.#bytes());
  }
}

function keyOf(model: string, version: number | ''): string {
  return `${model}@${version}`;
}
