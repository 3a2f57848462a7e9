// A training run through the bridge: functions become Comlink proxies here, and nowhere else.
import { proxy } from 'comlink';
import type { Digest } from '../../core/artifact/digest.ts';
import type { MemoryPlan } from '../../core/train/fit-batch.ts';
import type { Result } from '../../core/result.ts';
import type { RatePoint, RateSweep } from '../../core/train/find-learning-rate.ts';
import type { RunObstacle, RunProgress, TrainOutcome, TrainRequest } from '../../worker/protocol.ts';
import type { WorkerBridge } from './worker-bridge.ts';

export class BridgedTraining {
  readonly #bridge: WorkerBridge;

  constructor(bridge: WorkerBridge) {
    this.#bridge = bridge;
  }

  train(request: TrainRequest, onProgress: (progress: RunProgress) => void): Promise<Result<TrainOutcome>> {
    return this.#bridge.call(api => api.train(request, proxy(onProgress)));
  }

  goOn(run: Digest, onProgress: (progress: RunProgress) => void): Promise<Result<TrainOutcome>> {
    return this.#bridge.call(api => api.goOn(run, proxy(onProgress)));
  }

  estimate(request: TrainRequest): Promise<Result<MemoryPlan | null>> {
    return this.#bridge.call(api => api.estimate(request));
  }

  obstacleTo(run: Digest): Promise<Result<RunObstacle | null>> {
    return this.#bridge.call(api => api.obstacleTo(run));
  }

  findLearningRate(request: TrainRequest, onPoint: (point: RatePoint) => void): Promise<Result<RateSweep>> {
    return this.#bridge.call(api => api.findLearningRate(request, proxy(onPoint)));
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
