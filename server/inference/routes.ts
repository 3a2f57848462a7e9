// The protocol over HTTP: a thin adapter between Fastify and `core/serve`, which knows paths, bodies and answers. Errors go to
// the application's one handler.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerRoute } from '../../src/core/serve/answer-protocol.ts';
import { maxBodyBytes } from '../../src/core/serve/plain-body.ts';
import { type ProtocolRoute, protocolRoutes } from '../../src/core/serve/routes.ts';
import type {
  InferContext,
  ProtocolAnswer,
  ProtocolAsk,
  ProtocolBackend,
} from '../../src/core/serve/service.ts';
import type { Datasets } from './datasets.ts';
import { packAnswer, packedFromBytes } from './pack-answer.ts';

export interface InferenceOptions<Backend = ProtocolBackend> {
  /** One for all, or each request's own. */
  readonly backend: Backend | ((request: FastifyRequest) => Backend);
  /** Whose request it is, and until when anybody waits for its answer. */
  readonly contextOf: (request: FastifyRequest, reply: FastifyReply) => InferContext;
  /** @throws HaversackError where the caller of this request may not do that with that model */
  readonly permit?: (request: FastifyRequest, ...about: Parameters<Permit>) => void | Promise<void>;
  /** Absent: none are kept. */
  readonly datasets?: Pick<Datasets, 'find'>;
}

type Permit = NonNullable<ProtocolAsk['permit']>;

/** All of the protocol. */
export async function registerInferenceRoutes(
  app: FastifyInstance,
  options: InferenceOptions,
): Promise<void> {
  await registerProtocolRoutes(app, protocolRoutes, options);
}

/** As many of its routes as `backend` can answer. */
export async function registerProtocolRoutes<Backend extends object>(
  app: FastifyInstance,
  routes: readonly ProtocolRoute<Backend>[],
  options: InferenceOptions<Backend>,
): Promise<void> {
  // A scope of its own: here, and only here, bodies are taken as bytes. Which media types are taken is said by `core/serve`.
  await app.register((scope, _, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: maxBodyBytes },
      (_request, body, parsed) => parsed(null, body),
    );
    for (const route of routes) registerRoute(scope, route, options);
    done();
  });
}

/** How Fastify writes the path: there a parameter reaches to the next `/`, and a colon is written twice. */
export function fastifyPath(path: string): string {
  return path.replace(/(:[a-z]+):([a-z]+)$/, '$1(^[^:]+)::$2');
}

function registerRoute<Backend extends object>(
  app: FastifyInstance,
  route: ProtocolRoute<Backend>,
  options: InferenceOptions<Backend>,
): void {
  const { backend } = options;
  const backendOf = typeof backend === 'function' ? backend : () => backend;
  app.route({
    method: route.method,
    url: fastifyPath(route.path),
    bodyLimit: maxBodyBytes,
    handler: async (request, reply) => {
      const parameters = request.params as Readonly<Record<string, string>>;
      const answer = await answerRoute(route, askOf(request, reply, options), parameters, backendOf(request));
      return send(reply, answer.body.length < packedFromBytes ? answer : await packAnswer(request, answer));
    },
  });
}

const empty = new Uint8Array();

function askOf(
  request: FastifyRequest,
  reply: FastifyReply,
  { contextOf, permit, datasets }: Omit<InferenceOptions, 'backend'>,
): ProtocolAsk {
  return {
    method: request.method,
    path: request.url,
    header: name => {
      const value = request.headers[name];
      return typeof value === 'string' ? value : (value?.join(', ') ?? null);
    },
    body: request.body instanceof Uint8Array ? (request.body as Uint8Array<ArrayBuffer>) : empty,
    context: contextOf(request, reply),
    ...(permit && { permit: (model, right) => permit(request, model, right) }),
    ...(datasets && {
      dataset: name => datasets.find(name, async model => permit?.(request, model, 'read')),
    }),
  };
}

function send(reply: FastifyReply, { status, headers, body }: ProtocolAnswer): FastifyReply {
  const { buffer, byteOffset, byteLength } = body;
  return reply
    .code(status)
    .headers(headers)
    .send(Buffer.from(buffer, byteOffset, byteLength));
}
