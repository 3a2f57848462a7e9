// What a page asks the ML worker about last blocks: types without logic, part of its contract (`protocol.ts`).
import type { Digest } from '../core/artifact/digest.ts';
import type { Result } from '../core/result.ts';
import type { PhotoChanges } from '../core/teach/photo-changes.ts';
import type { BlocksCost, BlocksProgress } from '../core/teach/teach-last-blocks.ts';

export type { BlocksCost, PhotoChanges };

/** `judging`: both are asked about what was held out. */
export type BlocksRunProgress =
  BlocksProgress | (Omit<BlocksProgress, 'phase'> & { readonly phase: 'judging' });

export interface BlocksOutcome {
  /** With the last blocks taught, in the store, signed, in state `judging`; null: the head alone or what was there before was better, and what was there stays. */
  readonly candidate: Digest | null;
  /** Held-out photos that each is right about. */
  readonly head: number;
  /** What was made of the project before, as it was when the run began; null where that could not be asked. */
  readonly current: number | null;
  readonly blocks: number;
  readonly heldOut: number;
  readonly seconds: number;
}

export interface BlocksApi {
  /** What a run would take, by a few of the project's photos and real steps. `stop` ends it. */
  blocksCost(project: string, changes: PhotoChanges): Promise<Result<BlocksCost>>;
  /**
   * Teaches the last blocks of what the project's photos are seen by, too, from its head on, and keeps the result where it is
   * right about as many held-out photos as the head alone and as what was made before, or more. `pause`, `resume` and `stop` are the training's;
   * `onProgress` is a Comlink proxy. A worker that ends takes nothing along but the run.
   */
  teachBlocks(
    project: string,
    changes: PhotoChanges,
    onProgress: (progress: BlocksRunProgress) => void,
  ): Promise<Result<BlocksOutcome>>;
}
