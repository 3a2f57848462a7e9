// What a request is called: its id, which the answer and every line about it carry, and its place in a trace.
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { readTraceContext, type TraceContext, traceHeaders } from './trace-context.ts';

export const requestIdHeader = 'X-Request-Id';

declare module 'fastify' {
  interface FastifyRequest {
    /** Read, or begun, when it is first asked for: most requests need none. */
    readonly trace: TraceContext;
    /** Headers for whoever computes for this request elsewhere: its id, `traceparent`, `tracestate`, and who passed it on. */
    passOn(): Record<string, string>;
  }
}

/** What people and balancers use as ids. Anything else is not taken: it would end up in logs and headers. */
const sanePattern = /^[A-Za-z0-9][A-Za-z0-9._:+/=@-]{0,127}$/;

/** This process, so that two servers' ids differ. */
const processPart = randomBytes(5).toString('hex');
let made = 0;

/** The caller's own where it is sane; else one that no other request has. Cheap: it is made for every request. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  if (typeof given === 'string' && sanePattern.test(given)) return given;
  made += 1;
  return `${processPart}-${made.toString(36)}`;
}

/** Says the id in every answer, and lets requests be asked for their trace. */
export function nameRequests(app: FastifyInstance): void {
  const traces = new WeakMap<object, TraceContext>();
  app.decorateRequest('trace', {
    getter() {
      const known = traces.get(this);
      if (known) return known;
      const { traceparent, tracestate } = this.headers;
      const trace = readTraceContext(traceparent, tracestate);
      traces.set(this, trace);
      return trace;
    },
  });
  app.decorateRequest('passOn', function () {
    const { via } = this.headers;
    return {
      ...traceHeaders(this.trace),
      'x-request-id': this.id,
      ...(via === undefined ? {} : { via }),
    };
  });
  app.addHook('onRequest', (request, reply, done) => {
    reply.header(requestIdHeader, request.id);
    done();
  });
}
