// The application of a front: predictions with the model that the path names are read, and answered, here; all else is passed on.
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { predictionRoutes } from '../../src/core/serve/routes.ts';
import { isLoopback } from '../gateway/origin.ts';
import { createHttpApp } from '../http-app.ts';
import { requestContext } from '../inference/request-context.ts';
import { registerProtocolRoutes } from '../inference/routes.ts';
import { closeSilentConnections } from '../silent-connections.ts';
import { endSlowBodies } from '../slow-bodies.ts';
import type { Families } from '../telemetry/metric-list.ts';
import { nameRequests } from '../telemetry/request-identity.ts';
import { logRequests } from '../telemetry/request-log.ts';
import { Forwarder } from './forward.ts';
import { installFrontGate, visitorOf } from './front-gate.ts';
import { KnownVersions } from './front-visit.ts';
import type { Primary } from './primary.ts';
import type { FrontSettings } from './tells.ts';

export interface FrontAppOptions {
  readonly settings: FrontSettings;
  readonly primary: Primary;
  readonly connections: CountedConnections;
  readonly families: Families;
  readonly logger: Logger;
}

export async function createFrontApp(options: FrontAppOptions): Promise<FastifyInstance> {
  const { settings, primary, connections, families, logger } = options;
  const app = createHttpApp({ logger, tls: settings.tls ?? undefined, answersWhileClosing: true });
  app.server.on('connection', (socket: Socket) => connections.take(socket));
  closeSilentConnections(app);
  await app.register(async scope => {
    nameRequests(scope);
    logRequests(scope, { families, slowMs: settings.slowMs, logger, callerOf: visitorOf });
    endSlowBodies(scope);
    installFrontGate(scope, primary, new KnownVersions());
    await registerProtocolRoutes(scope, predictionRoutes, {
      backend: ({ visit }) => visit!,
      // Whose it is the primary knows.
      contextOf: (request, reply) => requestContext(request, reply, ''),
    });
  });
  passOn(app, new Forwarder(settings.inner));
  return app;
}

/** What no route here answers. */
function passOn(app: FastifyInstance, forwarder: Forwarder): void {
  // Bodies stay where they are, of whatever type.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  app.setNotFoundHandler(async (request, reply) => {
    await forwarder.pass(request, reply);
    return reply;
  });
  app.addHook('preClose', done => {
    forwarder.endStreams();
    done();
  });
  app.addHook('onClose', () => forwarder.close());
}

/** Connections of a front, as far as they are counted: the primary counts those of all fronts. */
export class CountedConnections {
  readonly #primary: Primary;
  readonly #sockets = new Map<number, Socket>();

  constructor(primary: Primary) {
    this.#primary = primary;
  }

  take(socket: Socket): void {
    // This machine's own are not: a proxy may speak for everybody.
    if (isLoopback(socket.remoteAddress)) return;
    const id = this.#primary.opened(socket.remoteAddress ?? '');
    this.#sockets.set(id, socket);
    socket.once('close', () => {
      this.#sockets.delete(id);
      this.#primary.closed(id);
    });
  }

  /** One too many. */
  shut(id: number): void {
    this.#sockets.get(id)?.destroy();
  }
}
