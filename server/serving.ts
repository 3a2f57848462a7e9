// What answers predictions, put together: the Model Server, the engines beside it, named data sets, and their routes.
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { OpenSession } from '../src/core/runtime/session.ts';
import type { ProtocolBackend } from '../src/core/serve/service.ts';
import { tenantOf } from './gateway/identity.ts';
import { registerDatasetRoutes } from './inference/dataset-routes.ts';
import { Datasets } from './inference/datasets.ts';
import { registrySource } from './inference/from-registry.ts';
import { inTime } from './inference/in-time.ts';
import { ModelServer } from './inference/model-server.ts';
import { requestContext } from './inference/request-context.ts';
import { registerInferenceRoutes } from './inference/routes.ts';
import { SessionThreads } from './inference/session-threads.ts';
import type { Registry } from './registry/context.ts';
import { projectVersion } from './root-folder.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import { openBalancing } from './upstream/open.ts';
import { refuseCircles } from './upstream/refuse-circles.ts';
import { registerUpstreamRoutes } from './upstream/routes.ts';
import type { Upstreams } from './upstream/upstreams.ts';

interface ServingParts {
  readonly registry: Registry;
  readonly telemetry: Telemetry;
  /** The built program of the threads that run models; null: all run on this one. */
  readonly sessionThread: string | null;
  /** Of the server. */
  readonly data: string;
}

interface Serving {
  readonly backend: ProtocolBackend;
  readonly upstreams: Upstreams;
  /** What this server calls itself to those it asks. */
  readonly via: string;
  /** Loads a version before it is asked for; comes back after a while even so. Never rejects. */
  prepare(model: string, version: number): Promise<void>;
  drain(): void;
  close(): Promise<void>;
}

export async function openServing(
  app: FastifyInstance,
  { registry, telemetry: { meter }, sessionThread, data }: ServingParts,
): Promise<Serving> {
  const source = registrySource(registry);
  const threads = sessionThread ? new SessionThreads({ program: sessionThread }) : null;
  const models = new ModelServer({
    source,
    threads,
    openSession: threads ? openSmall : registry.openSession,
    meter,
    server: { name: 'haversack', version: projectVersion() },
  });
  source.onMoved((model, version) => {
    models
      .prepare(model, version)
      .catch((error: unknown) =>
        registry.log.warn({ model, version, err: error }, 'an alias means what cannot be loaded'),
      );
  });
  const balancing = await openBalancing({
    registry,
    local: models,
    meter,
    deadlineMs: async model => (await source.serving(model)).deadlineMs,
    offload: version => models.offload(version),
  });
  const { balancer, upstreams } = balancing;
  refuseCircles(app, balancing.via);
  registerUpstreamRoutes(app, upstreams);
  const datasets = new Datasets({ registry, source, folder: join(data, 'datasets') });
  await registerInferenceRoutes(app, {
    backend: balancer,
    contextOf: (request, reply) => requestContext(request, reply, tenantOf(request.caller)),
    permit: (request, model, right) => request.requireOn(model, right),
    datasets,
  });
  await registerDatasetRoutes(app, datasets);
  return {
    backend: balancer,
    upstreams,
    via: balancing.via,
    prepare: (model, version) => prepared(models, model, version),
    drain: () => {
      balancer.drain();
    },
    close: async () => {
      await balancing.close();
      source.close();
      await models.close();
      await threads?.close();
    },
  };
}

/** One that runs in less time than it takes to wake another core up. */
const openSmall: OpenSession = async model => {
  const { nodeSessions } = await import('./inference/session.ts');
  return nodeSessions({ intraOpNumThreads: 1 })(model);
};

/** Who moves an alias waits so long for the version it is to mean to be loaded, and then no longer. */
const maxPrepareMs = 10_000;

/** A version that cannot be loaded is found out by who asks for it. */
async function prepared(models: ModelServer, model: string, version: number): Promise<void> {
  await inTime(models.prepare(model, version), { name: model, waitMs: maxPrepareMs }).catch(() => undefined);
}
