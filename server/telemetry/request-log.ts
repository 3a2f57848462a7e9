// What is kept of each request once it is answered: its place in the counts, a line in the log where lines are wanted, a
// warning where it took long.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { registryRoot } from '../../src/core/artifact/registry-api.ts';
import { pathOf } from './logger.ts';
import type { Families } from './metric-list.ts';
import type { Distribution, Figure } from './series.ts';

/** Answers that took longer than this are warned of, unless it is said otherwise. */
export const defaultSlowMs = 5_000;

/** These stay open on purpose. */
const streams: ReadonlySet<string> = new Set([`${registryRoot}/events`]);
/** The route of what no route answers: its address is a stranger's and must not become a label. */
const noRoute = '(none)';

interface RouteSeries {
  readonly latency: Distribution;
  /** By method and status. */
  readonly counts: Map<string, Figure>;
}

export interface RequestLogOptions {
  readonly families: Families;
  readonly slowMs: number;
  /** The server's: says whether lines are wanted. */
  readonly logger: Logger;
  /** Who asked, as a line may say it. */
  readonly callerOf: (request: FastifyRequest) => string;
}

export function logRequests(
  app: FastifyInstance,
  { families, slowMs, logger, callerOf }: RequestLogOptions,
): void {
  const routes = new Map<string, RouteSeries>();
  const seriesOf = (route: string): RouteSeries => {
    const known = routes.get(route);
    if (known) return known;
    const series = { latency: families.httpLatency.of(route), counts: new Map<string, Figure>() };
    routes.set(route, series);
    return series;
  };
  app.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const route = request.is404 ? noRoute : (request.routeOptions.url ?? noRoute);
    const ms = reply.elapsedTime;
    const { latency, counts } = seriesOf(route);
    latency.observe(ms / 1000);
    const key = `${method} ${reply.statusCode}`;
    let count = counts.get(key);
    if (!count) counts.set(key, (count = families.http.of(method, route, String(reply.statusCode))));
    count.add();
    const isSlow = ms > slowMs && !streams.has(route);
    if (!isSlow && !logger.isLevelEnabled('info')) return done();
    const facts = { ...factsOf(request, reply, route, ms), caller: callerOf(request) };
    if (isSlow) request.log.warn(facts, 'slow request');
    else request.log.info(facts, 'request');
    done();
  });
}

/** What a line says. The request's id is on it already. */
function factsOf(request: FastifyRequest, reply: FastifyReply, route: string, ms: number): object {
  const { traceId, spanId, parentId } = request.trace;
  return {
    method: request.method,
    path: pathOf(request.url),
    route,
    status: reply.statusCode,
    ms: Math.round(ms * 1000) / 1000,
    traceId,
    spanId,
    ...(parentId === null ? {} : { parentId }),
  };
}
