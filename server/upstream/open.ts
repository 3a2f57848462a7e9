// The balancer and its upstreams over a registry: what a server needs of this folder.
import { randomBytes } from 'node:crypto';
import type { ProtocolBackend } from '../../src/core/serve/service.ts';
import type { Meter } from '../inference/meter.ts';
import type { Registry } from '../registry/context.ts';
import { Balancer, type BalancerOptions } from './balancer.ts';
import { Upstreams } from './upstreams.ts';
import type { Pace } from './watch.ts';

export interface BalancingOptions {
  readonly registry: Registry;
  /** This server's own sessions. */
  readonly local: ProtocolBackend;
  readonly meter: Meter;
  readonly deadlineMs: BalancerOptions['deadlineMs'];
  readonly offload: BalancerOptions['offload'];
  readonly pace?: Pace;
}

export interface Balancing {
  readonly balancer: Balancer;
  readonly upstreams: Upstreams;
  /** Names this server to those it asks: who meets it in a request has come round in a circle. */
  readonly via: string;
  /** Resolves when what is under way at upstreams has ended. */
  close(): Promise<void>;
}

export async function openBalancing(options: BalancingOptions): Promise<Balancing> {
  const { registry, local, meter, deadlineMs, offload, pace } = options;
  const nowMs = () => performance.now();
  const via = `haversack-${randomBytes(6).toString('hex')}`;
  const upstreams = await Upstreams.open({
    registry,
    local,
    ...(pace ? { pace } : {}),
    tools: {
      meter,
      nowMs,
      now: registry.now,
      random: Math.random,
      variable: name => process.env[name],
      log: (facts, message) => registry.log.warn(facts, message),
      via: `1.1 ${via}`,
    },
  });
  const registered = new RegisteredModels(registry);
  return {
    balancer: new Balancer({
      meter,
      local,
      upstreams,
      isRegistered: model => registered.has(model),
      deadlineMs,
      offload,
      nowMs,
      random: Math.random,
    }),
    upstreams,
    via,
    close: async () => {
      registered.close();
      await upstreams.close();
    },
  };
}

/** Whether the registry has a model, asked with each request: remembered until a version of it comes. */
class RegisteredModels {
  readonly #registry: Registry;
  readonly #known = new Map<string, boolean>();
  /** Changes with what is news: what was read before is not remembered after. */
  #age = 0;
  readonly close: () => void;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.close = registry.events.subscribe(event => {
      if (event.type !== 'version') return;
      this.#age += 1;
      this.#known.delete(event.model);
    });
  }

  /** Only of models that have upstreams, of which there is an end. */
  async has(model: string): Promise<boolean> {
    const known = this.#known.get(model);
    if (known !== undefined) return known;
    const age = this.#age;
    const row = await this.#registry.database
      .selectFrom('models')
      .select('name')
      .where('name', '=', model)
      .executeTakeFirst();
    if (age === this.#age) this.#known.set(model, row !== undefined);
    return row !== undefined;
  }
}
