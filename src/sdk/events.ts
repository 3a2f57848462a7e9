// What a client tells of its work, to whoever listens.
import type { AnsweredBy } from '../core/protocol/answered-by.ts';
import type { Offload } from '../core/protocol/offload.ts';
import type { ClientError } from './client-error.ts';

export interface ClientEvents {
  /** A prediction has its answer. `ms`: from the call on. */
  readonly answered: {
    readonly model: string;
    readonly version: string | null;
    readonly answeredBy: AnsweredBy | null;
    readonly ms: number;
  };
  /** The server cannot be reached. */
  readonly offline: { readonly model: string; readonly error: ClientError };
  /** It is tried again, after `waitMs`. */
  readonly retry: {
    readonly model: string;
    readonly attempt: number;
    readonly waitMs: number;
    readonly error: ClientError;
  };
  /** The server has more to do than it can (429, 503). */
  readonly overloaded: {
    readonly model: string;
    readonly retryAfterSeconds: number | null;
    readonly offload: Offload | null;
  };
  /** This program computes in the server's place. */
  readonly fallback: { readonly model: string; readonly error: ClientError };
}

type Listener<Name extends keyof ClientEvents> = (event: ClientEvents[Name]) => void;

export class Events {
  readonly #listeners = new Map<keyof ClientEvents, Set<Listener<never>>>();

  /** @returns what ends it */
  on<Name extends keyof ClientEvents>(name: Name, listener: Listener<Name>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** A listener that throws spoils no prediction: its error is reported as an uncaught one is. */
  emit<Name extends keyof ClientEvents>(name: Name, event: ClientEvents[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        (listener as Listener<Name>)(event);
      } catch (error) {
        setTimeout(() => {
          throw error;
        });
      }
    }
  }
}
