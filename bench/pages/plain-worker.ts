// ONNX Runtime Web in a worker with a message in and a message out: what `predict` is held against.
import type { WebProvider } from '../../src/worker/ort.ts';
import type { Input, Session } from './ort.ts';

export interface Opening {
  readonly model: Uint8Array<ArrayBuffer>;
  readonly input: Input;
  readonly provider: WebProvider;
}

type Runtime = Pick<typeof import('./ort.ts'), 'openSession' | 'predict'>;

let runtime: Runtime;
let session: Session;
let input: Input;

self.onmessage = async ({ data }: MessageEvent<Opening | Float32Array>) => {
  if (data instanceof Float32Array) {
    const output = await runtime.predict(session, input, data);
    self.postMessage(output);
    return;
  }
  input = data.input;
  runtime = data.provider === 'webgpu' ? await import('./ort-gpu.ts') : await import('./ort.ts');
  session = await runtime.openSession(data.model);
  self.postMessage(null);
};
