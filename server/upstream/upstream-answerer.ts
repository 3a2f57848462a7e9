// An engine as one of those that answer for a model: how it stands, by its checks and by its answers, and what is under way there.
import { toFailure, HaversackError } from '../../src/core/errors.ts';
import type { UpstreamLive } from '../../src/core/artifact/upstream-api.ts';
import type { InferRequest } from '../../src/core/protocol/infer-request.ts';
import type { ModelMetadata } from '../../src/core/protocol/messages.ts';
import type { Answered, Resolved } from '../../src/core/serve/service.ts';
import type { Meter } from '../inference/meter.ts';
import type { UpstreamRow } from '../storage/tables.ts';
import type { Answerer, Standing, TryContext } from './answerer.ts';
import { Breaker } from './breaker.ts';
import { Engine, type EngineAnswer, maxOutstanding } from './engine.ts';
import { type Mapping, takes, upstreamVersionOf } from './mapping.ts';
import { brokenOff, nonsense, TryFailed } from './try-failed.ts';

/** One wrong check may be chance. */
const maxFailedChecks = 2;
/** How much of the moving average the newest answer is. */
const newestShare = 0.1;

/** How engines say that there is not, or was not, time enough (Triton, Haversack). */
const lateOutcomes: ReadonlySet<string> = new Set(['503', '504']);

const afterFailure = { ill: 'failed', well: 'succeeded', unknown: 'withdrawn' } as const;

export interface UpstreamTools {
  readonly meter: Meter;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
  readonly now: () => Date;
  readonly random: () => number;
  /** Value of an environment variable. */
  readonly variable: (name: string) => string | undefined;
  /** One line where it falls ill, and where it is well again. */
  readonly log: (facts: { readonly upstream: string; readonly why: string | null }, message: string) => void;
  /** Names this server to those it asks (RFC 9110 §7.6.3). */
  readonly via: string;
}

export class UpstreamAnswerer implements Answerer {
  readonly id: string;
  /** As it is stored; `update` replaces it. */
  #row: UpstreamRow;
  readonly #tools: UpstreamTools;
  readonly #engine: Engine;
  readonly #breaker: Breaker;
  readonly #underWay = new Set<AbortController>();
  #health: { state: UpstreamLive['health']; why: string | null; checkedAt: string | null; failed: number } = {
    state: 'unknown',
    why: null,
    checkedAt: null,
    failed: 0,
  };
  #binary: boolean | null = null;
  #closed = false;
  #tries = 0;
  #failures = 0;
  #latencyMs: number | null = null;

  constructor(row: UpstreamRow, tools: UpstreamTools) {
    this.id = row.id;
    this.#row = row;
    this.#tools = tools;
    this.#breaker = new Breaker(tools.nowMs, tools.random);
    const { key_variable: variable } = row;
    this.#engine = new Engine({
      url: row.url,
      model: row.upstream_model ?? row.model,
      key: () => (variable === null ? null : (tools.variable(variable) ?? null)),
      name: `upstream ${row.id}`,
    });
  }

  get row(): UpstreamRow {
    return this.#row;
  }

  get weight(): number {
    return this.#row.weight;
  }

  get outstanding(): number {
    return this.#underWay.size;
  }

  get standing(): Standing {
    if (this.#row.state !== 'active' || this.outstanding >= maxOutstanding) return 'shut';
    if (!this.#breaker.admits) return 'shut';
    return this.#health.state === 'down' ? 'ill' : 'well';
  }

  get waitMs(): number | null {
    return this.#row.state === 'active' ? this.#breaker.waitMs : null;
  }

  get live(): UpstreamLive {
    const { state: health, why, checkedAt } = this.#health;
    return {
      health,
      why,
      checkedAt,
      breaker: this.#breaker.state,
      outstanding: this.outstanding,
      tries: this.#tries,
      failures: this.#failures,
      latencyMs: this.#latencyMs,
      binary: this.#binary ?? false,
    };
  }

  /** Weight and state. */
  update(row: UpstreamRow): void {
    this.#row = row;
  }

  takes(version: Resolved): boolean {
    return takes(this.#mapping, version);
  }

  async attempt(version: Resolved, request: InferRequest, context: TryContext): Promise<Answered> {
    const began = this.#tools.nowMs();
    const end = this.#begin();
    const timer = setTimeout(() => {
      end.abort(this.#late(context));
    }, context.timeoutMs);
    const leave = () => {
      end.abort(context.signal.reason);
    };
    context.signal.addEventListener('abort', leave, { once: true });
    try {
      context.signal.throwIfAborted();
      const answer = await this.#engine.infer(request, {
        version: upstreamVersionOf(this.#mapping, version),
        signal: end.signal,
        headers: this.#headersOf(context),
        timeoutMs: context.timeoutMs,
        binary: this.#binary ?? false,
      });
      const ms = this.#tools.nowMs() - began;
      this.#succeeded(ms);
      return { outputs: answer.outputs, by: this.#byOf(version, answer, ms) };
    } catch (thrown) {
      throw this.#failed(thrown, version, context, this.#tools.nowMs() - began);
    } finally {
      clearTimeout(timer);
      context.signal.removeEventListener('abort', leave);
      this.#underWay.delete(end);
      this.#tell();
    }
  }

  metadata(version: Resolved, signal: AbortSignal): Promise<ModelMetadata> {
    return this.#engine.metadata(this.#plainAsk(upstreamVersionOf(this.#mapping, version), signal));
  }

  /** Asks how it is. Never throws. */
  async check(signal: AbortSignal): Promise<void> {
    const { upstream_version: named, version } = this.#row;
    const isNumbered = named !== null || version !== null;
    const ask = this.#plainAsk(
      isNumbered ? upstreamVersionOf(this.#mapping, { model: '', version: version ?? 0 }) : null,
      signal,
    );
    try {
      await this.#engine.ready(ask);
      this.#binary ??= await this.#binaryAt(ask);
      this.#checked(null, false);
    } catch (thrown) {
      const silent = !(thrown instanceof TryFailed) || thrown.error.code === 'UpstreamFailed';
      this.#checked(whyOf(thrown), silent);
    }
  }

  /** Null where it does not say what it is: asked again with the next check. */
  async #binaryAt(ask: Parameters<Engine['takesBinary']>[0]): Promise<boolean | null> {
    try {
      return await this.#engine.takesBinary(ask);
    } catch (thrown) {
      if (thrown instanceof TryFailed) return null;
      throw thrown;
    }
  }

  /** Resolves when what is under way has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#engine.close();
    this.#tools.meter.upstream(this.id, null);
  }

  get #mapping(): Mapping {
    return { version: this.#row.version, upstreamVersion: this.#row.upstream_version };
  }

  /** Who asked this server stays in sight: that is how a circle is found. */
  #headersOf({ passOn }: TryContext): Record<string, string> {
    const headers = passOn?.() ?? {};
    const { via: before } = headers;
    const { via } = this.#tools;
    return { ...headers, via: before === undefined ? via : `${before}, ${via}` };
  }

  #plainAsk(version: string | null, signal: AbortSignal) {
    return { version, signal, headers: { via: this.#tools.via } };
  }

  #begin(): AbortController {
    const end = new AbortController();
    this.#underWay.add(end);
    this.#breaker.begin();
    this.#tries += 1;
    this.#tell();
    return end;
  }

  #succeeded(ms: number): void {
    this.#breaker.succeeded();
    this.#latencyMs = this.#latencyMs === null ? ms : this.#latencyMs + (ms - this.#latencyMs) * newestShare;
    this.#tellTried('ok', ms);
  }

  /** What to throw on: a `TryFailed`, or what the caller's signal fired with. */
  #failed(
    thrown: unknown,
    { asked }: Resolved,
    { isHurried }: Pick<TryContext, 'isHurried'>,
    ms: number,
  ): unknown {
    if (!(thrown instanceof TryFailed)) {
      this.#breaker.withdrawn();
      this.#tellTried('aborted', ms);
      return thrown;
    }
    // Who was asked for no version in particular and knows nothing of the model is not what an admin took it for.
    const isLost = thrown.error.code === 'NotFound' && asked === undefined;
    const failed = isLost ? nonsense('404', thrown.error.detail) : thrown;
    // It was told how long the caller waits: who is in a hurry can make it give up, and must not shut it for all.
    const verdict = isHurried && lateOutcomes.has(failed.outcome) ? 'unknown' : failed.verdict;
    if (verdict === 'ill') this.#failures += 1;
    this.#breaker[afterFailure[verdict]]();
    this.#tellTried(failed.outcome, ms);
    return failed;
  }

  #late({ timeoutMs, isFairTimeout }: TryContext): TryFailed {
    const detail = `upstream ${this.id}: no answer within ${Math.round(timeoutMs)} ms`;
    return new TryFailed({
      error: new HaversackError('DeadlineExceeded', detail),
      retry: 'elsewhere',
      verdict: isFairTimeout ? 'ill' : 'unknown',
      outcome: 'timeout',
    });
  }

  #byOf({ model, version }: Resolved, { version: said, by }: EngineAnswer, ms: number): Answered['by'] {
    const isOurs = this.#row.version !== null && version !== 0;
    return {
      who: 'upstream',
      model,
      version: isOurs ? String(version) : said,
      variant: by?.variant ?? null,
      provider: by?.provider ?? null,
      ms: by?.ms ?? ms,
    };
  }

  /** @param silent it said nothing at all, so that what is under way there waits for nothing either */
  #checked(why: string | null, silent: boolean): void {
    if (this.#closed) return;
    const before = this.#health;
    const failed = why === null ? 0 : before.failed + 1;
    const isDown = failed >= maxFailedChecks || (failed > 0 && before.state !== 'up');
    const state = why === null ? 'up' : isDown ? 'down' : before.state;
    this.#health = { state, why, checkedAt: this.#tools.now().toISOString(), failed };
    if (state === before.state) return;
    this.#tell();
    if (state === 'up') {
      if (before.state === 'down') this.#tools.log({ upstream: this.id, why }, 'an upstream is well again');
      return;
    }
    // It may come back as another program.
    this.#binary = null;
    this.#tools.log({ upstream: this.id, why }, 'an upstream is down');
    if (!silent) return;
    for (const end of this.#underWay)
      end.abort(brokenOff('down', `upstream ${this.id} is down: ${why ?? ''}`));
  }

  #tellTried(outcome: string, ms: number): void {
    if (!this.#closed) this.#tools.meter.tried(this.id, outcome, ms / 1000);
  }

  /** What is removed is counted no more: its figures are gone, and would come back for good. */
  #tell(): void {
    if (this.#closed) return;
    const healthy = this.#health.state !== 'down' && this.#breaker.state !== 'open';
    this.#tools.meter.upstream(this.id, { healthy, outstanding: this.outstanding });
  }
}

function whyOf(thrown: unknown): string {
  return thrown instanceof TryFailed ? thrown.error.detail : toFailure(thrown).detail;
}
