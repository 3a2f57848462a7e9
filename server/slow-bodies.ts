// Bodies that never end: a request has so long to arrive, a file more. Node has one limit for all requests
// (`server.requestTimeout`), so that is set to the longest, and this keeps the others.
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** A request's body must have arrived by then; a chunk of 1 MiB takes 80 s at 100 kbit/s. */
export const bodyTimeoutMs = 120_000;
/** The largest file takes so long at 10 Mbit/s. */
export const fileTimeoutMs = 60 * 60_000;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How long the body may take to arrive; left out: two minutes. */
    bodyTimeoutMs?: number;
  }
}

export function endSlowBodies(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (hasBody(request)) watch(request, request.routeOptions.config.bodyTimeoutMs ?? bodyTimeoutMs);
    done();
  });
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function watch({ raw }: FastifyRequest, timeoutMs: number): void {
  const timer = setTimeout(() => {
    if (raw.complete) return;
    // As Node ends a request that is late.
    if (raw.socket.writable) raw.socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
    // With its connection, where it has one: a request that was injected has none.
    raw.destroy();
  }, timeoutMs);
  timer.unref();
  const stop = () => {
    clearTimeout(timer);
  };
  raw.once('end', stop).once('close', stop);
}
