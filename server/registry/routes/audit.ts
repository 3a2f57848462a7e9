// Who did what, over HTTP.
import type { FastifyInstance } from 'fastify';
import { auditQuerySchema, registryRoot } from '../../../src/core/artifact/registry-api.ts';
import { parseRequest } from '../../gateway/problem.ts';
import { readAudit } from '../audit.ts';
import type { Registry } from '../context.ts';

export function registerAuditRoutes(app: FastifyInstance, registry: Registry): void {
  app.get(`${registryRoot}/audit`, async (request, reply) => {
    reply.header('Cache-Control', 'no-store');
    return { entries: await readAudit(registry, parseRequest(auditQuerySchema, request.query)) };
  });
}
