import { gunzipSync } from 'node:zlib';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendProblem } from '../../../server/gateway/problem.ts';
import { registerInferenceRoutes } from '../../../server/inference/routes.ts';
import { openNodeSession } from '../../../server/inference/session.ts';
import { encodeRequest } from '../../../src/core/protocol/infer-request.ts';
import { decodeResponse } from '../../../src/core/protocol/infer-response.ts';
import { modelMetadataSchema, serverMetadataSchema } from '../../../src/core/protocol/message-schemas.ts';
import { headerLengthHeader } from '../../../src/core/protocol/messages.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { denseModel, numbers } from '../../core/onnx/models.ts';
import { sessionsBackend } from '../../protocol/sessions-backend.ts';

const x = float32([2, 4], numbers(8, 3));

let app: FastifyInstance;
const backend = sessionsBackend(
  { dense: { files: [denseModel(1), denseModel(2)], aliases: { production: 1, canary: 2 } } },
  openNodeSession,
);

beforeAll(async () => {
  app = Fastify();
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  await registerInferenceRoutes(app, {
    backend,
    contextOf: () => ({ signal: new AbortController().signal, tenant: 'test' }),
  });
});

afterAll(async () => {
  await app.close();
  await backend.close();
});

function infer(path: string, payload: Uint8Array | string, headers: Record<string, string>) {
  return app.inject({
    method: 'POST',
    url: `/v2/models/${path}/infer`,
    headers,
    payload: typeof payload === 'string' ? payload : Buffer.from(payload),
  });
}

const json = { 'content-type': 'application/json' };
const body = (value: unknown) => JSON.stringify(value);
const inputs = [{ name: 'x', datatype: 'FP32', shape: [2, 4], data: [...x.data] }];

describe('the server', () => {
  test.each(['/v2', '/v2/'])('says at %s what it speaks', async url => {
    const answer = await app.inject(url);
    expect(serverMetadataSchema.parse(answer.json())).toEqual({
      ...backend.server,
      extensions: ['binary_tensor_data', 'model_repository'],
    });
  });

  test('is live and ready', async () => {
    expect((await app.inject('/v2/health/live')).json()).toEqual({ live: true });
    expect((await app.inject('/v2/health/ready')).json()).toEqual({ ready: true });
  });
});

describe('a model', () => {
  test.each(['dense', 'dense/versions/2', 'dense/versions/@canary', 'dense/versions/canary'])(
    'describes itself as %s',
    async path => {
      const answer = await app.inject(`/v2/models/${path}`);
      expect(answer.statusCode).toBe(200);
      const { versions: numbers } = modelMetadataSchema.parse(answer.json());
      expect(numbers).toEqual(['1', '2']);
    },
  );

  test('is ready once it is loaded and proved', async () => {
    const answer = await app.inject('/v2/models/dense/ready');
    expect([answer.statusCode, answer.json()]).toEqual([200, { name: 'dense', ready: true }]);
  });

  test('answers JSON in JSON, naming the version that an alias stands for', async () => {
    const answer = await infer('dense/versions/canary', body({ id: 'a', inputs }), json);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.headers[headerLengthHeader.toLowerCase()]).toBeUndefined();
    expect(answer.json()).toMatchObject({
      model_name: 'dense',
      model_version: '2',
      id: 'a',
      outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [2, 3] }],
    });
  });

  test('answers bytes in bytes, with the same numbers', async () => {
    const asJson = await infer('dense', body({ inputs }), json);
    const request = encodeRequest({ inputs: { x }, binary: true });
    const asBytes = await infer('dense', request.body, {
      'content-type': request.contentType,
      [headerLengthHeader]: String(request.headerLength),
    });
    expect(asBytes.headers['content-type']).toBe('application/octet-stream');
    const headerLength = Number(asBytes.headers[headerLengthHeader.toLowerCase()]);
    const { outputs } = decodeResponse(new Uint8Array(asBytes.rawPayload), headerLength);
    expect(outputs).toEqual(decodeResponse(new Uint8Array(asJson.rawPayload), null).outputs);
  });

  test.each<[string, Record<string, string>, string | undefined]>([
    ['packed for who asks', { 'accept-encoding': 'br, gzip' }, 'gzip'],
    ['as it is for who does not', {}, undefined],
    ['as it is for who refuses', { 'accept-encoding': 'gzip;q=0, identity' }, undefined],
  ])('answers much JSON %s', async (_, headers, coding) => {
    const rows = 4096;
    const many = [{ ...inputs[0], shape: [rows, 4], data: [...numbers(4 * rows, 5)] }];
    const answer = await infer('dense', body({ inputs: many }), { ...json, ...headers });
    expect([answer.headers['content-encoding'], answer.headers['vary']]).toEqual([coding, 'Accept-Encoding']);
    const plain = coding ? gunzipSync(answer.rawPayload) : answer.rawPayload;
    expect(answer.rawPayload.length < plain.length * 0.6).toBe(coding === 'gzip');
    const { outputs } = decodeResponse(new Uint8Array(plain), null);
    expect(outputs['probabilities']!.shape).toEqual([rows, 3]);
    const little = await infer('dense', body({ inputs }), { ...json, ...headers });
    expect(little.headers['content-encoding']).toBeUndefined();
  });

  test.each<[string, string, string, Record<string, string>, number, RegExp]>([
    ['an unknown model', 'nothing', body({ inputs }), json, 404, /no model nothing/],
    ['an unknown version', 'dense/versions/9', body({ inputs }), json, 404, /dense@9/],
    ['an impossible name', 'Dense!', body({ inputs }), json, 404, /name/],
    ['broken JSON', 'dense', '{', json, 400, /no JSON/],
    [
      'another width',
      'dense',
      body({ inputs: [{ ...inputs[0], shape: [4, 2] }] }),
      json,
      400,
      /\[4, 2\].*\[-1, 4\]/,
    ],
    ['an unknown output', 'dense', body({ inputs, outputs: [{ name: 'y' }] }), json, 400, /no output 'y'/],
    ['a form', 'dense', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415, /./],
    ['a body in a coding of its own', 'dense', 'x', { ...json, 'content-encoding': 'br' }, 415, /br; send/],
    ['a body that is no gzip', 'dense', 'x', { ...json, 'content-encoding': 'gzip' }, 400, /no whole gzip/],
    [
      'a header length that is no number',
      'dense',
      body({ inputs }),
      { ...json, [headerLengthHeader]: 'all' },
      400,
      /all/,
    ],
  ])(
    'refuses %s with one body for both kinds of client',
    async (_, path, payload, headers, status, detail) => {
      const answer = await infer(path, payload, headers);
      expect(answer.statusCode).toBe(status);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(answer.json()).toMatchObject({
        status,
        error: expect.any(String),
        detail: expect.stringMatching(detail),
      });
    },
  );
});
