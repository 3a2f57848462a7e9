// When this program computes by itself. How it does is in a part that is fetched with its first use.
import type { ClientError } from './client-error.ts';
import type { Described } from './described.ts';
import type { LocalPart } from './local-part.ts';
import type { ClientOptions } from './options.ts';
import type { Scope } from './scope.ts';
import { nameOf, type Target } from './target.ts';

const defaultMaxBytes = 32 * 2 ** 20;
/** A model that could not be fetched is not tried again at each prediction. */
const refusedForMs = 60_000;

export class Local {
  readonly #url: string;
  readonly #runtime: NonNullable<ClientOptions['runtime']>;
  readonly #options: ClientOptions;
  readonly #maxBytes: number;
  readonly #refusedUntil = new Map<string, number>();
  #loading: Promise<LocalPart> | null = null;
  #part: LocalPart | null = null;

  constructor(url: string, runtime: NonNullable<ClientOptions['runtime']>, options: ClientOptions) {
    this.#url = url;
    this.#runtime = runtime;
    this.#options = options;
    this.#maxBytes = options.localMaxBytes ?? defaultMaxBytes;
  }

  /** Whether the model is here, or the server says what it takes, in place of what it did not answer. */
  canReplace(target: Target, error: ClientError): boolean {
    if (!error.isUnheard) return false;
    return this.#has(target) || (error.offload !== null && error.offload.bytes <= this.#maxBytes);
  }

  /** What `canReplace` said could be done. @throws ClientError */
  async inPlaceOf(target: Target, { offload }: ClientError, { signal }: Scope): Promise<LocalPart> {
    const part = await this.#load();
    if (!part.has(target)) await part.open(target, offload, signal);
    return part;
  }

  /** Null where the server is to be asked: it is preferred, or the model cannot be had here. */
  async preferred(target: Target, { signal }: Scope): Promise<LocalPart | null> {
    const name = nameOf(target);
    if (this.#options.local !== 'prefer' || (this.#refusedUntil.get(name) ?? 0) > performance.now())
      return null;
    try {
      const part = await this.#load();
      if (!part.has(target)) await part.open(target, null, signal);
      return part;
    } catch (error) {
      if (signal.aborted) throw error;
      this.#refusedUntil.set(name, performance.now() + refusedForMs);
      return null;
    }
  }

  describe(target: Target): Described | null {
    return this.#has(target) ? this.#part!.describe(target) : null;
  }

  /** @throws ClientError */
  async prepare(target: Target, signal: AbortSignal): Promise<void> {
    const part = await this.#load();
    if (!part.has(target)) await part.open(target, null, signal);
  }

  async dispose(): Promise<void> {
    await this.#part?.dispose();
  }

  #has(target: Target): boolean {
    return this.#part?.has(target) === true;
  }

  async #load(): Promise<LocalPart> {
    const { key, registryKey, fetch } = this.#options;
    this.#loading ??= import('./local/open-local.ts').then(({ openLocal }) =>
      openLocal({
        url: this.#url,
        runtime: this.#runtime,
        key,
        registryKey,
        fetch,
        maxBytes: this.#maxBytes,
      }),
    );
    try {
      return (this.#part = await this.#loading);
    } catch (error) {
      this.#loading = null;
      throw error;
    }
  }
}
