// ONNX Runtime Web as its documentation has it: the WebGPU build.
import * as ort from 'onnxruntime-web/webgpu';
import glue from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import binary from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import type { Input, Session } from './ort.ts';

ort.env.wasm.wasmPaths = {
  mjs: new URL(glue, self.location.href).href,
  wasm: new URL(binary, self.location.href).href,
};

export function openSession(model: Uint8Array<ArrayBuffer>): Promise<Session> {
  return ort.InferenceSession.create(model, { executionProviders: ['webgpu'] });
}

/** One prediction; the first output's numbers. */
export async function predict(session: Session, input: Input, data: Float32Array): Promise<Float32Array> {
  const outputs = await session.run({ [input.name]: new ort.Tensor('float32', data, input.shape) });
  return outputs[session.outputNames[0]!]!.data as Float32Array;
}
