// A training run through the bridge: functions become Comlink proxies here, and nowhere else.
import { proxy } from 'comlink';
import type { Result } from '../../core/result.ts';
import type { TrainProgress } from '../../core/train/engine.ts';
import type { TrainOutcome, TrainRequest } from '../../worker/protocol.ts';
import type { WorkerBridge } from './worker-bridge.ts';

export class BridgedTraining {
  readonly #bridge: WorkerBridge;

  constructor(bridge: WorkerBridge) {
    this.#bridge = bridge;
  }

  train(request: TrainRequest, onProgress: (progress: TrainProgress) => void): Promise<Result<TrainOutcome>> {
    return this.#bridge.call(api => api.train(request, proxy(onProgress)));
  }

  pause(): Promise<void> {
    return this.#bridge.tell(api => api.pause());
  }

  resume(): Promise<void> {
    return this.#bridge.tell(api => api.resume());
  }

  /** The run ends with `Aborted`; a worker that does not answer is ended. */
  stop(): Promise<void> {
    this.#bridge.stop();
    return Promise.resolve();
  }
}
