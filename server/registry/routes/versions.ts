// What makes versions: an admin's push and a device's candidate. What looks into models is loaded with the first of them:
// a server starts without it.
import type { FastifyInstance } from 'fastify';
import {
  candidateSubmissionSchema,
  pushSchema,
  type Receipt,
  registryRoot,
} from '../../../src/core/artifact/registry-api.ts';
import { candidateSchema } from '../../../src/core/artifact/documents.ts';
import { readDocument } from '../../../src/core/artifact/signature.ts';
import { actorOf } from '../../gateway/gate.ts';
import { parseRequest } from '../../gateway/problem.ts';
import { readVersion } from '../catalogue.ts';
import type { Registry } from '../context.ts';
import { derivableSchema } from '../derivable.ts';
import type { Deriver } from '../deriver.ts';
import { modelParams, versionParams } from './params.ts';

const variantParams = versionParams.extend({ variant: derivableSchema });

export function registerVersionRoutes(app: FastifyInstance, registry: Registry, deriver: Deriver): void {
  app.post(`${registryRoot}/models/:model/versions/:version/variants/:variant`, async (request, reply) => {
    const { requestVariant } = await import('../request-variant.ts');
    await requestVariant(registry, parseRequest(variantParams, request.params));
    deriver.wake();
    return reply.code(202).send();
  });
  app.post(`${registryRoot}/models/:model/versions`, async (request, reply) => {
    const { model } = parseRequest(modelParams, request.params);
    const push = parseRequest(pushSchema, request.body);
    const device = request.caller.kind === 'device' ? request.caller.device.id : null;
    const { pushVersion } = await import('../push.ts');
    const requireStill = () => request.requireStill();
    const pusher = { who: actorOf(request), device, requireStill };
    const { manifest } = await pushVersion(registry, model, push, pusher);
    deriver.wake();
    return reply
      .code(201)
      .header('Location', `${registryRoot}/models/${model}/versions/${manifest.version}`)
      .send(await readVersion(registry, model, manifest.version));
  });
  app.post(`${registryRoot}/candidates`, async (request, reply) => {
    const envelope = parseRequest(candidateSubmissionSchema, request.body);
    await request.requireOn(readDocument(envelope, candidateSchema).model, 'write');
    const { acceptCandidate } = await import('../candidates.ts');
    const { manifest, digest, candidate, created } = await acceptCandidate(registry, envelope);
    if (created) deriver.wake();
    const receipt: Receipt = { model: manifest.model, version: manifest.version, digest, candidate };
    return reply.code(created ? 201 : 200).send(receipt);
  });
}
