// Starts a worker for each side of the import bench, and hands the bench's calls on to them.
import { type Remote, wrap } from 'comlink';
import { difference } from '../../imports/answers.ts';
import type { ModelSpec, Side } from './side.ts';

/** Who predicts, and on what. */
export interface ImportSide {
  readonly library: 'ours' | 'tfjs';
  readonly backend: 'wasm' | 'webgpu';
  /** `one`: the worker is told that there is one core. */
  readonly threads: 'one' | 'all';
}

interface ImportSides {
  start(key: string, side: ImportSide): Promise<void>;
  open(key: string, spec: ModelSpec): Promise<number>;
  turn(key: string, count: number): Promise<number>;
  /** Output → how far apart two sides are. */
  apart(reference: string, other: string): Promise<Record<string, number>>;
  close(key: string): void;
}

declare global {
  interface Window {
    importSides: ImportSides;
  }
}

const workers = new Map<string, { readonly worker: Worker; readonly side: Remote<Side> }>();

window.importSides = {
  async start(key, { library, backend, threads }) {
    const worker = workerOf(library, threads);
    const side = wrap<Side>(worker);
    workers.set(key, { worker, side });
    await Promise.race([side.start(backend), failure(worker)]);
  },
  open: (key, spec) => sideOf(key).open(spec),
  turn: (key, count) => sideOf(key).turn(count),
  async apart(reference, other) {
    const [wanted, got] = [await sideOf(reference).answers(), await sideOf(other).answers()];
    return Object.fromEntries(
      Array.from(wanted, ([name, answer]) => [name, difference(answer, got.get(name))]),
    );
  },
  close(key) {
    workers.get(key)?.worker.terminate();
    workers.delete(key);
  },
};

function workerOf(library: ImportSide['library'], name: ImportSide['threads']): Worker {
  // Vite finds workers by these words; each library has a bundle of its own.
  return library === 'ours'
    ? new Worker(new URL('./ours-worker.ts', import.meta.url), { type: 'module', name })
    : new Worker(new URL('./tfjs-worker.ts', import.meta.url), { type: 'module', name });
}

function failure(worker: Worker): Promise<never> {
  return new Promise((_, reject) => {
    worker.onerror = event => reject(new Error(event.message));
  });
}

function sideOf(key: string): Remote<Side> {
  const found = workers.get(key);
  if (!found) throw new Error(`There is no side ${key}.`);
  return found.side;
}
