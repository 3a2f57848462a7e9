// Upstreams, for admins: /registry/v1/upstreams.
import type { FastifyInstance } from 'fastify';
import { registryRoot } from '../../src/core/artifact/registry-api.ts';
import {
  newUpstreamSchema,
  upstreamChangeSchema,
  upstreamQuerySchema,
  upstreamRemovalSchema,
} from '../../src/core/artifact/upstream-api.ts';
import { z } from '../../src/core/zod.ts';
import { actorOf } from '../gateway/gate.ts';
import { parseRequest } from '../gateway/problem.ts';
import type { Upstreams } from './upstreams.ts';

const upstreamParams = z.object({ id: z.string().max(128) });

export function registerUpstreamRoutes(app: FastifyInstance, upstreams: Upstreams): void {
  app.get(`${registryRoot}/upstreams`, (request, reply) => {
    const { model } = parseRequest(upstreamQuerySchema, request.query);
    reply.header('Cache-Control', 'no-store');
    return { upstreams: upstreams.list(model) };
  });
  app.post(`${registryRoot}/upstreams`, async (request, reply) => {
    const given = parseRequest(newUpstreamSchema, request.body);
    reply.code(201);
    return upstreams.add(given, actorOf(request));
  });
  app.patch(`${registryRoot}/upstreams/:id`, async request => {
    const { id } = parseRequest(upstreamParams, request.params);
    return upstreams.change(id, parseRequest(upstreamChangeSchema, request.body), actorOf(request));
  });
  app.delete(`${registryRoot}/upstreams/:id`, async (request, reply) => {
    const { id } = parseRequest(upstreamParams, request.params);
    const { why } = parseRequest(upstreamRemovalSchema, request.query);
    await upstreams.remove(id, why, actorOf(request));
    return reply.code(204).send();
  });
}
