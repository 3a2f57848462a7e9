// The one entrance: every request passes here before its route, and every route is in the access table or does not exist.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { DeviceInfo } from '../../src/core/artifact/access-api.ts';
import type { AccessKey } from '../../src/core/artifact/key-api.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { ModelRight } from '../../src/core/artifact/grant.ts';
import { type Right, rightOf } from './access.ts';
import { admitCaller, admitModel, type FlowOptions, isPrediction } from './flow.ts';
import { securityHeaders } from './headers.ts';
import { type Identity, identify, type IdentityContext } from './identity.ts';
import { checkOrigin, isLocal, type Origin } from './origin.ts';
import { type Rights, rightsOf } from './rights.ts';
import { grantsOf, requireRight } from './standing.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Identity;
    /** Whether reading and predicting need no key from where the caller is. */
    openReads: boolean;
    /** What the caller may. */
    rights: Rights;
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
  }
}

export interface Gate extends IdentityContext {
  readonly flow: FlowOptions;
  readonly servedNames: () => ReadonlySet<string>;
  readonly sawDevice: (device: DeviceInfo) => void;
  readonly usedAccessKey: (key: AccessKey) => void;
}

export function installGate(app: FastifyInstance, gate: Gate): void {
  app.decorateRequest('caller');
  app.decorateRequest('openReads', false);
  app.decorateRequest('rights');
  app.decorateRequest('reply');
  app.decorateRequest('policies', null);
  app.decorateRequest('countedModel', null);
  app.decorateRequest('requireStill', async function (this: FastifyRequest) {
    recognise(this, await identifyAgain(gate, this));
    requireRouteRight(this);
  });
  app.decorateRequest('requireOn', async function (this: FastifyRequest, model: string, right: ModelRight) {
    requireRight(this.caller, this.rights, right, model);
    // The other rights are asked for what a prediction reads besides: a data set of another model.
    if (right === 'predict' && isPrediction(this)) await admitModel(gate.flow, this, this.reply, model);
  });
  app.addHook('onRoute', route => {
    const methods = [route.method].flat();
    for (const method of methods) {
      route.config = { ...route.config, right: rightOf(method, route.url) };
    }
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    const origin = originOf(request);
    checkOrigin(origin, gate.servedNames());
    request.openReads = isLocal(origin);
    request.reply = reply;
    recognise(request, await identify(gate, request.headers.authorization));
    // What no route answers is for everyone: it tells nothing. Nor is a body that nobody reads waited for.
    if (request.is404 && request.method !== 'GET' && request.method !== 'HEAD') {
      throw new HaversackError('NotFound', `${request.method} ${request.url.slice(0, 200)}`);
    }
    await admitCaller(gate.flow, request, reply);
    requireRouteRight(request);
    const model = modelOf(request);
    if (model !== null && isPrediction(request)) await admitModel(gate.flow, request, reply, model);
    if (request.caller.kind === 'device') gate.sawDevice(request.caller.device);
    if (request.caller.kind === 'access-key') gate.usedAccessKey(request.caller.key);
  });
  // A body takes its time: who sends it may have been revoked since it began.
  app.addHook('preHandler', async request => {
    if (request.body !== undefined) await request.requireStill();
  });
}

function recognise(request: FastifyRequest, identity: Identity): void {
  request.caller = identity;
  request.rights = rightsOf(grantsOf(identity, request.openReads));
}

function requireRouteRight(request: FastifyRequest): void {
  const right = request.routeOptions.config.right ?? 'public';
  requireRight(request.caller, request.rights, right, modelOf(request));
}

/** The model in the path, as the router read it: what the handler gets too. */
function modelOf({ params }: FastifyRequest): string | null {
  return (params as { readonly model?: string }).model ?? null;
}

/** By the key, not by the token: that was good when the request began. */
async function identifyAgain(gate: Gate, { caller, headers }: FastifyRequest): Promise<Identity> {
  if (caller.kind === 'access-key' || caller.kind === 'token') return identify(gate, headers.authorization);
  const device = caller.kind === 'device' ? await gate.findDevice(caller.device.id) : null;
  return device ? { kind: 'device', device } : caller;
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

/** A proxy on this machine connects from loopback, for somebody who need not be here: RFC 7239, RFC 9110 §7.6.3, habit. */
const forwardingHeaders = [
  ...['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'],
  'cf-connecting-ip',
];

function originOf(request: FastifyRequest): Origin {
  return {
    method: request.method,
    host: request.headers.host ?? request.headers[':authority']?.toString(),
    origin: request.headers.origin,
    address: request.socket.remoteAddress,
    isForwarded: forwardingHeaders.some(name => request.headers[name] !== undefined),
  };
}
