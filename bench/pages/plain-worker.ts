// ONNX Runtime Web in a worker with a message in and a message out: what `predict` is held against.
import { type Input, openSession, predict, type Session } from './ort.ts';

let session: Session;
let input: Input;

self.onmessage = async ({
  data,
}: MessageEvent<{ model: Uint8Array<ArrayBuffer>; input: Input } | Float32Array>) => {
  if (data instanceof Float32Array) {
    const output = await predict(session, input, data);
    self.postMessage(output);
    return;
  }
  input = data.input;
  session = await openSession(data.model);
  self.postMessage(null);
};
