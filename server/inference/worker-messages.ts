// What passes between the server and the threads that run its models. Types and nothing else, for both sides.
import type { Failure } from '../../src/core/errors.ts';
import type { Provider, TensorSpec } from '../../src/core/runtime/session.ts';
import type { PackedTensors } from '../../src/core/runtime/packed-tensors.ts';

/** Given to a thread when it starts. */
export interface ThreadOptions {
  /** That compute one run. */
  readonly intraOpThreads: number;
}

export type ToThread =
  | { readonly kind: 'open'; readonly call: number; readonly session: number; readonly file: Uint8Array }
  | { readonly kind: 'close'; readonly call: number; readonly session: number }
  | RunMessage;

/** Call, session, and behind them the inputs: an array, because it is copied faster. */
export type RunMessage = readonly [call: number, session: number, ...inputs: PackedTensors];
export const runHead = 2;

export type FromThread =
  | { readonly kind: 'opened'; readonly call: number; readonly opened: OpenedSession }
  | { readonly kind: 'closed'; readonly call: number }
  | { readonly kind: 'failed'; readonly call: number; readonly failure: Failure }
  | RanMessage;

/** Call, milliseconds of the run alone, and behind them the outputs. */
export type RanMessage = readonly [call: number, ms: number, ...outputs: PackedTensors];
export const ranHead = 2;

export interface OpenedSession {
  readonly provider: Provider;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}
