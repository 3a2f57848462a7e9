import { beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/core/artifact/digest.ts';
import { registryRoot } from '../../src/core/artifact/registry-api.ts';
import { classifier, push } from './models.ts';
import { audienceOf, enrolDevice, startServer, type TestServer } from './support.ts';

/** Sends a body as it is written. */
async function send(server: TestServer, path: string, payload: string, headers: Record<string, string> = {}) {
  const answer = await server.app.inject({
    method: 'POST',
    url: path,
    headers: {
      host: 'localhost:8787',
      authorization: `Bearer ${server.key}`,
      'content-type': 'application/json',
      ...headers,
    },
    payload,
  });
  return { status: answer.statusCode, json: answer.json<Record<string, unknown>>() };
}

const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('a document', () => {
  const envelope = (signed: string) =>
    `{"signed":{"x":${signed}},"signatures":[{"keyId":"${'0'.repeat(64)}","signature":"${'A'.repeat(86)}"}]}`;

  it.each([
    ['a number beyond binary64', '1e999'],
    ['lists in lists, 200,000 deep', deep(200_000)],
  ])('with %s is refused: it has no canonical form', async (_what, signed) => {
    const server = await startServer();
    const { status, json } = await send(server, `${registryRoot}/candidates`, envelope(signed));
    expect({ status, code: json['code'] }).toEqual({ status: 422, code: 'DocumentInvalid' });
  });
});

describe('a push', () => {
  const evaluation = {
    part: 'test',
    origin: 'parent',
    dataset: null,
    n: null,
    metrics: {},
    interval: null,
    confusion: null,
  };

  it('with more evaluations than a manifest may have is refused', async () => {
    const server = await startServer();
    const evaluations = Array.from({ length: 65 }, () => evaluation);
    expect((await push(server, 'sides', classifier(), { evaluations })).status).toBe(400);
  });
});

describe('an interface', () => {
  it.each([[[-1, 3]], [[0, 2]], [[1, 2, 1]]])(
    'that claims the input [%s] for one of [-1, 2] is refused',
    async shape => {
      const server = await startServer();
      const { status, json } = await push(server, 'sides', classifier(), {
        interface: {
          inputs: [{ name: 'x', datatype: 'FP32', shape, meaning: null }],
          outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 2], meaning: null }],
          decision: null,
        },
      });
      expect({ status, code: json['code'] }).toEqual({ status: 422, code: 'ModelInvalid' });
      expect(json['detail']).toContain(`[${shape.join(', ')}]`);
    },
  );
});

describe('an inference request', () => {
  it('with lists in the place of a number is refused, however deep', async () => {
    const server = await startServer();
    await push(server, 'sides', classifier());
    const tensor = `{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,${deep(200_000)}]}`;
    const { status, json } = await send(server, '/v2/models/sides/infer', `{"inputs":[${tensor}]}`);
    expect(status).toBe(400);
    expect(json['detail']).toBe("'x' is FP32: element 1 is an array, wanted a number");
  });
});

describe('what no route answers', () => {
  let server: TestServer;
  beforeAll(async () => {
    const endings: (() => void | Promise<void>)[] = [];
    server = await startServer({}, end => endings.unshift(end));
    return async () => {
      for (const end of endings) await end();
    };
  });

  it('has no body read for it', async () => {
    // Read, it would be refused as no JSON.
    expect((await send(server, '/nothing', '{')).status).toBe(404);
  });

  it.each(['/%', '/%zz', `/v2/models/${'a'.repeat(500)}`])(
    'is a problem with the headers of every answer: %#',
    async path => {
      const { status, headers } = await server.ask('GET', path);
      expect(status).toBe(400);
      expect(headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(headers['content-security-policy']).toBeDefined();
    },
  );
});

it('an enrolment of more than a key and a name is not waited for', async () => {
  const server = await startServer();
  const { status } = await send(server, `${registryRoot}/devices`, `{"name":"${'a'.repeat(8192)}"}`);
  expect(status).toBe(413);
});

it('HEAD of the events opens no stream', async () => {
  const server = await startServer();
  const before = server.registry.events.listeners;
  const { status, headers } = await server.ask('HEAD', 'events');
  expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'text/event-stream' });
  expect(server.registry.events.listeners).toBe(before);
});

it.each([
  ['forwarded', 'for=203.0.113.9'],
  ['via', '1.1 proxy'],
  ['x-forwarded-for', '203.0.113.9'],
  ['x-forwarded-host', 'models.example'],
  ['x-forwarded-proto', 'https'],
  ['x-real-ip', '203.0.113.9'],
  ['cf-connecting-ip', '203.0.113.9'],
])('whoever comes through a proxy on this machine is not on it: %s', async (name, value) => {
  const server = await startServer();
  expect((await server.ask('GET', 'models')).status).toBe(200);
  expect((await server.ask('GET', 'models', { headers: { [name]: value } })).status).toBe(401);
});

it('a trainer sends so many new bytes a day and no more; what is there costs nothing', async () => {
  const server = await startServer({ maxTrainerBytes: 1000 });
  const device = await enrolDevice(server, 'trainer');
  const token = await device.token(audienceOf(server));
  const put = async (fill: number, key: string) => {
    const body = Buffer.alloc(600, fill);
    return (await server.ask('PUT', `chunks/${await sha256(new Uint8Array(body))}`, { token: key, body }))
      .status;
  };
  expect([await put(1, token), await put(1, token), await put(2, token)]).toEqual([204, 204, 429]);
  expect(await put(2, server.key)).toBe(204);
  expect(await put(2, token)).toBe(204);
});
