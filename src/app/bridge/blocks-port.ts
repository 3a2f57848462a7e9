// Last blocks through the bridge: functions become Comlink proxies here.
import { proxy } from 'comlink';
import type { Result } from '../../core/result.ts';
import type {
  BlocksCost,
  BlocksOutcome,
  BlocksRunProgress,
  PhotoChanges,
} from '../../worker/blocks-protocol.ts';
import type { WorkerBridge } from './worker-bridge.ts';

export class BridgedBlocks {
  readonly #bridge: WorkerBridge;

  constructor(bridge: WorkerBridge) {
    this.#bridge = bridge;
  }

  cost(project: string, changes: PhotoChanges): Promise<Result<BlocksCost>> {
    return this.#bridge.call(api => api.blocksCost(project, changes));
  }

  teach(
    project: string,
    changes: PhotoChanges,
    onProgress: (progress: BlocksRunProgress) => void,
  ): Promise<Result<BlocksOutcome>> {
    return this.#bridge.call(api => api.teachBlocks(project, changes, proxy(onProgress)));
  }

  pause(): Promise<void> {
    return this.#bridge.tell(api => api.pause());
  }

  resume(): Promise<void> {
    return this.#bridge.tell(api => api.resume());
  }

  /** The run ends with `Aborted`; a worker that does not answer is ended. */
  stop(): void {
    this.#bridge.stop();
  }
}
