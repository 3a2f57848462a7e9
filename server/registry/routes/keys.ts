// Keys for people and programs, for admins.
import type { FastifyInstance } from 'fastify';
import { accessKeyQuerySchema, keyRotationSchema } from '../../../src/core/artifact/key-api.ts';
import { registryRoot } from '../../../src/core/artifact/registry-api.ts';
import { z } from '../../../src/core/zod.ts';
import { actorOf } from '../../gateway/gate.ts';
import { parseRequest } from '../../gateway/problem.ts';
import { createAccessKey, listAccessKeys, revokeAccessKey, rotateAccessKey } from '../access-keys.ts';
import type { Registry } from '../context.ts';

const keyParams = z.object({ id: z.string().max(64) });

export function registerKeyRoutes(app: FastifyInstance, registry: Registry): void {
  app.post(`${registryRoot}/keys`, async (request, reply) => {
    const query = parseRequest(accessKeyQuerySchema, request.body);
    reply.code(201).header('Cache-Control', 'no-store');
    return createAccessKey(registry, query, actorOf(request));
  });
  app.get(`${registryRoot}/keys`, async (_request, reply) => {
    reply.header('Cache-Control', 'no-store');
    return { keys: await listAccessKeys(registry) };
  });
  app.post(`${registryRoot}/keys/:id/rotate`, async (request, reply) => {
    const { id } = parseRequest(keyParams, request.params);
    const query = parseRequest(keyRotationSchema, request.body ?? {});
    reply.code(201).header('Cache-Control', 'no-store');
    return rotateAccessKey(registry, id, query, actorOf(request));
  });
  app.delete(`${registryRoot}/keys/:id`, async request => {
    const { id } = parseRequest(keyParams, request.params);
    return revokeAccessKey(registry, id, actorOf(request));
  });
}
