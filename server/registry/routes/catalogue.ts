// What the registry has: caller, models, versions; and what is said of them later.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  modelChangeSchema,
  modelQuerySchema,
  registryRoot,
  versionChangeSchema,
} from '../../../src/core/artifact/registry-api.ts';
import { requireMatch, tagged } from '../../gateway/conditional.ts';
import { actorOf } from '../../gateway/gate.ts';
import { parseRequest } from '../../gateway/problem.ts';
import { describeCaller } from '../../gateway/standing.ts';
import { changeModel } from '../cards.ts';
import { readModel, readVersion, summaryOf } from '../catalogue.ts';
import { issueCertificate } from '../certificates.ts';
import type { Registry } from '../context.ts';
import { ModelList } from '../model-list.ts';
import { retireVersion } from '../retire.ts';
import { searchModels } from '../search-models.ts';
import { modelParams, versionParams } from './params.ts';
import { sendAnswer, sendTagged } from './tagged.ts';

export function registerCatalogueRoutes(app: FastifyInstance, registry: Registry): void {
  app.get(`${registryRoot}/me`, async (request, reply) => {
    reply.header('Cache-Control', 'no-store');
    const { caller, openReads } = request;
    const certificate = caller.kind === 'device' ? await issueCertificate(registry, caller.device) : null;
    return describeCaller(caller, openReads, certificate);
  });
  const list = new ModelList(registry);
  app.get(`${registryRoot}/models`, async (request, reply) => {
    const query = parseRequest(modelQuerySchema, request.query);
    const { models, answer } = await list.read();
    const isAll = query.q === undefined && query.tag === undefined && request.rights.everywhere('read');
    if (isAll) return sendAnswer(request, reply, answer);
    const readable = models.filter(({ model }) => request.rights.on(model, 'read'));
    return sendTagged(request, reply, { models: searchModels(readable, query).map(summaryOf) });
  });
  app.get(`${registryRoot}/models/:model`, async (request, reply) => {
    const { model } = parseRequest(modelParams, request.params);
    return sendTagged(request, reply, await readModel(registry, model));
  });
  app.patch(`${registryRoot}/models/:model`, async (request, reply) => {
    const { model } = parseRequest(modelParams, request.params);
    const change = parseRequest(modelChangeSchema, request.body);
    const changed = await changeModel(registry, model, change, unlessChanged(request), actorOf(request));
    return sendTagged(request, reply, changed);
  });
  app.get(`${registryRoot}/models/:model/versions/:version`, async (request, reply) => {
    const { model, version } = parseRequest(versionParams, request.params);
    return sendTagged(request, reply, await readVersion(registry, model, version));
  });
  app.patch(`${registryRoot}/models/:model/versions/:version`, async (request, reply) => {
    const key = parseRequest(versionParams, request.params);
    const { retired, why } = parseRequest(versionChangeSchema, request.body);
    const because = { who: actorOf(request), why };
    return sendTagged(
      request,
      reply,
      await retireVersion(registry, key, retired, unlessChanged(request), because),
    );
  });
}

/** Holds a change against what the caller saw: If-Match has the tag of the GET. */
function unlessChanged(request: FastifyRequest): (current: unknown) => void {
  return current => {
    requireMatch(request.headers['if-match'], tagged(current).tag);
  };
}
