// Starts a worker for each side of the import bench, and hands the bench's calls on to them.
import { difference } from '../../imports/answers.ts';
import { Sides } from '../sides.ts';
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

const sides = new Sides<Side>();

window.importSides = {
  async start(key, { library, backend, threads }) {
    await sides.start(key, workerOf(library, threads), side => side.start(backend));
  },
  open: (key, spec) => sides.of(key).open(spec),
  turn: (key, count) => sides.of(key).turn(count),
  async apart(reference, other) {
    const [wanted, got] = [await sides.of(reference).answers(), await sides.of(other).answers()];
    return Object.fromEntries(
      Array.from(wanted, ([name, answer]) => [name, difference(answer, got.get(name))]),
    );
  },
  close: key => sides.close(key),
};

function workerOf(library: ImportSide['library'], name: ImportSide['threads']): Worker {
  // Vite finds workers by these words; each library has a bundle of its own.
  return library === 'ours'
    ? new Worker(new URL('./ours-worker.ts', import.meta.url), { type: 'module', name })
    : new Worker(new URL('./tfjs-worker.ts', import.meta.url), { type: 'module', name });
}
