import { Writable } from 'node:stream';
import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { createLogger, withoutSecrets } from '../../../server/telemetry/logger.ts';
import { nameRequests, requestIdOf } from '../../../server/telemetry/request-identity.ts';
import type { LogLevel } from '../../../server/telemetry/log-level.ts';
import { audienceOf, enrolDevice, startServer, type TestServer } from '../support.ts';
import { classifier, push } from '../models.ts';

async function startLogged(level: LogLevel, slowMs?: number) {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const server = await startServer({
    host: '0.0.0.0',
    logger: createLogger({ level, destination }),
    ...(slowMs === undefined ? {} : { slowMs }),
  });
  return { server, lines, logged: () => lines.map(line => JSON.parse(line) as Record<string, unknown>) };
}

/** A line is written once the answer is out. */
async function until<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise(resolve => setImmediate(resolve));
  }
}

const infer = (server: TestServer, data: unknown, headers: Record<string, string> = {}) =>
  server.ask('POST', '/v2/models/sides/infer', {
    token: server.key,
    headers: { 'content-type': 'application/json', ...headers },
    body: { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data }] },
  });

describe('the log', () => {
  it('has one line a request at info: what was asked, by whom, how it went, in which trace', async () => {
    const { server, logged } = await startLogged('info');
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const answer = await server.ask('GET', '/registry/v1/models/nothing?q=private', {
      token: server.key,
      address: '192.168.1.7',
      headers: { 'x-request-id': 'from-a-balancer:7', traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    });
    expect(answer.headers['x-request-id']).toBe('from-a-balancer:7');
    expect(answer.json['requestId']).toBe('from-a-balancer:7');
    const line = await until(() => logged().find(one => one['reqId'] === 'from-a-balancer:7'));
    expect(line).toMatchObject({
      level: 'info',
      msg: 'request',
      method: 'GET',
      path: '/registry/v1/models/nothing',
      route: '/registry/v1/models/:model',
      status: 404,
      caller: 'admin-key',
      traceId,
      parentId: '00f067aa0ba902b7',
    });
    expect(logged().filter(one => one['reqId'] === 'from-a-balancer:7')).toHaveLength(1);
  });

  it('takes no id that could forge a line or a header, and makes one that no other request has', async () => {
    const { server } = await startLogged('silent');
    const ids = [];
    for (const given of ['a b', '"},{"x":"', 'x'.repeat(129), '']) {
      const { headers } = await server.ask('GET', '/v2', { headers: { 'x-request-id': given } });
      ids.push(String(headers['x-request-id']));
      expect(ids.at(-1)).toMatch(/^[0-9a-f]{10}-[0-9a-z]+$/);
    }
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says nothing of requests at warn, but of those that took long', async () => {
    const quiet = await startLogged('warn', 600_000);
    await quiet.server.ask('GET', '/v2');
    // In its place: the next request's line would have come after it.
    await quiet.server.ask('GET', '/v2/health/live');
    expect(quiet.logged().filter(line => line['msg'] === 'request')).toEqual([]);
    const { server, logged } = await startLogged('warn', 0);
    await server.ask('GET', '/registry/v1/models', { token: server.key });
    const line = await until(() => logged().find(one => one['msg'] === 'slow request'));
    expect(line).toMatchObject({ level: 'warn', route: '/registry/v1/models', status: 200 });
  });

  it('holds no key, no token, no input and no output, at the level that says most', async () => {
    const { server, lines } = await startLogged('trace', 0);
    await push(server, 'sides', classifier());
    const device = await enrolDevice(server, 'trainer');
    const token = await device.token(audienceOf(server));
    const made = await server.ask('POST', 'keys', { token: server.key, body: { name: 'ci', role: 'admin' } });
    const accessKey = String(made.json['key']);
    const right = await infer(server, [0.123456789, 0.25]);
    expect(right.status).toBe(200);
    const output = JSON.stringify(right.json['outputs']);
    const probability = /"data":\[([\d.]+)/.exec(output)![1]!;
    await infer(server, ['do-not-tell-anybody', 1]);
    await infer(server, [1]);
    for (const key of [token, accessKey, `hvs_${'B'.repeat(43)}`, 'a-stranger’s-key']) {
      await server.ask('GET', 'audit', { headers: { authorization: `Bearer ${key}` } });
    }
    await server.ask('GET', `models?q=${server.key}`, { token: accessKey });
    await server.ask('GET', `/registry/v1/models/${accessKey}`, { token: server.key });
    // What nobody foresaw, thrown with all of it in its message.
    server.registry.log.error(
      {
        err: new Error(`Bearer ${token} and ${server.key}`),
        req: { method: 'GET', url: `/x?key=${accessKey}` },
      },
      `with ${server.key}`,
    );
    await server.close();
    const log = lines.join('');
    expect(log).toContain('"path":"/v2/models/sides/infer"');
    for (const secret of [
      server.key,
      accessKey,
      token,
      'B'.repeat(43),
      '0.123456789',
      probability,
      'do-not-tell',
    ]) {
      expect(log, secret).not.toContain(secret);
    }
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it('strikes secrets out of any line, and leaves the rest', () => {
    const line =
      '{"msg":"Bearer abc.def-ghi, hvs_AAAAAAAAAAAAAAAAAAAA, eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJ4In0.c2ln","hve":1}';
    expect(withoutSecrets(line)).toBe('{"msg":"Bearer [redacted] [redacted], [redacted]","hve":1}');
    expect(withoutSecrets('{"path":"/v2/models/havoc"}')).toBe('{"path":"/v2/models/havoc"}');
    // A beginning that no end follows is one match, not one for each beginning in it.
    expect(withoutSecrets(`{"path":"/${'eyJ-'.repeat(4_000)}"}`)).toBe('{"path":"/[redacted]"}');
  });

  it('passes id and trace on to whoever computes elsewhere', async () => {
    const app = Fastify({ requestIdHeader: false, genReqId: raw => requestIdOf(raw.headers) });
    nameRequests(app);
    app.get('/', request => [request.passOn(), request.passOn()]);
    const answer = await app.inject({ url: '/', headers: { 'x-request-id': 'seven', tracestate: 'a=1' } });
    const [first, again] = answer.json<[Record<string, string>, Record<string, string>]>();
    // Without a `traceparent` there is no trace that the state could be of.
    expect(Object.keys(first).sort()).toEqual(['traceparent', 'x-request-id']);
    expect(first['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(first['x-request-id']).toBe('seven');
    expect(again).toEqual(first);
    await app.close();
  });
});
