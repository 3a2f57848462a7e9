import { describe, expect, test } from 'vitest';
import { classifier, push } from '../models.ts';
import { startServer } from '../support.ts';

const inputs = [{ name: 'x', datatype: 'FP32', shape: [2, 2], data: [1, 0, 0, 1] }];

describe('a server answers the Open Inference Protocol from its registry', () => {
  test('by number, by alias, and without either by what production points at', async () => {
    const server = await startServer();
    await push(server, 'sides', classifier(4));
    await push(server, 'sides', classifier(9));
    const versionOf = async (path: string) => {
      const answer = await server.ask('POST', `/v2/models/sides${path}/infer`, { body: { inputs } });
      expect(answer.status, JSON.stringify(answer.json)).toBe(200);
      return answer.json['model_version'];
    };
    expect(await versionOf('/versions/2')).toBe('2');
    expect(await versionOf('/versions/@production')).toBe(await versionOf(''));
    const missing = await server.ask('GET', '/v2/models/sides/versions/7');
    expect([missing.status, missing.json['code']]).toEqual([404, 'NotFound']);
    expect((await server.ask('GET', '/v2/models/sides/versions/canary')).status).toBe(404);
    expect((await server.ask('GET', '/v2/models/nothing')).status).toBe(404);
  });

  test('a version that is rolled out to some devices when it is for all', async () => {
    const server = await startServer();
    await push(server, 'sides', classifier(4));
    await push(server, 'sides', classifier(9));
    const promote = (revision: number, share: number) =>
      server.ask('PUT', 'models/sides/aliases/production', {
        token: server.key,
        headers: { 'if-match': `"${revision}"` },
        body: { version: 2, share },
      });
    const versionNow = async () =>
      (await server.ask('POST', '/v2/models/sides/infer', { body: { inputs } })).json['model_version'];
    await promote(1, 0.5);
    expect(await versionNow()).toBe('1');
    await promote(2, 1);
    expect(await versionNow()).toBe('2');
  });

  test('to readers: from elsewhere only with a key', async () => {
    const server = await startServer();
    await push(server, 'sides', classifier());
    const ask = (token?: string) =>
      server.ask('GET', '/v2/models/sides', {
        token,
        address: '192.168.1.20',
        headers: { host: 'localhost:8787' },
      });
    expect((await ask()).status).toBe(401);
    expect((await ask(server.key)).status).toBe(200);
  });
});
