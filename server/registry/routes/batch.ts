// POST of a list of chunks: read like GET, in one answer.
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { batchQuerySchema, chunkFramesType, registryRoot } from '../../../src/core/artifact/registry-api.ts';
import { parseRequest } from '../../gateway/problem.ts';
import type { ChunkBatches } from '../batch.ts';
import type { ChunksOfModels } from '../chunks-of-models.ts';

export function registerBatchRoute(
  app: FastifyInstance,
  batches: Pick<ChunkBatches, 'frames'>,
  ofModels: Pick<ChunksOfModels, 'readable'>,
): void {
  app.post(`${registryRoot}/chunks/batch`, async (request, reply) => {
    const query = parseRequest(batchQuerySchema, request.body);
    // A chunk that is not for this caller is left out as one that is not there.
    const chunks = await ofModels.readable(request.rights, query.chunks);
    // A difference tells of both its sides.
    const of = query.of && request.rights.on(query.of.model, 'read') ? query.of : null;
    const frames = batches.frames({ ...query, of, chunks });
    // Pulled as fast as it is read, and ended with the connection.
    const body = Readable.from(frames, { objectMode: false });
    return reply.type(chunkFramesType).header('Cache-Control', 'no-store').send(body);
  });
}
