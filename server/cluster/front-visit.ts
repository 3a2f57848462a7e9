// A request in a front: let in by the primary, and what it asks computed there.
import type { ModelMetadata } from '../../src/core/protocol/messages.ts';
import type { InferRequest } from '../../src/core/protocol/infer-request.ts';
import type {
  Answered,
  Description,
  InferContext,
  PredictionBackend,
  Resolved,
  Target,
} from '../../src/core/serve/service.ts';
import { LruMap } from '../gateway/lru-map.ts';
import type { EnteredMessage, EnterMessage } from './enter-message.ts';
import { errorOf } from './failure-message.ts';
import type { Primary } from './primary.ts';

/** A body that takes longer finds out anew which version an alias means. */
const freshMs = 1_000;
/** Versions that are kept for whoever asks for them again. */
const maxVersions = 256;

/** What never changes of a version with a number, as far as it was asked for. */
export class KnownVersions {
  readonly metadata = new LruMap<string, ModelMetadata>(maxVersions);
  readonly descriptions = new LruMap<string, Description>(maxVersions);
}

export class FrontVisit implements PredictionBackend {
  readonly #primary: Primary;
  readonly #known: KnownVersions;
  readonly #id: number;
  readonly #enteredAt = performance.now();
  readonly #answer: Promise<EnteredMessage>;
  #entered: EnteredMessage | null = null;

  constructor(primary: Primary, known: KnownVersions, message: EnterMessage) {
    this.#primary = primary;
    this.#known = known;
    const { id, entered } = primary.enter(message);
    this.#id = id;
    this.#answer = entered;
  }

  /** What the gate said, refusals too. */
  async entered(): Promise<EnteredMessage> {
    return (this.#entered = await this.#answer);
  }

  /** For the log. */
  get callerName(): string {
    return this.#entered?.callerName ?? 'unidentified';
  }

  get openReads(): boolean {
    return this.#entered?.openReads ?? false;
  }

  /** The answer is out, or nobody waits for it. */
  end(failed: boolean): void {
    const isCounted = (this.#entered?.policies.length ?? 0) > 0;
    this.#primary.end(this.#id, failed, isCounted);
  }

  /** @param target what the path names, as the primary resolved it when the request came */
  async resolve(target: Target): Promise<Resolved> {
    const version = await this.#versionOf(target);
    const { model, version: asked } = target;
    return asked === undefined ? { model, version } : { model, version, asked };
  }

  async #versionOf(target: Target): Promise<number> {
    if (performance.now() - this.#enteredAt > freshMs) {
      return (await this.#primary.ask(this.#id, { kind: 'resolve', target })) as number;
    }
    const { version } = this.#entered!;
    if (typeof version === 'number') return version;
    throw errorOf(version);
  }

  async metadata(version: Resolved): Promise<ModelMetadata> {
    return this.#remembered(this.#known.metadata, version, async () => {
      return (await this.#primary.ask(this.#id, { kind: 'metadata' })) as ModelMetadata;
    });
  }

  async describe(version: Resolved): Promise<Description | null> {
    // Only an engine knows it: nobody said.
    if (version.version === 0) return null;
    return this.#remembered(this.#known.descriptions, version, async () => {
      return (await this.#primary.ask(this.#id, { kind: 'describe' })) as Description;
    });
  }

  infer(_version: Resolved, request: InferRequest, { arrivedAt }: InferContext): Promise<Answered> {
    const now = performance.now();
    return this.#primary.infer(this.#id, now - (arrivedAt ?? now), request);
  }

  async #remembered<T>(
    known: LruMap<string, T>,
    { model, version }: Resolved,
    ask: () => Promise<T>,
  ): Promise<T> {
    // What an engine behind the server says of itself may change.
    if (version === 0) return ask();
    const key = `${model}@${version}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const answer = await ask();
    known.set(key, answer);
    return answer;
  }
}
