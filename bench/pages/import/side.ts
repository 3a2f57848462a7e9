// A side of the import bench, alone in a worker: what the page asks of it.
import { expose } from 'comlink';
import type { TensorSpec } from '../../../src/core/runtime/session.ts';
import type { TensorMap } from '../../../src/core/tensor.ts';
import type { Answer } from '../../imports/answers.ts';
import { randomFeeds } from '../../imports/feeds.ts';

export interface Predictor {
  /** All outputs, on the processor. */
  predict(feeds: TensorMap): Promise<Map<string, Answer>>;
  dispose(): Promise<void>;
}

export interface ModelSpec {
  /** Its files are at `/models/NAME.json`, `.bin` and `.onnx`. */
  readonly name: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly string[];
}

/** A started runtime that opens models. */
export interface Runtime {
  open(spec: ModelSpec): Promise<Predictor>;
}

export interface Side {
  start(backend: string): Promise<void>;
  /** @returns milliseconds from the first byte asked for to the first answer; what was open before is closed first */
  open(spec: ModelSpec): Promise<number>;
  /** @returns milliseconds of one prediction, the mean of so many */
  turn(count: number): Promise<number>;
  answers(): Promise<Map<string, Answer>>;
}

const seed = 7;
/** Of pixels as bytes; models that want another range answer all the same. */
const highest = 255;

export async function fetchBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(path, { cache: 'no-store' });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Makes this worker a side. */
export function serveSide(start: (backend: string) => Promise<Runtime>): void {
  let runtime: Runtime;
  let predictor: Predictor | null = null;
  let feeds: TensorMap = {};
  const side: Side = {
    async start(backend) {
      runtime = await start(backend);
    },
    async open(spec) {
      await predictor?.dispose();
      feeds = randomFeeds(spec.inputs, seed, { highest, freeSize: 256 });
      const started = performance.now();
      predictor = await runtime.open(spec);
      await predictor.predict(feeds);
      return performance.now() - started;
    },
    async turn(count) {
      const started = performance.now();
      for (let i = 0; i < count; i++) await predictor!.predict(feeds);
      return (performance.now() - started) / count;
    },
    answers: () => predictor!.predict(feeds),
  };
  expose(side);
}
