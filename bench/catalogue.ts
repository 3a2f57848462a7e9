// The benchmarks by name. One file a benchmark; each measures its peer in the same run.
import { bundleBench } from './bundle.ts';
import { clusterBench, clusterCases } from './cluster.ts';
import { coldStartBench } from './cold-start.ts';
import { downloadBench } from './download.ts';
import { firstVisitBench } from './first-visit.ts';
import type { Row } from './harness.ts';
import { headEpochBench, headNames } from './head-epoch.ts';
import { importBench, importNames } from './import.ts';
import { loadMemoryBench } from './load-memory.ts';
import { nets } from './nets/nets.ts';
import { offlineTwinBench } from './offline-twin.ts';
import { overloadBench } from './overload.ts';
import { predictBench } from './predict.ts';
import { readLargeBench } from './read-large.ts';
import { servingBench, servingCases } from './serving.ts';
import { syncCheckBench } from './sync-check.ts';
import { teachSoundsBench, soundSetNames } from './teach-sounds.ts';
import { teachBench, teachSets } from './teach.ts';
import { trainingBench } from './training.ts';
import { updateBytesBench, updateModels } from './update-bytes.ts';

/** What a benchmark is given. */
export interface Setting {
  /** The repository's root. */
  readonly root: string;
  /** For people who wait: goes to stderr. */
  readonly tell: (line: string) => void;
  /** The one case to run; null: all. Only of benchmarks that list their cases. */
  readonly only: string | null;
  /** `short`: fewer runs, to see that all is well; not for figures that are kept. */
  readonly length: 'full' | 'short';
}

export interface Benchmark {
  /** What is compared with what, in one line. */
  readonly compares: string;
  readonly run: (setting: Setting) => Promise<Row[]>;
  /** Those that may be run alone, where they may. */
  readonly cases?: readonly string[];
  /** No browser is wanted for it. */
  readonly inNode?: true;
}

export const catalogue: Readonly<Record<string, Benchmark>> = {
  bundle: {
    compares: 'three phones that learned apart, brought together by bundles: seconds and bytes, no network',
    run: bundleBench,
  },
  cluster: {
    compares: 'a server behind front processes, beside the same in one: answers a second, CPU of one answer',
    run: clusterBench,
    cases: clusterCases,
    inNode: true,
  },
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
  training: {
    compares: 'whole steps of training, six nets, beside TensorFlow.js, jax-js and native ONNX Runtime',
    run: trainingBench,
    cases: nets.map(({ name }) => name),
  },
  import: {
    compares: 'graph models brought into ONNX, in ONNX Runtime Web, beside their originals in TensorFlow.js',
    run: importBench,
    cases: importNames,
  },
  'head-epoch': {
    compares: 'epochs of a head with its frozen prefix cached, beside the prefix computed at each step',
    run: headEpochBench,
    cases: headNames,
  },
  teach: {
    compares:
      'classes taught by showing photos: to the first answer, to 95 %, and wrong in the end, beside tfjs’s way',
    run: teachBench,
    cases: teachSets,
  },
  'teach-sounds': {
    compares:
      'classes taught by showing sounds: wrong in the end, what is built in beside NanoDet on the spectrogram',
    run: teachSoundsBench,
    cases: soundSetNames,
    inNode: true,
  },
  download: {
    compares: '105 MB in chunks, fetched, hashed and stored, beside one file put whole into IndexedDB',
    run: downloadBench,
  },
  'load-memory': {
    compares: 'a model of 210 MB out of the store into a session: the renderer’s memory, against a limit',
    run: loadMemoryBench,
  },
  serving: {
    compares:
      'answers a second by model, encoding and connections, beside MLServer, Triton and what bounds them',
    run: servingBench,
    cases: servingCases,
  },
  'offline-twin': {
    compares:
      'a fetch of /v2 that the device answers, beside a call of its worker from the page: what is in between',
    run: offlineTwinBench,
  },
  overload: {
    compares:
      'requests by schedule at 1, 2 and 10 times what can be answered: those in time, beside the best',
    run: overloadBench,
  },
  'sync-check': {
    compares: '“nothing new” for a device with a key: answers a second, and bytes of one, against limits',
    run: syncCheckBench,
  },
  'read-large': {
    compares: 'a model of 512 MB read into a graph: memory against the file’s, time beside the parser’s',
    run: readLargeBench,
  },
  'update-bytes': {
    compares: 'a new version on the line, beside a full download, FastCDC’s chunks and zstd --patch-from',
    run: updateBytesBench,
    cases: updateModels,
  },
};
