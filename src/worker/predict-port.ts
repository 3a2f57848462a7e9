// The worker's side of predictions: plain messages beside Comlink's.
import type { Result } from '../core/result.ts';
import { packTensors, unpackTensors } from '../core/runtime/packed-tensors.ts';
import type { TensorMap } from '../core/tensor.ts';
import type { Prediction, PredictAsk, PredictReply } from './protocol.ts';

type Predict = (handle: number, inputs: TensorMap) => Promise<Result<Prediction>>;

/** To be called before Comlink listens: what is a prediction's is kept from it. */
export function answerPredictions(predict: Predict): void {
  self.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (!isAsk(event.data)) return;
    event.stopImmediatePropagation();
    const [ticket, handle] = event.data;
    void predict(handle, unpackTensors(event.data, 2)).then(result => reply(ticket, result));
  });
}

function isAsk(data: unknown): data is PredictAsk {
  return Array.isArray(data);
}

function reply(ticket: number, result: Result<Prediction>): void {
  if (!result.ok) return self.postMessage([ticket, result.error] satisfies PredictReply);
  const { outputs, runMs, provider } = result.value;
  const message: PredictReply = packTensors([ticket, null, runMs, provider] as const, outputs);
  self.postMessage(message, { transfer: largeBuffersOf(outputs) });
}

/** Below about this size, moving a buffer costs more than copying it. */
const transferFromBytes = 1 << 16;

/** Each once: the same buffer twice in a transfer list is an error (HTML, StructuredSerializeWithTransfer). */
function largeBuffersOf(outputs: TensorMap): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { data } of Object.values(outputs)) {
    if (!Array.isArray(data) && data.byteLength >= transferFromBytes) buffers.add(data.buffer);
  }
  return [...buffers];
}
