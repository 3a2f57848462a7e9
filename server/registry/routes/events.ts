// Server-sent events (HTML, "Server-sent events"): news while a device listens.
import { PassThrough } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type RegistryEvent, registryRoot } from '../../../src/core/artifact/registry-api.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import { actorOf } from '../../gateway/gate.ts';
import type { Identity } from '../../gateway/identity.ts';
import type { Rights } from '../../../src/core/artifact/rights.ts';
import type { Registry } from '../context.ts';

/** A comment this often keeps the line, and whoever is between, awake. */
const heartbeatMs = 15_000;
/** How long a browser waits before it connects again. */
const retryMs = 3_000;
/** Listeners at once, those of one caller, and bytes one may leave unread before it is let go. */
const maxListeners = 2_000;
const maxListenersOfCaller = 100;
const maxUnreadBytes = 64 * 1024;

export function registerEventRoutes(app: FastifyInstance, registry: Registry): void {
  /** Whose each is. */
  const streams = new Map<PassThrough, string>();
  app.get(`${registryRoot}/events`, { config: { isStream: true } }, (request, reply) => {
    if (streams.size >= maxListeners) {
      throw new HaversackError('Unavailable', `${maxListeners} listen already`);
    }
    const who = actorOf(request);
    if ([...streams.values()].filter(one => one === who).length >= maxListenersOfCaller) {
      throw new HaversackError('TooManyRequests', `${maxListenersOfCaller} of this caller listen already`);
    }
    reply
      .header('Content-Type', 'text/event-stream')
      .header('Cache-Control', 'no-store')
      .header('X-Accel-Buffering', 'no');
    if (request.method === 'HEAD') return reply.send();
    const stream = new PassThrough();
    streams.set(stream, who);
    const write = (text: string) => {
      if (stream.writableEnded || stream.destroyed) return;
      if (stream.writableLength > maxUnreadBytes) stream.destroy();
      else stream.write(text);
    };
    const endUnlessAllowed = () => {
      request.requireStill().catch(() => stream.end());
    };
    const unsubscribe = registry.events.subscribe(event => {
      if (mayHear(request.rights, event)) write(format(event));
      // Its rights have changed: it connects again, and is let in or not.
      if (isAbout(event, request.caller)) stream.end();
    });
    const heartbeat = setInterval(() => {
      write(':\n\n');
      // A key may have come to its end meanwhile.
      endUnlessAllowed();
    }, heartbeatMs);
    stream.once('close', () => {
      clearInterval(heartbeat);
      unsubscribe();
      streams.delete(stream);
    });
    request.raw.once('close', () => stream.destroy());
    write(`retry: ${retryMs}\n\n`);
    // Revoked between the gate and here, nobody would have told this stream.
    endUnlessAllowed();
    return reply.send(stream);
  });
  app.addHook('preClose', done => {
    for (const stream of streams.keys()) stream.end();
    done();
  });
}

/**
 * Of models, who may read them. Of keys, and of what devices sent, admins: a fleet that swaps at once would else make as much noise in
 * every device's stream. That something about a device changed, everybody: it may have begun to listen before it asked to be let in.
 */
function mayHear(rights: Rights, event: RegistryEvent): boolean {
  switch (event.type) {
    case 'key':
    case 'report':
      return rights.everywhere('admin');
    case 'samples':
      return rights.on(event.model, 'admin');
    case 'alias':
    case 'version':
    case 'model':
      return rights.on(event.model, 'read');
    case 'device':
    case 'root':
      return true;
  }
}

function isAbout(event: RegistryEvent, caller: Identity): boolean {
  switch (event.type) {
    case 'device':
      return caller.kind === 'device' && caller.device.id === event.id;
    case 'key':
      return caller.kind === 'access-key' && caller.key.id === event.id;
    default:
      return false;
  }
}

function format(event: RegistryEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
