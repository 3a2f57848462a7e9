// One-time codes, for admins.
import type { FastifyInstance } from 'fastify';
import { digestSchema } from '../../../src/core/artifact/digest.ts';
import { enrolmentCodeQuerySchema } from '../../../src/core/artifact/admission-api.ts';
import { registryRoot } from '../../../src/core/artifact/registry-api.ts';
import { z } from '../../../src/core/zod.ts';
import { actorOf } from '../../gateway/gate.ts';
import { parseRequest } from '../../gateway/problem.ts';
import type { Registry } from '../context.ts';
import { createEnrolment, deleteEnrolment, listEnrolments } from '../enrolments.ts';

const enrolmentParams = z.object({ id: digestSchema });

export function registerEnrolmentRoutes(app: FastifyInstance, registry: Registry): void {
  app.post(`${registryRoot}/enrolments`, async (request, reply) => {
    const query = parseRequest(enrolmentCodeQuerySchema, request.body);
    reply.code(201).header('Cache-Control', 'no-store');
    return createEnrolment(registry, query, actorOf(request));
  });
  app.get(`${registryRoot}/enrolments`, async (_request, reply) => {
    reply.header('Cache-Control', 'no-store');
    return { codes: await listEnrolments(registry) };
  });
  app.delete(`${registryRoot}/enrolments/:id`, async (request, reply) => {
    const { id } = parseRequest(enrolmentParams, request.params);
    await deleteEnrolment(registry, id, actorOf(request));
    return reply.code(204).send();
  });
}
