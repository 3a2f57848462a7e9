// What takes HTTP, with the same bounds wherever it listens: its limits on time and bytes, its ids, its log.
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import { maxDocumentBytes } from '../src/core/artifact/registry-api.ts';
import { securityHeaders } from './gateway/headers.ts';
import { sendProblem } from './gateway/problem.ts';
import { fileTimeoutMs } from './slow-bodies.ts';
import { requestIdOf } from './telemetry/request-identity.ts';

export interface HttpAppOptions {
  readonly logger: Logger;
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  /** Whether one that closes answers what still comes on connections that are open, each for the last time. */
  readonly answersWhileClosing?: boolean;
}

export function createHttpApp({ logger, tls, answersWhileClosing = false }: HttpAppOptions): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = logger;
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    requestIdHeader: false,
    genReqId: raw => requestIdOf(raw.headers),
    bodyLimit: maxDocumentBytes,
    requestTimeout: fileTimeoutMs,
    routerOptions: { maxParamLength: 128 },
    // An address that no router reads never gets as far as the gate.
    frameworkErrors: (error, request, reply) => {
      sendProblem(error, request, reply.headers(securityHeaders));
    },
    forceCloseConnections: 'idle',
    return503OnClosing: !answersWhileClosing,
    ...(tls ? { https: tls } : {}),
  });
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  return app;
}
