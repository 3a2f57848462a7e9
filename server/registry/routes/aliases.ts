// Aliases over HTTP. The tag of one is its revision: who changes it says which revision was seen.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { aliasSchema } from '../../../src/core/artifact/documents.ts';
import {
  aliasHoldSchema,
  aliasMoveSchema,
  aliasRemovalSchema,
  registryRoot,
} from '../../../src/core/artifact/registry-api.ts';
import { type Envelope, readDocument } from '../../../src/core/artifact/signature.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import { requiredMatch, requiredRevision } from '../../gateway/conditional.ts';
import { actorOf } from '../../gateway/gate.ts';
import { parseRequest } from '../../gateway/problem.ts';
import { readAliasHistory, readModelHistory } from '../alias-history.ts';
import { holdAlias, moveAlias, readAlias, removeAlias } from '../aliases.ts';
import type { Registry } from '../context.ts';
import { aliasParams, modelParams } from './params.ts';

export function registerAliasRoutes(app: FastifyInstance, registry: Registry): void {
  const place = `${registryRoot}/models/:model/aliases/:alias`;
  app.get(place, async (request, reply) => {
    const { model, alias } = parseRequest(aliasParams, request.params);
    const document = await readAlias(registry, model, alias);
    if (!document) throw new HaversackError('NotFound', `there is no ${model}@${alias}`);
    return sendAlias(reply, document);
  });
  app.put(place, async (request, reply) => {
    const key = parseRequest(aliasParams, request.params);
    const { why, ...move } = parseRequest(aliasMoveSchema, request.body);
    const revision = requiredRevision(request.headers['if-match'], request.headers['if-none-match']);
    const document = await moveAlias(registry, key, move, revision, { who: actorOf(request), why });
    return sendAlias(reply.code(revision === null ? 201 : 200), document);
  });
  app.patch(place, async (request, reply) => {
    const key = parseRequest(aliasParams, request.params);
    const { held, why } = parseRequest(aliasHoldSchema, request.body);
    const revision = requiredMatch(request.headers['if-match']);
    return sendAlias(reply, await holdAlias(registry, key, held, revision, { who: actorOf(request), why }));
  });
  app.delete(place, async (request, reply) => {
    const key = parseRequest(aliasParams, request.params);
    const { why } = parseRequest(aliasRemovalSchema, request.query);
    const revision = requiredMatch(request.headers['if-match']);
    await removeAlias(registry, key, revision, { who: actorOf(request), why });
    return reply.code(204).send();
  });
  app.get(`${place}/history`, async (request, reply) => {
    reply.header('Cache-Control', 'no-store');
    return { entries: await readAliasHistory(registry, parseRequest(aliasParams, request.params)) };
  });
  app.get(`${registryRoot}/models/:model/history`, async (request, reply) => {
    const { model } = parseRequest(modelParams, request.params);
    reply.header('Cache-Control', 'no-store');
    return { entries: await readModelHistory(registry, model) };
  });
}

/** Never 304: the same revision is issued again before it expires. */
function sendAlias(reply: FastifyReply, document: Envelope): FastifyReply {
  const { revision } = readDocument(document, aliasSchema);
  return reply.header('ETag', `"${revision}"`).header('Cache-Control', 'no-store').send(document);
}
