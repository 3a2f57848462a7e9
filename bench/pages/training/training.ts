// Starts a worker for each side of the training benches, and hands the bench's calls on to them.
import type { Turn } from '../../nets/trainer.ts';
import { Sides } from '../sides.ts';
import type { Side } from './side.ts';

/** Who trains, and on what. */
export interface SideName {
  readonly library: 'ours' | 'tfjs' | 'jax';
  /** `webgpu-captured`: of ours, a step's kernels recorded once and played back. */
  readonly backend: 'cpu' | 'wasm' | 'webgl' | 'webgpu' | 'webgpu-captured';
  /** `one`: the worker is told that there is one core. */
  readonly threads: 'one' | 'all';
}

interface Trainers {
  open(key: string, side: SideName, net: string): Promise<void>;
  turn(key: string, steps: number): Promise<Turn>;
  megabytes(key: string): Promise<number>;
  close(key: string): void;
}

declare global {
  interface Window {
    trainers: Trainers;
  }
}

const sides = new Sides<Side>();

window.trainers = {
  async open(key, { library, backend, threads }, net) {
    await sides.start(key, start(library, threads), side => side.open(net, backend));
  },
  turn: async (key, steps) => sides.of(key).turn(steps),
  megabytes: async key => sides.of(key).megabytes(),
  close: key => sides.close(key),
};

function start(library: SideName['library'], threads: SideName['threads']): Worker {
  // Vite finds workers by these words; each library has a bundle of its own.
  const options = { type: 'module', name: threads } as const;
  switch (library) {
    case 'ours':
      return new Worker(new URL('./ours-worker.ts', import.meta.url), { type: 'module', name: options.name });
    case 'tfjs':
      return new Worker(new URL('./tfjs-worker.ts', import.meta.url), { type: 'module', name: options.name });
    case 'jax':
      return new Worker(new URL('./jax-worker.ts', import.meta.url), { type: 'module', name: options.name });
  }
}
