// A request that a front took, as the primary has it: its way through the gate, what it asks, and whether anybody waits for it.
import { HaversackError } from '../../src/core/errors.ts';
import type { InferContext, Resolved } from '../../src/core/serve/service.ts';
import type { Entry } from '../gateway/entry.ts';
import { tenantOf } from '../gateway/identity.ts';
import type { EnterMessage } from './enter-message.ts';

export class Visit {
  readonly entry: Entry;
  readonly #message: EnterMessage;
  #resolved: Resolved | null = null;
  #isOver = false;
  #gone: AbortController | null = null;

  constructor(entry: Entry, message: EnterMessage) {
    this.entry = entry;
    this.#message = message;
  }

  /** What it asks. @throws HaversackError `Internal` before it was resolved: a front's mistake */
  get resolved(): Resolved {
    if (this.#resolved) return this.#resolved;
    throw new HaversackError('Internal', 'a front asks before it knows what');
  }

  resolvedTo(resolved: Resolved): void {
    this.#resolved = resolved;
  }

  /** For whoever computes. @param elapsedMs since the request's body had come */
  contextAfter(elapsedMs: number): InferContext {
    const { passOn, timeoutMs } = this.#message;
    const signal = () => this.#signal;
    return {
      get signal() {
        return signal();
      },
      isGone: () => this.#isOver,
      arrivedAt: performance.now() - elapsedMs,
      tenant: tenantOf(this.entry.caller),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      passOn: () => JSON.parse(passOn) as Record<string, string>,
    };
  }

  /** For the log. */
  get requestId(): string {
    return (JSON.parse(this.#message.passOn) as Record<string, string>)['x-request-id'] ?? '';
  }

  /** Its answer is out, or nobody waits for it: what it held is given back, what it waits for is dropped. */
  end(failed: boolean): void {
    this.#isOver = true;
    this.entry.end(failed);
    this.#gone?.abort(new Error('the caller went'));
  }

  /** Made only for those who listen. */
  get #signal(): AbortSignal {
    this.#gone ??= new AbortController();
    if (this.#isOver) this.#gone.abort(new Error('the caller went'));
    return this.#gone.signal;
  }
}
