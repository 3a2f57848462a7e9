// Samples over HTTP: devices send them, trainers read and review them.
import type { FastifyInstance } from 'fastify';
import { reviewSchema, samplesQuerySchema } from '../../../src/core/artifact/inbox-api.ts';
import { registryRoot } from '../../../src/core/artifact/registry-api.ts';
import { samplesSchema } from '../../../src/core/artifact/documents.ts';
import { envelopeSchema, readDocument } from '../../../src/core/artifact/signature.ts';
import { actorOf } from '../../gateway/gate.ts';
import { parseRequest } from '../../gateway/problem.ts';
import type { Registry } from '../context.ts';
import { acceptSamples, listSamples, reviewSamples } from '../samples.ts';
import { DailyBytes } from './daily-bytes.ts';
import { modelParams } from './params.ts';

/** What one device may send in a day, so that none can fill the disk: far more than a person labels. */
const maxDeviceBytes = 256 * 2 ** 20;

export function registerSampleRoutes(app: FastifyInstance, registry: Registry): void {
  const deviceBytes = new DailyBytes(registry.now, maxDeviceBytes);
  app.post(`${registryRoot}/samples`, async (request, reply) => {
    const envelope = parseRequest(envelopeSchema, request.body);
    await request.requireOn(readDocument(envelope, samplesSchema).model, 'read');
    // Counted here: a body that comes in pieces does not say how long it is.
    deviceBytes.take(request, JSON.stringify(envelope).length);
    const { digest, created } = await acceptSamples(registry, envelope);
    return reply.code(created ? 201 : 200).send({ digest });
  });
  app.get(`${registryRoot}/models/:model/samples`, async request => {
    const { model } = parseRequest(modelParams, request.params);
    return listSamples(registry, model, parseRequest(samplesQuerySchema, request.query));
  });
  app.patch(`${registryRoot}/models/:model/samples`, async request => {
    const { model } = parseRequest(modelParams, request.params);
    const review = parseRequest(reviewSchema, request.body);
    return reviewSamples(registry, model, review, actorOf(request));
  });
}
