// The protocol's backend where engines answer beside this server's own sessions, or in their place. A model without upstreams goes
// straight to the local backend. Models that the registry does not have are known by their upstreams alone.
import { errorCatalogue, HaversackError, toFailure } from '../../src/core/errors.ts';
import type { InferRequest } from '../../src/core/protocol/infer-request.ts';
import { type Offload, offloadMember } from '../../src/core/protocol/offload.ts';
import type { ModelMetadata } from '../../src/core/protocol/messages.ts';
import type {
  Answered,
  Description,
  IndexEntry,
  InferContext,
  ProtocolBackend,
  Resolved,
  Target,
} from '../../src/core/serve/service.ts';
import { defaultServing } from '../../src/core/artifact/serving-api.ts';
import { noUpstreamVersion } from '../../src/core/artifact/upstream-api.ts';
import type { Meter } from '../inference/meter.ts';
import { withOffload } from '../inference/with-offload.ts';
import { dispatch } from './dispatch.ts';
import { TryFailed } from './try-failed.ts';
import type { UpstreamAnswerer } from './upstream-answerer.ts';
import type { AnswererPool, Upstreams } from './upstreams.ts';

/** How long engines are asked about themselves. */
const metadataTimeoutMs = 10_000;

export interface BalancerOptions {
  readonly local: ProtocolBackend;
  readonly upstreams: Upstreams;
  /** Whether the registry has the model, whatever versions of it. */
  readonly isRegistered: (model: string) => Promise<boolean>;
  /** From arrival to answer, of requests of a registered model. */
  readonly deadlineMs: (model: string) => Promise<number>;
  /** What a client fetches to run a registered model by itself; null where there is nothing. */
  readonly offload: (version: Resolved) => Promise<Offload | null>;
  /** Told of answers that upstreams gave; the Model Server tells of its own. */
  readonly meter: Pick<Meter, 'request'>;
  readonly nowMs: () => number;
  readonly random: () => number;
}

export class Balancer implements ProtocolBackend {
  readonly server: ProtocolBackend['server'];
  readonly #options: BalancerOptions;
  #draining = false;

  constructor(options: BalancerOptions) {
    this.#options = options;
    this.server = options.local.server;
  }

  /** From now on `health` says no, so that balancers ask elsewhere; everything is answered as before. */
  drain(): void {
    this.#draining = true;
  }

  async health(): Promise<void> {
    if (this.#draining) throw new HaversackError('Unavailable', 'this server stops: ask another');
    await this.#options.local.health?.();
  }

  async resolve(target: Target): Promise<Resolved> {
    const { local, upstreams, isRegistered } = this.#options;
    const { model, version: asked } = target;
    if (!upstreams.poolOf(model)) return local.resolve(target);
    const resolved = (await isRegistered(model)) ? await local.resolve(target) : { model, version: 0 };
    return asked === undefined ? resolved : { ...resolved, asked };
  }

  async admit(version: Resolved, context: InferContext): Promise<void> {
    const { local, upstreams } = this.#options;
    if (!upstreams.poolOf(version.model)) await local.admit?.(version, context);
  }

  async infer(version: Resolved, request: InferRequest, context: InferContext): Promise<Answered> {
    const { local, upstreams, meter, nowMs, random } = this.#options;
    const pool = upstreams.poolOf(version.model);
    if (!pool) return local.infer(version, request, context);
    const answerers = pool.answerers.filter(answerer => answerer.takes(version));
    if (answerers.length === 0) throw notTaken(version);
    // Nothing to choose, nothing to add.
    if (answerers.length === 1 && answerers[0] === pool.local && pool.local.standing === 'well') {
      return local.infer(version, request, context);
    }
    // A model that only engines have has no settings here.
    const ownMs =
      version.version === 0 ? defaultServing.deadlineMs : await this.#options.deadlineMs(version.model);
    const arrivedMs = nowMs();
    const wholeMs = Math.min(ownMs, context.timeoutMs ?? Infinity, timeoutOf(request));
    // Runs of the same request that went before this one took of the same time.
    const timeoutMs = wholeMs - (context.arrivedAt === undefined ? 0 : arrivedMs - context.arrivedAt);
    const isOwnDeadline = wholeMs === ownMs && timeoutMs >= ownMs / 2;
    const tell = (outcome: string, by: string | null) =>
      meter.request(version.model, by ?? versionName(version), outcome, (nowMs() - arrivedMs) / 1000);
    try {
      const answered = await dispatch(
        answerers,
        { version, request, context, timeoutMs, isOwnDeadline },
        { budget: pool.budget, nowMs, random },
      );
      if (answered.by.who === 'upstream') tell('ok', answered.by.version);
      return answered;
    } catch (thrown) {
      // Where this server tried too, what came of it there is told already.
      if (!answerers.some(answerer => answerer === pool.local))
        tell(toFailure(thrown, 'UpstreamFailed').code, null);
      throw await this.#withOffload(thrown, version);
    }
  }

  /** Where nobody has room, a client may run a model that the registry has by itself. */
  async #withOffload(thrown: unknown, version: Resolved): Promise<unknown> {
    if (!(thrown instanceof HaversackError) || version.version === 0) return thrown;
    const isFull = errorCatalogue[thrown.code].status === 503 && !(offloadMember in thrown.members);
    return isFull ? withOffload(thrown, await this.#options.offload(version)) : thrown;
  }

  async metadata(version: Resolved): Promise<ModelMetadata> {
    const { local, upstreams } = this.#options;
    const pool = upstreams.poolOf(version.model);
    if (!pool || version.version !== 0) return local.metadata(version);
    let failed: unknown = notTaken(version);
    for (const upstream of takersOf(pool, version)) {
      try {
        const signal = AbortSignal.timeout(metadataTimeoutMs);
        return { ...(await upstream.metadata(version, signal)), name: version.model };
      } catch (thrown) {
        failed = thrown;
      }
    }
    throw failed instanceof TryFailed ? failed.error : failed;
  }

  async ready(version: Resolved): Promise<void> {
    const { local, upstreams } = this.#options;
    const pool = upstreams.poolOf(version.model);
    if (!pool) return local.ready(version);
    const takers = takersOf(pool, version);
    if (takers.some(({ standing, live }) => standing === 'well' && live.health === 'up')) return;
    if (version.version !== 0 && pool.local.standing === 'well') return local.ready(version);
    if (takers.length === 0) throw notTaken(version);
    const why = takers.map(({ id, live }) => `${id}: ${live.why ?? live.health}`).join('; ');
    throw new HaversackError('Unavailable', `no upstream of ${version.model} is ready (${why})`);
  }

  async describe(version: Resolved): Promise<Description | null> {
    return version.version === 0 ? null : this.#options.local.describe(version);
  }

  async index(only?: string): Promise<readonly IndexEntry[]> {
    const { local, upstreams, isRegistered } = this.#options;
    const own = await local.index(only);
    const models = upstreams.models.filter(model => only === undefined || model === only);
    const others = await Promise.all(
      models.map(async model => ((await isRegistered(model)) ? [] : entryOf(model, upstreams))),
    );
    return [...own, ...others.flat()];
  }

  async load(target: Target): Promise<void> {
    await this.#requireOwn(target);
    await this.#options.local.load(target);
  }

  async unload(target: Target): Promise<void> {
    await this.#requireOwn(target);
    await this.#options.local.unload(target);
  }

  /** @throws HaversackError `Conflict` for a model that only upstreams have: what they load is not ours to say */
  async #requireOwn({ model }: Target): Promise<void> {
    if (this.#options.upstreams.poolOf(model) && !(await this.#options.isRegistered(model))) {
      throw new HaversackError(
        'Conflict',
        `${model} is at upstreams only, which load and unload by themselves`,
      );
    }
  }
}

function takersOf(pool: AnswererPool, version: Resolved): UpstreamAnswerer[] {
  return pool.upstreams.filter(upstream => upstream.takes(version));
}

function entryOf(model: string, upstreams: Upstreams): IndexEntry[] {
  const rows = upstreams.list(model).filter(({ state }) => state === 'active');
  const versions = new Set(rows.map(row => row.upstreamVersion ?? ''));
  return [...versions].map(version => {
    const own = rows.filter(row => (row.upstreamVersion ?? '') === version);
    const isReady = own.some(({ live }) => live.health === 'up');
    return {
      name: model,
      version: version === noUpstreamVersion ? '' : version,
      state: isReady ? 'READY' : 'UNAVAILABLE',
      reason: isReady ? '' : own.map(({ id, live }) => `${id}: ${live.why ?? live.health}`).join('; '),
    };
  });
}

/** As it is counted. */
function versionName({ version, asked }: Resolved): string {
  return String(version === 0 ? (asked ?? '') : version);
}

function notTaken({ model, version, asked }: Resolved): HaversackError {
  const name = asked ?? (version === 0 ? 'any version' : version);
  return new HaversackError('NotFound', `nothing answers for ${model}@${name}`);
}

/** Triton's `timeout`, in µs: none, or none that is one, is no limit. */
function timeoutOf({ parameters }: InferRequest): number {
  const { timeout } = parameters;
  return typeof timeout === 'number' && timeout > 0 ? timeout / 1000 : Infinity;
}
