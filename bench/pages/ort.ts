// ONNX Runtime Web as its documentation has it: the WASM build, as many threads as the app takes.
import * as ort from 'onnxruntime-web/wasm';
import glue from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import binary from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';

/** The app's own limit. */
const maxThreads = 4;
const sharesMemory = self.crossOriginIsolated && 'SharedArrayBuffer' in self;

ort.env.wasm.numThreads = sharesMemory ? Math.min(maxThreads, navigator.hardwareConcurrency) : 1;
ort.env.wasm.wasmPaths = {
  mjs: new URL(glue, self.location.href).href,
  wasm: new URL(binary, self.location.href).href,
};

export interface Input {
  readonly name: string;
  readonly shape: readonly number[];
}

export type Session = ort.InferenceSession;

export function openSession(model: Uint8Array<ArrayBuffer>): Promise<Session> {
  return ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
}

/** One prediction; the first output's numbers. */
export async function predict(session: Session, input: Input, data: Float32Array): Promise<Float32Array> {
  const outputs = await session.run({ [input.name]: new ort.Tensor('float32', data, input.shape) });
  return outputs[session.outputNames[0]!]!.data as Float32Array;
}

export function zeros({ shape }: Input): Float32Array<ArrayBuffer> {
  return new Float32Array(shape.reduce((product, size) => product * size, 1));
}
