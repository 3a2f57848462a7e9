// The one entrance: every request passes here before its route, and every route is in the access table or does not exist.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AccessKey, DeviceInfo } from '../../src/core/artifact/access-api.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { requireRight, type Right, rightOf } from './access.ts';
import { securityHeaders } from './headers.ts';
import { type Identity, identify, type IdentityContext } from './identity.ts';
import { checkOrigin, isLocal, type Origin } from './origin.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Identity;
    /** Whether reading needs no key from where the caller is. */
    openReads: boolean;
    /**
     * Looks again whether the caller may do this: after work that took its time, before what it leads to is kept.
     * @throws HaversackError `Unauthorized`, `Forbidden`
     */
    requireStill(): Promise<void>;
  }
  interface FastifyContextConfig {
    right?: Right;
  }
}

export interface Gate extends IdentityContext {
  readonly servedNames: () => ReadonlySet<string>;
  readonly sawDevice: (device: DeviceInfo) => void;
  readonly usedAccessKey: (key: AccessKey) => Promise<void>;
}

export function installGate(app: FastifyInstance, gate: Gate): void {
  app.decorateRequest('caller');
  app.decorateRequest('openReads', false);
  app.decorateRequest('requireStill', async function (this: FastifyRequest) {
    this.caller = await identifyAgain(gate, this);
    requireRight(this.caller, this.routeOptions.config.right ?? 'public', this.openReads);
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
    request.caller = await identify(gate, request.headers.authorization);
    // What no route answers is for everyone: it tells nothing. Nor is a body that nobody reads waited for.
    if (request.is404 && request.method !== 'GET' && request.method !== 'HEAD') {
      throw new HaversackError('NotFound', `${request.method} ${request.url.slice(0, 200)}`);
    }
    requireRight(request.caller, request.routeOptions.config.right ?? 'public', request.openReads);
    if (request.caller.kind === 'device') gate.sawDevice(request.caller.device);
    if (request.caller.kind === 'access-key') await gate.usedAccessKey(request.caller.key);
  });
  // A body takes its time: who sends it may have been revoked since it began.
  app.addHook('preHandler', async request => {
    if (request.body !== undefined) await request.requireStill();
  });
}

/** By the key, not by the token: that was good when the request began. */
async function identifyAgain(gate: Gate, { caller, headers }: FastifyRequest): Promise<Identity> {
  if (caller.kind === 'access-key') return identify(gate, headers.authorization);
  const device = caller.kind === 'device' ? await gate.findDevice(caller.device.id) : null;
  return device ? { kind: 'device', device } : caller;
}

/** For the audit. Only behind a right above `read`, where there is always somebody. */
export function actorOf({ caller }: FastifyRequest): string {
  switch (caller.kind) {
    case 'device':
      return caller.device.id;
    case 'access-key':
      return `access-key:${caller.key.id}`;
    default:
      return caller.kind;
  }
}

/** A proxy on this machine connects from loopback, for somebody who need not be here: RFC 7239, RFC 9110 §7.6.3, habit. */
const forwardingHeaders = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

function originOf(request: FastifyRequest): Origin {
  return {
    method: request.method,
    host: request.headers.host ?? request.headers[':authority']?.toString(),
    origin: request.headers.origin,
    address: request.socket.remoteAddress,
    isForwarded: forwardingHeaders.some(name => request.headers[name] !== undefined),
  };
}
