// PUT of a model as files, in one request: for people with curl. In a scope of its own: only here is a file a body.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fileUploadSchema, registryRoot } from '../../../src/core/artifact/registry-api.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import { actorOf } from '../../gateway/gate.ts';
import { parseRequest } from '../../gateway/problem.ts';
import { fileTimeoutMs } from '../../slow-bodies.ts';
import { readVersion } from '../catalogue.ts';
import type { Registry } from '../context.ts';
import type { Deriver } from '../deriver.ts';
import type { UploadFolder } from '../uploads.ts';
import { modelParams } from './params.ts';

/** `curl -T` names no type. */
const kinds: Readonly<Record<string, 'onnx' | 'zip'>> = {
  '': 'onnx',
  'application/octet-stream': 'onnx',
  'application/zip': 'zip',
};

export function registerFileRoutes(
  app: FastifyInstance,
  registry: Registry,
  deriver: Deriver,
  uploads: UploadFolder,
): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => {
    done(null, payload);
  });
  const config = { bodyTimeoutMs: fileTimeoutMs };
  app.put(`${registryRoot}/models/:model/file`, { config }, async (request, reply) => {
    const { model } = parseRequest(modelParams, request.params);
    const said = parseRequest(fileUploadSchema, request.query);
    const kind = kindOf(request);
    const stream = request.body;
    if (!(stream instanceof Readable)) {
      throw new HaversackError('BadRequest', 'the request has no body: send the file as it is');
    }
    const device = request.caller.kind === 'device' ? request.caller.device.id : null;
    const { receiveFile } = await import('../receive-file.ts');
    const { version, created } = await receiveFile(
      registry,
      uploads,
      { model, stream, kind, said },
      { who: actorOf(request), device, requireStill: () => request.requireStill() },
    );
    if (created) deriver.wake();
    return reply
      .code(created ? 201 : 200)
      .header('Location', `${registryRoot}/models/${model}/versions/${version}`)
      .send(await readVersion(registry, model, version));
  });
}

/** @throws HaversackError `UnsupportedMediaType` */
function kindOf({ headers }: FastifyRequest): 'onnx' | 'zip' {
  const type = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  const kind = kinds[type];
  if (kind) return kind;
  throw new HaversackError(
    'UnsupportedMediaType',
    `got ${type}, wanted application/octet-stream (an .onnx file) or application/zip (one with the files beside it, or a model of TensorFlow.js or Teachable Machine)`,
  );
}
