// News for those who listen: published after the commit, never before. Knows no HTTP.
import type { RegistryEvent } from '../../src/core/artifact/registry-api.ts';

type Listener = (event: RegistryEvent) => void;

export class EventHub {
  readonly #listeners = new Set<Listener>();

  publish(event: RegistryEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** The returned function ends it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}
