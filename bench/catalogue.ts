// The benchmarks by name. One file a benchmark; each measures its peer in the same run.
import { coldStartBench } from './cold-start.ts';
import { firstVisitBench } from './first-visit.ts';
import type { Row } from './harness.ts';
import { predictBench } from './predict.ts';

/** What a benchmark is given. */
export interface Setting {
  /** The repository's root. */
  readonly root: string;
  /** For people who wait: goes to stderr. */
  readonly tell: (line: string) => void;
}

export interface Benchmark {
  /** What is compared with what, in one line. */
  readonly compares: string;
  readonly run: (setting: Setting) => Promise<Row[]>;
}

export const catalogue: Readonly<Record<string, Benchmark>> = {
  'cold-start': {
    compares: 'fresh tab → first prediction of a stored model, beside IndexedDB and ONNX Runtime Web alone',
    run: coldStartBench,
  },
  predict: {
    compares: 'warm predictions through the app’s worker, beside ONNX Runtime Web in a plain worker',
    run: predictBench,
  },
  'first-visit': {
    compares: 'empty browser on a slow line → first answer and offline-ready, against limits',
    run: firstVisitBench,
  },
};
