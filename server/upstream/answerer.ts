// What can answer for a model: this server's own sessions, or an engine behind it.
import type { InferRequest } from '../../src/core/protocol/infer-request.ts';
import type { Answered, InferContext, Resolved } from '../../src/core/serve/service.ts';
import type { Contender } from './choose.ts';

/** `well`: it may be asked. `ill`: its checks say no, its answers do not. `shut`: it may not be asked now. */
export type Standing = 'well' | 'ill' | 'shut';

export interface TryContext extends InferContext {
  /** From now. It is over for this try then, and perhaps not for the request. */
  readonly timeoutMs: number;
  /** Whether an engine that takes longer is to blame: not where the caller is in a greater hurry than the model's deadline. */
  readonly isFairTimeout: boolean;
  /** Whether the caller gives less time than the model's own deadline. */
  readonly isHurried: boolean;
}

export interface Answerer extends Contender {
  readonly id: string;
  readonly standing: Standing;
  /** When one that is shut may be asked again, in ms from now; null where that is not a matter of time. */
  readonly waitMs: number | null;
  /** Whether this version is among what it answers for. */
  takes(version: Resolved): boolean;
  /** One try. @throws TryFailed, and the reason of the context's signal where that fired */
  attempt(version: Resolved, request: InferRequest, context: TryContext): Promise<Answered>;
}
