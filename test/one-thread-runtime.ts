// ONNX Runtime for Node as tests load it: the same, but a session that does not say how many threads compute has one. Two processes
// of tests on two cores would else spend a third of their time turning round and round, waiting for each other's threads.
import { createRequire } from 'node:module';
import type * as Ort from 'onnxruntime-node';

// By `require`, for `import` of this name comes here.
const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof Ort;

const oneThread: Ort.InferenceSession.SessionOptions = { intraOpNumThreads: 1, interOpNumThreads: 1 };

export const InferenceSession = {
  create: (file: Uint8Array, options: Ort.InferenceSession.SessionOptions = {}) =>
    ort.InferenceSession.create(file, { ...oneThread, ...options }),
};

export const { Tensor, env } = ort;

export default { ...ort, InferenceSession };
