// Chunks over HTTP: named by their content, so they never change, and sent without Content-Encoding (RFC 9530 would name
// the encoded bytes; ours names these).
import type { FastifyInstance } from 'fastify';
import { maxChunkBytes } from '../../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { missingQuerySchema, registryRoot } from '../../../src/core/artifact/registry-api.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import { matchesTag, parseRange } from '../../gateway/conditional.ts';
import { parseRequest } from '../../gateway/problem.ts';
import { missingForUpload } from '../chunk-files.ts';
import type { ChunksOfModels } from '../chunks-of-models.ts';
import type { Registry } from '../context.ts';
import { digestParams } from './params.ts';
import type { DailyBytes } from './daily-bytes.ts';

const octets = 'application/octet-stream';

/** In a scope of its own: only here are raw bytes a body. */
export function registerChunkRoutes(
  app: FastifyInstance,
  registry: Registry,
  trainerBytes: DailyBytes,
  ofModels: ChunksOfModels,
): void {
  app.addContentTypeParser(
    octets,
    { parseAs: 'buffer', bodyLimit: maxChunkBytes },
    (_request, body, done) => {
      done(null, body);
    },
  );
  app.get(`${registryRoot}/chunks/:digest`, async (request, reply) => {
    const { digest } = parseRequest(digestParams, request.params);
    const tag = `"${digest}"`;
    if ((await ofModels.readable(request.rights, [digest])).length === 0) throw absent(digest);
    reply
      .header('ETag', tag)
      .header('Accept-Ranges', 'bytes')
      // What wants a key here is not for a cache between to give to others (RFC 9111 §3.5).
      .header('Cache-Control', `${request.openReads ? 'public' : 'private'}, max-age=31536000, immutable`);
    if (matchesTag(request.headers['if-none-match'], tag) && (await registry.blobs.has(digest))) {
      return reply.code(304).send();
    }
    const bytes = await registry.blobs.get(digest);
    if (!bytes) {
      reply.removeHeader('ETag').removeHeader('Accept-Ranges');
      throw absent(digest);
    }
    reply.type(octets);
    const ifRange = request.headers['if-range'];
    const wanted = ifRange === undefined || ifRange === tag ? request.headers.range : undefined;
    const range = parseRange(wanted, bytes.length);
    if (range === null) return reply.send(bytes);
    if (range === 'unsatisfiable') {
      return reply.code(416).header('Content-Range', `bytes */${bytes.length}`).send();
    }
    return reply
      .code(206)
      .header('Content-Range', `bytes ${range.start}-${range.end - 1}/${bytes.length}`)
      .send(bytes.subarray(range.start, range.end));
  });
  app.put(`${registryRoot}/chunks/:digest`, { bodyLimit: maxChunkBytes }, async (request, reply) => {
    const { digest } = parseRequest(digestParams, request.params);
    if (!Buffer.isBuffer(request.body)) {
      throw new HaversackError('UnsupportedMediaType', `wanted ${octets}`);
    }
    if (!(await registry.blobs.has(digest))) trainerBytes.take(request, request.body.length);
    await registry.blobs.put(digest, request.body as Bytes);
    return reply.code(204).send();
  });
  app.post(`${registryRoot}/chunks/missing`, async request => {
    const { digests } = parseRequest(missingQuerySchema, request.body);
    // Who asks has something to send, and it will be looked into.
    registry.checker.warm();
    return { missing: await missingForUpload(registry.blobs, digests) };
  });
}

/** Also of one that is there and not for this caller, who learns nothing of it. */
function absent(digest: string): HaversackError {
  return new HaversackError('NotFound', `there is no chunk ${digest}`);
}
