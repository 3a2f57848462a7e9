// What the Model Server and the gateway tell of themselves while they work: counted for /metrics, and by nobody in tests.

export interface Meter {
  /** One request was answered, or was not. @param outcome `ok` or an error code */
  request(model: string, version: string, outcome: string, seconds: number): void;
  /** One run of a session over so many rows that were so many requests. */
  batch(model: string, version: string, requests: number, rows: number, seconds: number): void;
  /** Requests of a model that wait, whenever that changes. */
  queue(model: string, waiting: number): void;
  cache(model: string, result: 'hit' | 'miss' | 'shared'): void;
  /** Sessions that are open, and the bytes of their files, whenever that changes. */
  sessions(open: number, bytes: number): void;
  load(model: string, version: string, outcome: 'ready' | 'failed' | 'evicted' | 'unloaded'): void;
  /** Somebody was turned away. @param reason an error code */
  shed(model: string, reason: string): void;
  /** How an upstream is, whenever that changes; null when it is removed. */
  upstream(id: string, state: { readonly healthy: boolean; readonly outstanding: number } | null): void;
  /** One try at an upstream. @param outcome `ok`, a status, or what broke */
  tried(id: string, outcome: string, seconds: number): void;
}

const nothing = () => undefined;

export const silentMeter: Meter = {
  request: nothing,
  batch: nothing,
  queue: nothing,
  cache: nothing,
  sessions: nothing,
  load: nothing,
  shed: nothing,
  upstream: nothing,
  tried: nothing,
};
