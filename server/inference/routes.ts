// The Open Inference Protocol over HTTP: paths, media types, headers. What answers is the `ModelHost`; errors go to the
// application's one handler.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { aliasNameSchema, modelNameSchema, versionNumberSchema } from '../../src/core/artifact/names.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { decodeRequest } from '../../src/core/protocol/infer-request.ts';
import { encodeResponse } from '../../src/core/protocol/infer-response.ts';
import {
  binaryExtension,
  binaryMediaType,
  headerLengthHeader,
  jsonMediaType,
  maxTensorBytes,
  protocolRoot,
} from '../../src/core/protocol/messages.ts';
import { z } from '../../src/core/zod.ts';
import type { ModelHost } from './models.ts';

/** One tensor at its largest as bytes, and what is about it. As JSON, which takes five bytes a number, a smaller one. */
const maxInferBodyBytes = maxTensorBytes + 2 ** 20;

export interface InferenceOptions {
  readonly host: ModelHost;
  /**
   * Which version answers: a number is itself (if it is there), a name is an alias, undefined is the server's choice.
   * @throws HaversackError `NotFound`
   */
  readonly resolve: (model: string, version: number | string | undefined) => Promise<number>;
  readonly server: { readonly name: string; readonly version: string };
}

const paramsSchema = z.object({
  model: modelNameSchema,
  /** `3`, `canary` or `@canary`. */
  version: z
    .string()
    .max(65)
    .transform(text => (/^\d+$/.test(text) ? Number(text) : text.replace(/^@/, '')))
    .pipe(z.union([versionNumberSchema, aliasNameSchema]))
    .optional(),
});

export async function registerInferenceRoutes(
  app: FastifyInstance,
  options: InferenceOptions,
): Promise<void> {
  // A scope of its own: here, and only here, bodies are taken as bytes.
  await app.register((scope, _, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      [jsonMediaType, binaryMediaType],
      { parseAs: 'buffer', bodyLimit: maxInferBodyBytes },
      (_request, body, parsed) => parsed(null, body),
    );
    registerServerRoutes(scope, options);
    for (const prefix of [
      `${protocolRoot}/models/:model`,
      `${protocolRoot}/models/:model/versions/:version`,
    ]) {
      registerModelRoutes(scope, prefix, options);
    }
    done();
  });
}

function registerServerRoutes(app: FastifyInstance, { server }: InferenceOptions): void {
  for (const path of [protocolRoot, `${protocolRoot}/`]) {
    app.get(path, () => ({ ...server, extensions: [binaryExtension] }));
  }
  app.get(`${protocolRoot}/health/live`, () => ({ live: true }));
  // A server that listens has opened its data; models are loaded, and proved, when they are first asked for.
  app.get(`${protocolRoot}/health/ready`, () => ({ ready: true }));
}

function registerModelRoutes(
  app: FastifyInstance,
  prefix: string,
  { host, resolve }: InferenceOptions,
): void {
  const target = async (request: FastifyRequest) => {
    const parsed = paramsSchema.safeParse(request.params);
    if (!parsed.success) throw new HaversackError('NotFound', z.prettifyError(parsed.error));
    const { model, version } = parsed.data;
    return { model, version: await resolve(model, version) };
  };

  app.get(prefix, async request => {
    const { model, version } = await target(request);
    return host.metadata(model, version);
  });

  app.get(`${prefix}/ready`, async request => {
    const { model, version } = await target(request);
    await host.ready(model, version);
    return { name: model, ready: true };
  });

  app.post(`${prefix}/infer`, { bodyLimit: maxInferBodyBytes }, async (request, reply) => {
    const { model, version } = await target(request);
    const inferRequest = decodeRequest(bodyOf(request), headerLengthOf(request));
    const response = await host.infer(model, version, inferRequest);
    return send(reply, encodeResponse(response, inferRequest));
  });
}

function bodyOf(request: FastifyRequest): Uint8Array<ArrayBuffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new HaversackError('UnsupportedMediaType', `Content-Encoding is ${encoding}; send it without one`);
  }
  if (!(request.body instanceof Uint8Array))
    throw new HaversackError('BadRequest', 'the request has no body');
  return request.body as Uint8Array<ArrayBuffer>;
}

function headerLengthOf(request: FastifyRequest): number | null {
  const value = request.headers[headerLengthHeader.toLowerCase()];
  if (value === undefined) return null;
  if (typeof value !== 'string' || !/^\d{1,15}$/.test(value)) {
    throw new HaversackError(
      'BadRequest',
      `${headerLengthHeader} is ${String(value)}, wanted a number of bytes`,
    );
  }
  return Number(value);
}

function send(reply: FastifyReply, encoded: ReturnType<typeof encodeResponse>): FastifyReply {
  if (encoded.headerLength !== null) reply.header(headerLengthHeader, encoded.headerLength);
  const { buffer, byteOffset, byteLength } = encoded.body;
  return reply.type(encoded.contentType).send(Buffer.from(buffer, byteOffset, byteLength));
}
