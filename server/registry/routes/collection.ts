// Garbage collection over HTTP. One at a time: who asks meanwhile is next.
import type { FastifyInstance } from 'fastify';
import {
  type Collection,
  collectionQuerySchema,
  registryRoot,
} from '../../../src/core/artifact/registry-api.ts';
import { actorOf } from '../../gateway/gate.ts';
import { parseRequest } from '../../gateway/problem.ts';
import { collectGarbage } from '../collect-garbage.ts';
import type { Registry } from '../context.ts';

export function registerCollectionRoutes(app: FastifyInstance, registry: Registry): void {
  let last: Promise<unknown> = Promise.resolve();
  app.post(`${registryRoot}/gc`, (request): Promise<Collection> => {
    const { dryRun } = parseRequest(collectionQuerySchema, request.body ?? {});
    const collect = () => collectGarbage(registry, dryRun, actorOf(request));
    const collected = last.then(collect, collect);
    last = collected;
    return collected;
  });
}
