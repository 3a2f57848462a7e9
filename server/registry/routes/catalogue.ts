// GET of what the registry has: root, caller, models, versions, aliases; and the move of an alias.
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { aliasSchema } from '../../../src/core/artifact/documents.ts';
import { aliasNameSchema, modelNameSchema } from '../../../src/core/artifact/names.ts';
import { aliasMoveSchema, registryRoot } from '../../../src/core/artifact/registry-api.ts';
import { type Envelope, readDocument } from '../../../src/core/artifact/signature.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import { z } from '../../../src/core/zod.ts';
import { describeCaller } from '../../gateway/access.ts';
import { matchesTag, requiredRevision } from '../../gateway/conditional.ts';
import { actorOf } from '../../gateway/gate.ts';
import { parseRequest } from '../../gateway/problem.ts';
import { moveAlias, readAlias } from '../aliases.ts';
import { listModels, readModel, readVersion } from '../catalogue.ts';
import { issueCertificate } from '../certificates.ts';
import type { Registry } from '../context.ts';
import { modelParams, versionParams } from './params.ts';

const aliasParams = z.object({ model: modelNameSchema, alias: aliasNameSchema });

export function registerCatalogueRoutes(app: FastifyInstance, registry: Registry): void {
  app.get(`${registryRoot}/root`, () => registry.identity.root);
  app.get(`${registryRoot}/me`, async (request, reply) => {
    reply.header('Cache-Control', 'no-store');
    const { caller, openReads } = request;
    const certificate = caller.kind === 'device' ? await issueCertificate(registry, caller.device) : null;
    return describeCaller(caller, openReads, certificate);
  });
  app.get(`${registryRoot}/models`, async (request, reply) =>
    sendTagged(request, reply, { models: await listModels(registry) }),
  );
  app.get(`${registryRoot}/models/:model`, async (request, reply) => {
    const { model } = parseRequest(modelParams, request.params);
    return sendTagged(request, reply, await readModel(registry, model));
  });
  app.get(`${registryRoot}/models/:model/versions/:version`, async (request, reply) => {
    const { model, version } = parseRequest(versionParams, request.params);
    return sendTagged(request, reply, await readVersion(registry, model, version));
  });
  app.get(`${registryRoot}/models/:model/aliases/:alias`, async (request, reply) => {
    const { model, alias } = parseRequest(aliasParams, request.params);
    const document = await readAlias(registry, model, alias);
    if (!document) throw new HaversackError('NotFound', `there is no ${model}@${alias}`);
    return sendAlias(reply, document);
  });
  app.put(`${registryRoot}/models/:model/aliases/:alias`, async (request, reply) => {
    const key = parseRequest(aliasParams, request.params);
    const target = parseRequest(aliasMoveSchema, request.body);
    const revision = requiredRevision(request.headers['if-match'], request.headers['if-none-match']);
    const document = await moveAlias(registry, key, target, revision, actorOf(request));
    return sendAlias(reply.code(revision === null ? 201 : 200), document);
  });
}

/** JSON with a strong ETag: the hash of exactly these bytes. */
function sendTagged(request: FastifyRequest, reply: FastifyReply, value: unknown): FastifyReply {
  const body = JSON.stringify(value);
  const tag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  reply.header('ETag', tag).header('Cache-Control', 'no-cache');
  if (matchesTag(request.headers['if-none-match'], tag)) return reply.code(304).send();
  return reply.type('application/json').send(body);
}

/** The tag is the revision, for If-Match. Never 304: the same revision is issued again before it expires. */
function sendAlias(reply: FastifyReply, document: Envelope): FastifyReply {
  const { revision } = readDocument(document, aliasSchema);
  return reply.header('ETag', `"${revision}"`).header('Cache-Control', 'no-store').send(document);
}
