// What answers the Open Inference Protocol, whoever hosts it: the Node server over HTTP, a page of the app behind the service
// worker. Paths, bodies and errors are one code for both; what computes is a `ProtocolBackend`.
import type { InferRequest } from '../protocol/infer-request.ts';
import type { AnsweredBy } from '../protocol/answered-by.ts';
import type { ModelMetadata } from '../protocol/messages.ts';
import type { ModelRight } from '../artifact/grant.ts';
import type { ModelInterface } from '../artifact/interface.ts';
import type { TensorMap } from '../tensor.ts';
import type { NamedDataset } from './dataset-rows.ts';

/** A model as a path names it. */
export interface Target {
  readonly model: string;
  /** A number is itself, a name is an alias, undefined is the host's choice. */
  readonly version: number | string | undefined;
}

/** One that was found: an alias has become a number. */
export interface Resolved {
  readonly model: string;
  /** 0: one that only an engine behind the host knows, which may number its versions otherwise, or not at all. */
  readonly version: number;
  /** What the caller named; absent: nothing, the host chose. Must reach `infer` as it was resolved. */
  readonly asked?: Target['version'];
}

/** What else is known of a version, for answers with labels and rows with names. */
export interface Description {
  readonly interface: ModelInterface;
  readonly labels: readonly string[] | null;
}

export interface InferContext {
  /** Fires when nobody waits any more: the caller went, or the deadline passed. What is queued is then dropped. */
  readonly signal: AbortSignal;
  /** Whether it has fired: where a signal is made only for those who listen. Absent: ask the signal. */
  readonly isGone?: () => boolean;
  /** Whose request it is: a key, a device, nobody. Answers are shared only with the same. */
  readonly tenant: string;
  /** Headers for whoever computes elsewhere: the request's id, its place in a trace. Absent where there are none. */
  readonly passOn?: () => Readonly<Record<string, string>>;
  /**
   * How long the caller waits, in ms from now, where it says so in a header. The request's own parameter `timeout` (in µs,
   * as Triton has it) and the model's deadline hold beside it: the shortest counts.
   */
  readonly timeoutMs?: number;
  /** When the request came, on `performance.now()`'s clock: all runs of one have its deadline. Absent: now. */
  readonly arrivedAt?: number;
}

export interface Answered {
  /** All that were asked for. */
  readonly outputs: TensorMap;
  readonly by: AnsweredBy;
}

export interface IndexEntry {
  readonly name: string;
  readonly version: string;
  readonly state: 'UNKNOWN' | 'READY' | 'UNAVAILABLE' | 'LOADING' | 'UNLOADING';
  /** Why it is not ready; empty where it is. */
  readonly reason: string;
}

/** All throw HaversackError: `NotFound`, `InputInvalid`, `Overloaded`, `DeadlineExceeded`, `RuntimeFailed`, `Unavailable`. */
export interface ProtocolBackend {
  /** What `GET /v2` says of the host. */
  readonly server: { readonly name: string; readonly version: string };
  /** Throws why the whole host answers nothing now (it drains, nothing computes). Absent: it always does. */
  health?(): Promise<void>;
  resolve(target: Target): Promise<Resolved>;
  metadata(version: Resolved): Promise<ModelMetadata>;
  /** Resolves when the version is loaded and proved; throws why it cannot be. */
  ready(version: Resolved): Promise<void>;
  /** Null where nobody said. */
  describe(version: Resolved): Promise<Description | null>;
  /**
   * Throws where it is known already that a prediction would be turned away, before its body is read into tensors: under
   * overload that would take its time from those who are answered.
   */
  admit?(version: Resolved, context: InferContext): Promise<void>;
  infer(version: Resolved, request: InferRequest, context: InferContext): Promise<Answered>;
  /** @param model only this one's: a host that lists all the same is right, and slower */
  index(model?: string): Promise<readonly IndexEntry[]>;
  load(target: Target): Promise<void>;
  unload(target: Target): Promise<void>;
}

/** What predictions need of a backend. */
export type PredictionBackend = Pick<
  ProtocolBackend,
  'resolve' | 'admit' | 'metadata' | 'describe' | 'infer'
>;

/** A request without its transport. */
export interface ProtocolAsk {
  readonly method: string;
  /** From `/`, without the query. */
  readonly path: string;
  /** By its name in lower case; null where it is absent. */
  readonly header: (name: string) => string | null;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly context: InferContext;
  /**
   * Throws where the caller may not do that with that model. Asked as soon as the model is known, which for some paths
   * only the body tells. Absent: the caller may do all.
   */
  readonly permit?: (model: string, right: ModelRight) => void | Promise<void>;
  /**
   * The data set of that name, as far as the caller may read it. Absent: the host keeps none.
   * @throws HaversackError `NotFound`
   */
  readonly dataset?: (name: string) => Promise<NamedDataset>;
}

export interface ProtocolAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}
