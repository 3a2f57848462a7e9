// The one entrance: every request passes here before its route, and every route is in the access table or does not exist. What is
// decided there is `Entry`'s; this hands it requests, and carries out what it says.
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ModelRight } from '../../src/core/artifact/grant.ts';
import { type Right, rightOf } from './access.ts';
import { Entry, type Gate } from './entry.ts';
import { securityHeaders } from './headers.ts';
import { type Identity, identityName } from './identity.ts';
import { originOf } from './origin.ts';
import { rateLimitFields } from './rate-limit-fields.ts';
import type { Rights } from '../../src/core/artifact/rights.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the connection; undefined where there is none any more. */
    address: string | undefined;
    /** Its way through the gate; null until it has come there. */
    entry: Entry | null;
    readonly caller: Identity;
    /** Whether reading and predicting need no key from where the caller is. */
    readonly openReads: boolean;
    /** What the caller may. */
    readonly rights: Rights;
    /**
     * Looks again whether the caller may do this: after work that took its time, before what it leads to is kept.
     * @throws HaversackError `Unauthorized`, `Forbidden`
     */
    requireStill(): Promise<void>;
    /**
     * For a route that wants a right on any model, when the body has named the one. A prediction is counted for it.
     * @throws HaversackError `Unauthorized`, `Forbidden`, `TooManyRequests`, `QuotaSpent`
     */
    requireOn(model: string, right: ModelRight): Promise<void>;
    /** The answer to it. */
    reply: FastifyReply;
  }
  interface FastifyContextConfig {
    right?: Right;
    /** Goes on for as long as somebody listens. */
    isStream?: boolean;
  }
}

/** Where a connection comes from; undefined where it is gone. */
export type AddressOf = (request: IncomingMessage) => string | undefined;

export function installGate(app: FastifyInstance, gate: Gate, addressOf: AddressOf): void {
  decorate(app);
  app.addHook('onRoute', route => {
    const methods = [route.method].flat();
    for (const method of methods) {
      route.config = { ...route.config, right: rightOf(method, route.url) };
    }
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    request.address = addressOf(request.raw);
    request.reply = reply;
    const { config } = request.routeOptions;
    const entry = new Entry(gate, {
      ...originOf(request.raw, request.address),
      authorization: request.headers.authorization,
      right: config.right ?? 'public',
      model: modelOf(request),
      isStream: config.isStream === true,
      nowhere: isNowhere(request) ? `${request.method} ${request.url.slice(0, 200)}` : null,
    });
    request.entry = entry;
    await countedFor(entry, reply, () => entry.admit());
  });
  // A body takes its time: who sends it may have been revoked since it began.
  app.addHook('preHandler', async request => {
    if (request.body !== undefined) await request.requireStill();
  });
}

function decorate(app: FastifyInstance): void {
  app.decorateRequest('address');
  app.decorateRequest('entry', null);
  app.decorateRequest('reply');
  app.decorateRequest('caller', { getter: entryOf(entry => entry.caller) });
  app.decorateRequest('openReads', { getter: entryOf(entry => entry.openReads) });
  app.decorateRequest('rights', { getter: entryOf(entry => entry.rights) });
  app.decorateRequest('requireStill', function (this: FastifyRequest) {
    return this.entry!.requireStill();
  });
  app.decorateRequest('requireOn', function (this: FastifyRequest, model: string, right: ModelRight) {
    const entry = this.entry!;
    return countedFor(entry, this.reply, () => entry.requireOn(model, right));
  });
}

/** Of a request that has come to the gate, as all have that a route sees. */
function entryOf<T>(read: (entry: Entry) => T): (this: FastifyRequest) => T {
  return function () {
    return read(this.entry!);
  };
}

/** Says in the answer what is left of the limits that were counted, and gives back when it is out what is held until then. */
async function countedFor(entry: Entry, reply: FastifyReply, count: () => Promise<void>): Promise<void> {
  const { policies: before, isCounted: wasCounted } = entry;
  try {
    await count();
  } finally {
    if (entry.policies.length > before.length) reply.headers(rateLimitFields(entry.policies));
    if (entry.isCounted && !wasCounted) endWith(entry, reply);
  }
}

/** Emitted also where the connection broke before the answer was out, or while it was waited for here. */
function endWith(entry: Entry, reply: FastifyReply): void {
  const isOver = () => entry.end(reply.statusCode >= 400 || !reply.raw.headersSent);
  if (reply.raw.closed) isOver();
  else reply.raw.once('close', isOver);
}

function isNowhere({ is404, method }: FastifyRequest): boolean {
  return is404 && method !== 'GET' && method !== 'HEAD';
}

/** The model in the path, as the router read it: what the handler gets too. */
function modelOf({ params }: FastifyRequest): string | null {
  return (params as { readonly model?: string }).model ?? null;
}

/** For the audit, and to count by. Behind a right above `read` there is always somebody. */
export function actorOf({ caller }: FastifyRequest): string {
  switch (caller.kind) {
    case 'device':
      return caller.device.id;
    case 'access-key':
      return `access-key:${caller.key.id}`;
    case 'token':
      return `token:${caller.person.subject}`;
    default:
      return caller.kind;
  }
}

/** Who asks, for the log. */
export function callerNameOf({ entry }: FastifyRequest): string {
  return identityName(entry?.identity ?? null);
}
