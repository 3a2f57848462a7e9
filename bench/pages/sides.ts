// The sides of a bench that run in a page: a worker each, by the key that the bench calls it by.
import { type Remote, wrap } from 'comlink';

export class Sides<Side> {
  readonly #all = new Map<string, { readonly worker: Worker; readonly side: Remote<Side> }>();

  /** @param open what is asked of it first; rejects as well where the worker's script fails */
  async start(key: string, worker: Worker, open: (side: Remote<Side>) => Promise<unknown>): Promise<void> {
    const side = wrap<Side>(worker);
    this.#all.set(key, { worker, side });
    const failed = new Promise<never>((_, reject) => {
      worker.onerror = event => reject(new Error(event.message));
    });
    await Promise.race([open(side), failed]);
  }

  of(key: string): Remote<Side> {
    const found = this.#all.get(key);
    if (!found) throw new Error(`There is no side ${key}.`);
    return found.side;
  }

  close(key: string): void {
    this.#all.get(key)?.worker.terminate();
    this.#all.delete(key);
  }
}
