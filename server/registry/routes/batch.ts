// POST of a list of chunks: read like GET, in one answer.
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { batchQuerySchema, chunkFramesType, registryRoot } from '../../../src/core/artifact/registry-api.ts';
import { parseRequest } from '../../gateway/problem.ts';
import type { ChunkBatches } from '../batch.ts';

export function registerBatchRoute(app: FastifyInstance, batches: Pick<ChunkBatches, 'frames'>): void {
  app.post(`${registryRoot}/chunks/batch`, (request, reply) => {
    const frames = batches.frames(parseRequest(batchQuerySchema, request.body));
    // Pulled as fast as it is read, and ended with the connection.
    const body = Readable.from(frames, { objectMode: false });
    return reply.type(chunkFramesType).header('Cache-Control', 'no-store').send(body);
  });
}
