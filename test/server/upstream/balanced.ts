// A balancer over a database of its own, with engines behind it and no sessions of its own.
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { silentMeter } from '../../../server/inference/meter.ts';
import { EventHub } from '../../../server/registry/events.ts';
import { openDatabase } from '../../../server/storage/database.ts';
import { Balancer } from '../../../server/upstream/balancer.ts';
import { Upstreams } from '../../../server/upstream/upstreams.ts';
import type { Pace } from '../../../server/upstream/watch.ts';
import { newUpstreamSchema, type NewUpstream } from '../../../src/core/artifact/upstream-api.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import type { InferRequest } from '../../../src/core/protocol/infer-request.ts';
import type { Answered, InferContext, ProtocolBackend } from '../../../src/core/serve/service.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { temporaryFolder } from '../support.ts';

/** Nobody looks while a test runs, but for the first time. */
const never: Pace = { everyMs: 2 ** 30, everyMsDown: 2 ** 30, timeoutMs: 20_000 };

export interface BalancedOptions {
  readonly pace?: Pace;
  readonly variables?: Readonly<Record<string, string>>;
}

export interface Balanced {
  readonly balancer: Balancer;
  readonly upstreams: Upstreams;
  add(url: string, more?: Partial<NewUpstream>): Promise<string>;
  /** One prediction of model `m`; y as a number. */
  ask(more?: Partial<InferRequest>, context?: Partial<InferContext>): Promise<Answered & { y: number }>;
  readonly tried: { id: string; outcome: string }[];
  /** Upstreams that have figures. */
  readonly counted: ReadonlySet<string>;
  /** As the balancer told them: model, version, outcome. */
  readonly answeredFor: string[];
  readonly logged: string[];
}

export async function balanced(options: BalancedOptions = {}): Promise<Balanced> {
  const database = await openDatabase(join(temporaryFolder(), 'registry.sqlite'));
  const local = nothingHere;
  const tried: Balanced['tried'] = [];
  const counted = new Set<string>();
  const logged: string[] = [];
  const answeredFor: string[] = [];
  const nowMs = () => performance.now();
  const random = Math.random;
  const upstreams = await Upstreams.open({
    registry: { database, now: () => new Date(), events: new EventHub() },
    local,
    pace: options.pace ?? never,
    tools: {
      meter: {
        ...silentMeter,
        tried: (id, outcome) => {
          counted.add(id);
          tried.push({ id, outcome });
        },
        upstream: (id, state) => {
          if (state) counted.add(id);
          else counted.delete(id);
        },
      },
      nowMs,
      now: () => new Date(),
      random,
      variable: name => options.variables?.[name],
      log: (facts, message) => void logged.push(JSON.stringify({ ...facts, message })),
      via: '1.1 test',
    },
  });
  onTestFinished(async () => {
    await upstreams.close();
    await database.destroy();
  });
  const balancer = new Balancer({
    meter: { request: (model, version, outcome) => void answeredFor.push(`${model}@${version} ${outcome}`) },
    local,
    upstreams,
    isRegistered: () => Promise.resolve(false),
    deadlineMs: () => Promise.resolve(30_000),
    offload: () => Promise.resolve(null),
    nowMs,
    random,
  });
  return {
    balancer,
    upstreams,
    tried,
    counted,
    answeredFor,
    logged,
    add: async (url, more = {}) =>
      (await upstreams.add(newUpstreamSchema.parse({ model: 'm', url, ...more }), 'admin-key')).id,
    ask: async (more = {}, context = {}) => {
      const version = await balancer.resolve({ model: 'm', version: undefined });
      const answered = await balancer.infer(
        version,
        { ...plainRequest, ...more },
        { signal: new AbortController().signal, tenant: 'test', ...context },
      );
      return { ...answered, y: Number(answered.outputs['y']!.data[0]) };
    },
  };
}

export const plainRequest: InferRequest = {
  id: null,
  parameters: {},
  inputs: { x: float32([1, 1], [1]) },
  outputs: null,
  binaryOutputs: false,
};

const absent = () => Promise.reject(new HaversackError('NotFound', 'nothing here'));

const nothingHere: ProtocolBackend = {
  server: { name: 'test', version: '1' },
  resolve: absent,
  metadata: absent,
  ready: absent,
  describe: absent,
  infer: absent,
  index: () => Promise.resolve([]),
  load: absent,
  unload: absent,
};
