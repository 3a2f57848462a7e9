// The page's side of predictions: plain messages beside Comlink's, each answered under its ticket.
import { type Failure, failure } from '../../core/errors.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { packTensors, unpackTensors } from '../../core/runtime/packed-tensors.ts';
import type { TensorMap } from '../../core/tensor.ts';
import type { Prediction, PredictAsk, PredictReply } from '../../worker/protocol.ts';

export class PredictPort {
  readonly #worker: Worker;
  readonly #onSettled: () => void;
  readonly #waiting = new Map<number, (result: Result<Prediction>) => void>();
  #lastTicket = 0;

  constructor(worker: Worker, onSettled: () => void) {
    this.#worker = worker;
    this.#onSettled = onSettled;
    worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (isReply(data)) this.#settle(data[0], resultOf(data));
    });
  }

  /** How many are in flight. */
  get waiting(): number {
    return this.#waiting.size;
  }

  ask(handle: number, inputs: TensorMap): Promise<Result<Prediction>> {
    return new Promise(resolve => {
      const ticket = ++this.#lastTicket;
      this.#waiting.set(ticket, resolve);
      const message: PredictAsk = packTensors([ticket, handle] as const, inputs);
      try {
        this.#worker.postMessage(message);
      } catch (thrown) {
        this.#settle(ticket, fail(failure('InputInvalid', String(thrown))));
      }
    });
  }

  /** The worker is gone: what waits will not be answered. */
  end(reason: Failure): void {
    for (const resolve of this.#waiting.values()) resolve(fail(reason));
    this.#waiting.clear();
  }

  #settle(ticket: number, result: Result<Prediction>): void {
    this.#waiting.get(ticket)?.(result);
    this.#waiting.delete(ticket);
    this.#onSettled();
  }
}

function isReply(data: unknown): data is PredictReply {
  return Array.isArray(data);
}

function resultOf(reply: PredictReply): Result<Prediction> {
  if (reply[1] !== null) return fail(reply[1]);
  const [, , runMs, provider] = reply;
  return ok({ outputs: unpackTensors(reply, 4), runMs, provider });
}
