// The gate as a front has it: it hands the primary what is known of a request before its body, and carries out what that says.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { rightOf } from '../gateway/access.ts';
import { securityHeaders } from '../gateway/headers.ts';
import { originOf } from '../gateway/origin.ts';
import { rateLimitFields } from '../gateway/rate-limit-fields.ts';
import { timeoutOf } from '../inference/request-context.ts';
import type { EnterMessage } from './enter-message.ts';
import { errorOf } from './failure-message.ts';
import { FrontVisit, type KnownVersions } from './front-visit.ts';
import type { Primary } from './primary.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** In a front; null until it has come to the gate. */
    visit: FrontVisit | null;
  }
}

export function installFrontGate(app: FastifyInstance, primary: Primary, known: KnownVersions): void {
  app.decorateRequest('visit', null);
  app.decorateRequest('openReads', {
    getter(this: FastifyRequest) {
      return this.visit?.openReads ?? false;
    },
  });
  app.addHook('onRoute', ({ method, url }) => {
    // What the primary holds a visit's rights against.
    for (const each of [method].flat()) {
      if (rightOf(each, url) !== 'predict') throw new Error(`${each} ${url} is not for a front to answer`);
    }
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    const visit = new FrontVisit(primary, known, arrivalOf(request));
    request.visit = visit;
    endWith(visit, reply);
    const { policies, refusal } = await visit.entered();
    if (policies.length > 0) reply.headers(rateLimitFields(policies));
    if (refusal) throw errorOf(refusal);
  });
}

/** Who asks, for the log. */
export function visitorOf({ visit }: FastifyRequest): string {
  return visit?.callerName ?? 'unidentified';
}

/** Emitted also where the connection breaks before the answer is out. */
function endWith(visit: FrontVisit, reply: FastifyReply): void {
  reply.raw.once('close', () => visit.end(reply.statusCode >= 400 || !reply.raw.headersSent));
}

function arrivalOf(request: FastifyRequest): EnterMessage {
  const { model, version } = request.params as { readonly model: string; readonly version?: string };
  const { host, origin, address, isForwarded } = originOf(request.raw, request.socket.remoteAddress);
  return {
    ...{ host, origin, address, isForwarded, model, version },
    authorization: request.headers.authorization,
    timeoutMs: timeoutOf(request),
    passOn: JSON.stringify(request.passOn()),
    via: request.headers.via,
  };
}
