// Warm predictions through the app's own bridge and worker, and through a plain worker, timed on the page.
import { WorkerBridge } from '../../src/app/bridge/worker-bridge.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { Result } from '../../src/core/result.ts';
import type { WebProvider } from '../../src/worker/ort.ts';
import type { Input } from './ort.ts';
import type { Opening } from './plain-worker.ts';

interface Sides {
  /** Milliseconds a prediction: the mean of `count`, one after the other. */
  ours(count: number): Promise<number>;
  theirs(count: number): Promise<number>;
  /** Largest difference between the two answers. */
  difference(): Promise<number>;
}

declare global {
  interface Window {
    /** On WASM unless another provider is named. */
    openSides: (model: string, input: Input, provider?: WebProvider) => Promise<void>;
    sides: Sides;
  }
}

window.openSides = async (name, input, provider = 'wasm') => {
  const model = new Uint8Array(await (await fetch(`/models/${name}`)).arrayBuffer());
  const size = input.shape.reduce((product, dimension) => product * dimension, 1);
  const sample = Float32Array.from({ length: size }, (_, i) => (i * 7) % 16);
  const ours = await openApp({ model, input, provider }, sample);
  const theirs = await openPlain({ model, input, provider }, sample);
  window.sides = {
    ours: count => meanOf(ours, count),
    theirs: count => meanOf(theirs, count),
    difference: async () => {
      const [a, b] = [await ours(), await theirs()];
      return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
    },
  };
};

type Predict = () => Promise<Float32Array>;

async function openApp(
  { model, input, provider }: Opening,
  sample: Float32Array<ArrayBuffer>,
): Promise<Predict> {
  const bridge = new WorkerBridge('serving');
  const { handle } = unwrap(await bridge.call(api => api.openFile(model, provider)));
  return async () => {
    const feeds = { [input.name]: { datatype: 'FP32' as const, shape: input.shape, data: sample } };
    const { outputs } = unwrap(await bridge.predict(handle, feeds));
    return Object.values(outputs)[0]!.data as Float32Array;
  };
}

async function openPlain(opening: Opening, sample: Float32Array): Promise<Predict> {
  const worker = new Worker(new URL('./plain-worker.ts', import.meta.url), { type: 'module' });
  const ask = (message: unknown) =>
    new Promise<Float32Array>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Float32Array>) => resolve(data);
      worker.onerror = event => reject(new Error(event.message));
      worker.postMessage(message);
    });
  await ask(opening);
  return () => ask(sample);
}

function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new HaversackError(result.error.code, result.error.detail);
  return result.value;
}

/** Over many, because the clock ticks every 5 µs and a small model takes 200. */
async function meanOf(predict: Predict, count: number): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < count; i++) await predict();
  return (performance.now() - started) / count;
}
