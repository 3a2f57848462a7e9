// The registry's root: the newest, those before it, and the change to a new key.
import type { FastifyInstance } from 'fastify';
import { rotationQuerySchema } from '../../../src/core/artifact/admission-api.ts';
import { registryRoot } from '../../../src/core/artifact/registry-api.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import { z } from '../../../src/core/zod.ts';
import { actorOf } from '../../gateway/gate.ts';
import { parseRequest } from '../../gateway/problem.ts';
import type { Registry } from '../context.ts';
import { rotateRegistryKey } from '../rotate-key.ts';

const rootParams = z.object({
  revision: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'a revision is a number, counted from 1')
    .transform(Number),
});

export function registerRootRoutes(app: FastifyInstance, registry: Registry): void {
  app.get(`${registryRoot}/root`, () => registry.identity.root);
  app.get(`${registryRoot}/root/:revision`, request => {
    const { revision } = parseRequest(rootParams, request.params);
    const root = registry.identity.rootAt(revision);
    if (!root) throw new HaversackError('NotFound', `there is no root of revision ${revision}`);
    return root;
  });
  app.post(`${registryRoot}/root`, async (request, reply) => {
    const root = await rotateRegistryKey(
      registry,
      parseRequest(rotationQuerySchema, request.body),
      actorOf(request),
    );
    return reply.code(201).send(root);
  });
}
