// All upstreams there are, alive: what is stored, what is known of each, and who looks after it. A change takes effect with the
// next request; what is under way ends where it began.
import type { z } from '../../src/core/zod.ts';
import {
  localUpstream,
  type newUpstreamSchema,
  type Upstream,
  type upstreamChangeSchema,
} from '../../src/core/artifact/upstream-api.ts';
import type { ProtocolBackend } from '../../src/core/serve/service.ts';
import type { Actor, Registry } from '../registry/context.ts';
import type { UpstreamRow } from '../storage/tables.ts';
import type { Answerer } from './answerer.ts';
import { LocalAnswerer } from './local-answerer.ts';
import { assertAllowedHost } from './refuse-link-local.ts';
import { RetryBudget } from './retry-budget.ts';
import { addUpstream, changeUpstream, readUpstreams, removeUpstream } from './store.ts';
import { UpstreamAnswerer, type UpstreamTools } from './upstream-answerer.ts';
import { defaultPace, type Pace, Watch } from './watch.ts';

/** Those that answer for one model. */
export interface AnswererPool {
  readonly local: LocalAnswerer;
  readonly upstreams: readonly UpstreamAnswerer[];
  /** All of them. */
  readonly answerers: readonly Answerer[];
  readonly budget: RetryBudget;
}

export interface UpstreamsOptions {
  readonly registry: Pick<Registry, 'database' | 'now' | 'events'>;
  readonly local: Pick<ProtocolBackend, 'infer'>;
  readonly tools: UpstreamTools;
  readonly pace?: Pace;
}

interface Watched {
  readonly upstream: UpstreamAnswerer;
  readonly watch: Watch;
}

export class Upstreams {
  readonly #options: UpstreamsOptions;
  readonly #watched = new Map<string, Watched>();
  /** Of those that are removed, until what is under way there has ended. */
  readonly #closing = new Set<Promise<void>>();
  #rows: readonly UpstreamRow[] = [];
  #pools: ReadonlyMap<string, AnswererPool> = new Map();

  private constructor(options: UpstreamsOptions) {
    this.#options = options;
  }

  static async open(options: UpstreamsOptions): Promise<Upstreams> {
    const upstreams = new Upstreams(options);
    await upstreams.reload();
    return upstreams;
  }

  /** Null where this server answers alone. */
  poolOf(model: string): AnswererPool | null {
    return this.#pools.get(model) ?? null;
  }

  get models(): readonly string[] {
    return [...this.#pools.keys()];
  }

  list(model?: string): Upstream[] {
    return this.#rows
      .filter(row => model === undefined || row.model === model)
      .map(row => this.#describe(row));
  }

  /** Resolves when it was looked at once. @throws HaversackError `BadRequest`, `Conflict`, `TooLarge` */
  async add(given: z.output<typeof newUpstreamSchema>, who: Actor): Promise<Upstream> {
    if (given.url !== localUpstream) assertAllowedHost(given.url);
    const row = await addUpstream(this.#options.registry, given, who);
    await this.#changed(row.model);
    await this.#watched.get(row.id)?.watch.look();
    return this.#describe(row);
  }

  /** @throws HaversackError `NotFound` */
  async change(id: string, change: z.output<typeof upstreamChangeSchema>, who: Actor): Promise<Upstream> {
    const row = await changeUpstream(this.#options.registry, id, change, who);
    await this.#changed(row.model);
    return this.#describe(row);
  }

  /** @throws HaversackError `NotFound` */
  async remove(id: string, why: string | null, who: Actor): Promise<void> {
    const { model } = await removeUpstream(this.#options.registry, id, why, who);
    await this.#changed(model);
  }

  /** As the database has them now. Those that stay keep what is known of them. */
  async reload(): Promise<void> {
    this.#rows = await readUpstreams(this.#options.registry);
    for (const row of this.#rows) {
      if (row.url === localUpstream) continue;
      const known = this.#watched.get(row.id);
      if (known) known.upstream.update(row);
      else this.#watch(row);
    }
    for (const [id, watched] of this.#watched) {
      if (!this.#rows.some(row => row.id === id)) this.#unwatch(id, watched);
    }
    this.#pools = this.#makePools();
  }

  /** Resolves when what is under way has ended. */
  async close(): Promise<void> {
    for (const [id, watched] of this.#watched) this.#unwatch(id, watched);
    this.#pools = new Map();
    await Promise.all(this.#closing);
  }

  async #changed(model: string): Promise<void> {
    await this.reload();
    this.#options.registry.events.publish({ type: 'model', model });
  }

  #watch(row: UpstreamRow): void {
    const { tools, pace = defaultPace } = this.#options;
    const upstream = new UpstreamAnswerer(row, tools);
    const watch = new Watch(upstream, pace, tools.random);
    this.#watched.set(row.id, { upstream, watch });
    void watch.look();
  }

  #unwatch(id: string, { upstream, watch }: Watched): void {
    this.#watched.delete(id);
    watch.end();
    const closing = upstream.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  #makePools(): ReadonlyMap<string, AnswererPool> {
    const pools = new Map<string, AnswererPool>();
    for (const model of new Set(this.#rows.map(row => row.model))) {
      const rows = this.#rows.filter(row => row.model === model);
      const before = this.#pools.get(model);
      const local = before?.local ?? new LocalAnswerer(this.#options.local);
      local.update(rows.find(row => row.url === localUpstream));
      const upstreams = rows.flatMap(({ id }) => this.#watched.get(id)?.upstream ?? []);
      const budget = before?.budget ?? new RetryBudget();
      pools.set(model, { local, upstreams, answerers: [local, ...upstreams], budget });
    }
    return pools;
  }

  #describe(row: UpstreamRow): Upstream {
    return {
      id: row.id,
      model: row.model,
      url: row.url,
      version: row.version,
      upstreamModel: row.upstream_model,
      upstreamVersion: row.upstream_version,
      weight: row.weight,
      keyVariable: row.key_variable,
      state: row.state,
      createdAt: row.created_at,
      createdBy: row.created_by,
      live: (this.#watched.get(row.id)?.upstream ?? this.#pools.get(row.model)!.local).live,
    };
  }
}
