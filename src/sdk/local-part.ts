// What computes in this program: fetched with its first use, and known here by what it does.
import type { TensorMap } from '../core/tensor.ts';
import type { Offload } from '../core/protocol/offload.ts';
import type { Computed } from './answer.ts';
import type { Described } from './described.ts';
import type { Target } from './target.ts';

/** All throw ClientError. */
export interface LocalPart {
  /** Whether that model is open here, as the target named it when it was fetched. */
  has(target: Target): boolean;
  /** Fetches the model, checks it and opens it, once. With `offload`: the version and variant that it names. */
  open(target: Target, offload: Offload | null, signal: AbortSignal): Promise<void>;
  /** Of what is open. */
  describe(target: Target): Described;
  infer(target: Target, inputs: TensorMap, outputs: readonly string[] | undefined): Promise<Computed>;
  /** Frees all that is open. */
  dispose(): Promise<void>;
}
