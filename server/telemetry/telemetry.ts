// What a server tells of itself, put together: counted by the meter, served at /metrics and /registry/v1/live.
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Live, LiveLimited } from '../../src/core/artifact/live-api.ts';
import { registryRoot } from '../../src/core/artifact/registry-api.ts';
import type { Meter } from '../inference/meter.ts';
import { CountingMeter } from './counting-meter.ts';
import { LiveWindow } from './live-window.ts';
import { createFamilies, type Families } from './metric-list.ts';
import { nameRequests } from './request-identity.ts';
import { defaultSlowMs, logRequests, type RequestLogOptions } from './request-log.ts';

export const metricsPath = '/metrics';

export interface TelemetryOptions {
  /** Of this program. */
  readonly version: string;
  readonly now: () => Date;
  readonly logger: Logger;
  /** Requests that take longer are warned of in the log, in ms. */
  readonly slowMs?: number | undefined;
}

export interface Telemetry {
  /** For whoever has something to tell. */
  readonly meter: Meter;
  readonly families: Families;
  readonly live: LiveWindow;
  readonly logger: Logger;
  readonly slowMs: number;
}

export function createTelemetry({
  version,
  now,
  logger,
  slowMs = defaultSlowMs,
}: TelemetryOptions): Telemetry {
  const families = createFamilies();
  families.build.of(version, process.versions.node).set(1);
  return {
    meter: new CountingMeter(families),
    families,
    live: new LiveWindow({ families, now }),
    logger,
    slowMs,
  };
}

/**
 * Hooks: before those of the gate, so that what it turns away has an id and is counted. Runs until the application closes.
 * @param callerOf who asked, as a line may say it
 */
export function watchRequests(
  app: FastifyInstance,
  { families, live, logger, slowMs }: Telemetry,
  callerOf: RequestLogOptions['callerOf'],
): void {
  nameRequests(app);
  logRequests(app, { families, slowMs, logger, callerOf });
  live.start();
  app.addHook('onClose', (_app, done) => {
    live.stop();
    done();
  });
}

/** @param limited who was turned away for asking too much, and may not yet again */
export function registerTelemetryRoutes(
  app: FastifyInstance,
  { families, live }: Telemetry,
  limited: () => LiveLimited[] = () => [],
): void {
  app.get(metricsPath, async (_request, reply) => {
    families.limited.of().set(limited().length);
    // prom-client is loaded with the first question: most servers are never asked.
    const { render } = await import('./prometheus.ts');
    const { text, contentType } = await render(Object.values(families));
    return reply.header('Content-Type', contentType).header('Cache-Control', 'no-store').send(text);
  });
  app.get(`${registryRoot}/live`, (_request, reply): Live => {
    reply.header('Cache-Control', 'no-store');
    return { ...live.read(), limited: limited() };
  });
}
