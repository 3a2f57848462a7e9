// Runs an ONNX file in ONNX Runtime for Node: the other side of every conversion test.
import * as ort from 'onnxruntime-node';
import type { Bytes } from '../../src/core/artifact/digest.ts';

export async function runOnnx(file: Bytes, input: Float32Array<ArrayBuffer>, shape: readonly number[]) {
  const session = await ort.InferenceSession.create(file);
  const feeds = { [session.inputNames[0]!]: new ort.Tensor('float32', input, shape) };
  const results = await session.run(feeds);
  await session.release();
  const output = results[session.outputNames[0]!]!;
  return { shape: output.dims, data: output.data as Float32Array };
}
