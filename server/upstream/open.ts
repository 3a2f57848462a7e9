// The balancer and its upstreams over a registry: what a server needs of this folder.
import { randomBytes } from 'node:crypto';
import type { ProtocolBackend } from '../../src/core/serve/service.ts';
import type { Meter } from '../inference/meter.ts';
import type { Registry } from '../registry/context.ts';
import { Balancer } from './balancer.ts';
import { Upstreams } from './upstreams.ts';
import type { Pace } from './watch.ts';

export interface BalancingOptions {
  readonly registry: Registry;
  /** This server's own sessions. */
  readonly local: ProtocolBackend;
  readonly meter: Meter;
  readonly deadlineMs: (model: string) => Promise<number>;
  readonly pace?: Pace;
}

export interface Balancing {
  readonly balancer: Balancer;
  readonly upstreams: Upstreams;
  /** Names this server to those it asks: who meets it in a request has come round in a circle. */
  readonly via: string;
}

export async function openBalancing(options: BalancingOptions): Promise<Balancing> {
  const { registry, local, meter, deadlineMs, pace } = options;
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
  const isRegistered = registeredModels(registry);
  return {
    balancer: new Balancer({ local, upstreams, isRegistered, deadlineMs, nowMs, random: Math.random }),
    upstreams,
    via,
  };
}

/** Whether the registry has a model. It never loses one: that it has it is looked up once. */
function registeredModels({ database }: Registry): (model: string) => Promise<boolean> {
  const known = new Set<string>();
  return async model => {
    if (known.has(model)) return true;
    const row = await database
      .selectFrom('models')
      .select('name')
      .where('name', '=', model)
      .executeTakeFirst();
    if (row) known.add(model);
    return row !== undefined;
  };
}
