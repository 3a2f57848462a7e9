import { describe, expect, test } from 'vitest';
import { defaultServing } from '../../../src/core/artifact/serving-api.ts';
import { classifier, push } from '../models.ts';
import { startServer, type TestServer } from '../support.ts';

const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 0] }];

async function sides(): Promise<TestServer> {
  const server = await startServer();
  await push(server, 'sides', classifier(4));
  return server;
}

const read = (server: TestServer) => server.ask('GET', 'models/sides/serving', { token: server.key });
const write = (server: TestServer, body: object, tag: string) =>
  server.ask('PUT', 'models/sides/serving', { token: server.key, headers: { 'if-match': tag }, body });

describe('GET and PUT /models/{model}/serving', () => {
  test('any model’s settings until somebody says otherwise, against the tag of what was seen', async () => {
    const server = await sides();
    const seen = await read(server);
    expect([seen.status, seen.json]).toEqual([200, defaultServing]);
    const tag = String(seen.headers['etag']);
    const changed = await write(server, { maxBatch: 8, deadlineMs: 500, why: 'small machine' }, tag);
    expect([changed.status, changed.json]).toEqual([
      200,
      { ...defaultServing, maxBatch: 8, deadlineMs: 500 },
    ]);
    expect((await read(server)).json).toEqual(changed.json);
    expect((await write(server, {}, tag)).json['code']).toBe('PreconditionFailed');
    const audit = await server.ask('GET', 'audit?subject=sides', { token: server.key });
    expect((audit.json['entries'] as object[])[0]).toMatchObject({
      who: 'admin-key',
      what: 'serving',
      subject: 'sides',
      detail: 'maxBatch 64 → 8, deadlineMs 30000 → 500',
      why: 'small machine',
    });
  });

  test('refuses without a tag, what is no setting, a model that is not there, and who is no admin', async () => {
    const server = await sides();
    const codes = await Promise.all([
      server.ask('PUT', 'models/sides/serving', { token: server.key, body: {} }),
      write(server, { maxBatch: 0 }, '*'),
      server.ask('PUT', 'models/none/serving', { token: server.key, headers: { 'if-match': '*' }, body: {} }),
      server.ask('PUT', 'models/sides/serving', { headers: { 'if-match': '*' }, body: {} }),
      server.ask('GET', 'models/none/serving', { token: server.key }),
    ]);
    expect(codes.map(({ json }) => json['code'])).toEqual([
      'PreconditionRequired',
      'BadRequest',
      'NotFound',
      'Unauthorized',
      'NotFound',
    ]);
  });

  test('holds from the next request on', async () => {
    const server = await sides();
    const ask = (parameters = {}) =>
      server.ask('POST', '/v2/models/sides/infer', { body: { inputs, parameters } });
    expect((await ask()).status).toBe(200);
    await write(server, { cacheBytes: 2 ** 20 }, '*');
    const [first, second] = [await ask(), await ask()];
    // The same run answered both.
    expect(second.headers['haversack-answered-by']).toBe(first.headers['haversack-answered-by']);
    expect((await ask({ timeout: 0.001 })).status).toBe(200);
    await write(server, {}, '*');
    const late = await ask({ timeout: 0.001 });
    expect([late.status, late.json['code']]).toEqual([504, 'DeadlineExceeded']);
    const patient = await server.ask('POST', '/v2/models/sides/infer', {
      headers: { 'haversack-timeout-ms': '60000' },
      body: { inputs },
    });
    expect(patient.status).toBe(200);
  });
});

describe('an alias that moves', () => {
  test('means a version that is loaded already, where the model is being served', async () => {
    const server = await sides();
    await push(server, 'sides', classifier(9));
    const stateOf = async (version: string) => {
      const { json } = await server.ask('POST', '/v2/repository/index', { token: server.key, body: {} });
      return (json as unknown as { version: string; state: string }[]).find(
        entry => entry.version === version,
      )?.state;
    };
    const promote = (revision: number, version: number) =>
      server.ask('PUT', 'models/sides/aliases/production', {
        token: server.key,
        headers: { 'if-match': `"${revision}"` },
        body: { version, share: 1 },
      });
    await promote(1, 2);
    expect(await stateOf('2')).toBe('UNKNOWN');
    await promote(2, 1);
    await server.ask('POST', '/v2/models/sides/infer', { body: { inputs } });
    await promote(3, 2);
    expect([await stateOf('1'), await stateOf('2')]).toEqual(['READY', 'READY']);
    expect(
      (await server.ask('POST', '/v2/models/sides/infer', { body: { inputs } })).json['model_version'],
    ).toBe('2');
  });
});
