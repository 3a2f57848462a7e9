// Samples over HTTP: devices send them, trainers read and review them.
import type { FastifyInstance } from 'fastify';
import { registryRoot, reviewSchema, samplesQuerySchema } from '../../../src/core/artifact/registry-api.ts';
import { envelopeSchema } from '../../../src/core/artifact/signature.ts';
import { dayMs } from '../../../src/core/durations.ts';
import { actorOf } from '../../gateway/gate.ts';
import { RateLimit } from '../../gateway/limit.ts';
import { parseRequest } from '../../gateway/problem.ts';
import type { Registry } from '../context.ts';
import { acceptSamples, listSamples, reviewSamples } from '../samples.ts';
import { modelParams } from './params.ts';

/** What one device may send in a day, so that none can fill the disk: far more than a person labels. */
const maxDeviceBytes = 256 * 2 ** 20;

export function registerSampleRoutes(app: FastifyInstance, registry: Registry): void {
  const limit = new RateLimit({
    max: maxDeviceBytes,
    windowMs: dayMs,
    nowMs: () => registry.now().getTime(),
  });
  app.post(`${registryRoot}/samples`, async (request, reply) => {
    const envelope = parseRequest(envelopeSchema, request.body);
    if (request.caller.kind === 'device') {
      limit.take(request.caller.device.id, Number(request.headers['content-length'] ?? 0));
    }
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
