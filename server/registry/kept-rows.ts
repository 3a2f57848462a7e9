// What the gate asks for at every request, kept in memory. One process has the data folder; whoever changes a row says so.
import { LruMap } from '../gateway/lru-map.ts';

/** Beyond, those that were longest not asked for are read again. */
const maxKept = 20_000;

export class KeptRows<T> {
  readonly #read: (key: string) => Promise<T | null>;
  /** What is being read is in it too. */
  readonly #kept = new LruMap<string, Promise<T | null>>(maxKept);

  constructor(read: (key: string) => Promise<T | null>) {
    this.#read = read;
  }

  find(key: string): Promise<T | null> {
    const known = this.#kept.get(key);
    if (known) return known;
    const reading = this.#start(key);
    this.#kept.set(key, reading);
    return reading;
  }

  /** What is not there is not kept: anybody may ask in the name of one. */
  #start(key: string): Promise<T | null> {
    const reading = this.#read(key);
    const forget = () => {
      if (this.#kept.get(key) === reading) this.#kept.delete(key);
    };
    reading.then(row => {
      if (row === null) forget();
    }, forget);
    return reading;
  }

  forget(key: string): void {
    this.#kept.delete(key);
  }

  clear(): void {
    this.#kept.clear();
  }
}
