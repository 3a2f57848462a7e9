// Makes the photos, starts a worker for each side of the teach bench, and hands the bench's calls on to them.
import { Sides } from '../sides.ts';
import { setNamed } from './sets.ts';
import type { Side, Taught } from './side.ts';

export interface TeachSide {
  readonly library: 'ours' | 'tfjs';
  readonly backend: 'wasm' | 'webgl' | 'webgpu';
  /** `one`: the worker is told that there is one core. */
  readonly threads: 'one' | 'all';
}

interface Teaching {
  /** Draws so many photos of each class; a place is class × perClass + nth. @returns how many classes there are */
  draw(set: string, perClass: number): number;
  /** Starts a side and gives it the photos. */
  open(key: string, side: TeachSide): Promise<void>;
  firstAnswer(key: string, places: readonly number[], betweenMs: number): Promise<number>;
  teach(key: string, shown: readonly number[], tests: readonly number[], wanted: number): Promise<Taught>;
  accuracy(key: string, shown: readonly number[], tests: readonly number[]): Promise<number>;
  close(key: string): void;
}

declare global {
  interface Window {
    teaching: Teaching;
  }
}

const sides = new Sides<Side>();
let drawn: Parameters<Side['take']> = [[], [], 0];

window.teaching = {
  draw(name, perClass) {
    const set = setNamed(name);
    const labels = set.classes.flatMap((_, label) => new Array<number>(perClass).fill(label));
    const photos = labels.map((label, place) => set.photoOf(label, place % perClass));
    drawn = [photos, labels, set.classes.length];
    return set.classes.length;
  },
  async open(key, { library, backend, threads }) {
    await sides.start(key, workerOf(library, threads), side => side.open(backend));
    await sides.of(key).take(...drawn);
  },
  firstAnswer: (key, places, betweenMs) => sides.of(key).firstAnswer(places, betweenMs),
  teach: (key, shown, tests, wanted) => sides.of(key).teach(shown, tests, wanted),
  accuracy: (key, shown, tests) => sides.of(key).accuracy(shown, tests),
  close: key => sides.close(key),
};

function workerOf(library: TeachSide['library'], name: TeachSide['threads']): Worker {
  // Vite finds workers by these words; each library has a bundle of its own.
  return library === 'ours'
    ? new Worker(new URL('./ours-worker.ts', import.meta.url), { type: 'module', name })
    : new Worker(new URL('./tfjs-worker.ts', import.meta.url), { type: 'module', name });
}
