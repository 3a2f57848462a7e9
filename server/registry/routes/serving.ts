// How models are served, over HTTP: read and replaced as a whole, against the tag of what was seen.
import type { FastifyInstance } from 'fastify';
import { registryRoot } from '../../../src/core/artifact/registry-api.ts';
import { servingChangeSchema } from '../../../src/core/artifact/serving-api.ts';
import { requireMatch, tagged } from '../../gateway/conditional.ts';
import { actorOf } from '../../gateway/gate.ts';
import { parseRequest } from '../../gateway/problem.ts';
import type { Registry } from '../context.ts';
import { changeServing, readServing } from '../serving.ts';
import { modelParams } from './params.ts';
import { sendTagged } from './tagged.ts';

export function registerServingRoutes(app: FastifyInstance, registry: Registry): void {
  const place = `${registryRoot}/models/:model/serving`;
  app.get(place, async (request, reply) => {
    const { model } = parseRequest(modelParams, request.params);
    return sendTagged(request, reply, await readServing(registry, model));
  });
  app.put(place, async (request, reply) => {
    const { model } = parseRequest(modelParams, request.params);
    const { why, ...serving } = parseRequest(servingChangeSchema, request.body);
    const unlessChanged = (current: unknown) =>
      requireMatch(request.headers['if-match'], tagged(current).tag);
    const because = { who: actorOf(request), why };
    return sendTagged(request, reply, await changeServing(registry, model, serving, unlessChanged, because));
  });
}
