import { describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../support.ts';

const day = 24 * 60 * 60 * 1000;
const elsewhere = { address: '10.1.2.3' };

async function scene() {
  let now = Date.now();
  const server = await startServer({ host: '0.0.0.0', now: () => new Date(now) });
  return { server, pass: (ms: number) => (now += ms) };
}

async function makeKey(server: TestServer, query: object = { name: 'ci', role: 'trainer' }) {
  const made = await server.ask('POST', 'keys', { token: server.key, body: query });
  expect(made.status).toBe(201);
  return made.json as { id: string; key: string };
}

async function status(server: TestServer, key: string, method: string, path: string) {
  const body = method === 'GET' ? {} : { body: { digests: [] } };
  return (await server.ask(method, path, { ...elsewhere, token: key, ...body })).status;
}

describe('an access key', () => {
  it('may do what its role may, from anywhere, and no more', async () => {
    const { server } = await scene();
    for (const [role, trains, administers] of [
      ['device', 403, 403],
      ['trainer', 200, 403],
      ['admin', 200, 200],
    ] as const) {
      const { key } = await makeKey(server, { name: role, role });
      expect(key).toMatch(/^hvk_[\w-]{43}$/);
      expect(await status(server, key, 'GET', 'models')).toBe(200);
      expect(await status(server, key, 'POST', 'chunks/missing')).toBe(trains);
      expect(await status(server, key, 'GET', 'keys')).toBe(administers);
      const { json } = await server.ask('GET', 'me', { ...elsewhere, token: key });
      expect(json).toMatchObject({ kind: 'access-key', role, status: null, certificate: null });
    }
  });

  it('is shown once, and kept as a hash', async () => {
    const { server } = await scene();
    const { key, id } = await makeKey(server);
    const rows = await server.registry.database.selectFrom('access_keys').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(key.slice(4));
    const listed = await server.ask('GET', 'keys', { token: server.key });
    expect(listed.bytes.toString()).not.toContain(key.slice(4));
    expect(listed.json['keys']).toMatchObject([{ id, name: 'ci', role: 'trainer', revokedAt: null }]);
  });

  it('opens nothing from the next request on after it was revoked', async () => {
    const { server } = await scene();
    const { key, id } = await makeKey(server);
    expect(await status(server, key, 'GET', 'models')).toBe(200);
    const revoked = await server.ask('DELETE', `keys/${id}`, { token: server.key });
    expect(revoked).toMatchObject({ status: 200, json: { id, revokedAt: expect.any(String) } });
    expect(await status(server, key, 'GET', 'models')).toBe(401);
    // A wrong key is not the same as none, on loopback either.
    expect((await server.ask('GET', 'models', { token: key })).status).toBe(401);
    expect((await server.ask('DELETE', `keys/${id}`, { token: server.key })).json).toEqual(revoked.json);
    expect((await server.ask('DELETE', 'keys/absent', { token: server.key })).status).toBe(404);
  });

  it('ends at its end', async () => {
    const { server, pass } = await scene();
    const { key } = await makeKey(server, { name: 'guest', role: 'device', days: 2 });
    pass(2 * day - 1);
    expect(await status(server, key, 'GET', 'models')).toBe(200);
    pass(1);
    expect(await status(server, key, 'GET', 'models')).toBe(401);
  });

  it('says when it was last used, to the minute', async () => {
    const { server, pass } = await scene();
    const { key } = await makeKey(server);
    const lastUsed = async () => {
      const { json } = await server.ask('GET', 'keys', { token: server.key });
      return (json['keys'] as { lastUsedAt: string | null }[])[0]!.lastUsedAt;
    };
    expect(await lastUsed()).toBeNull();
    await status(server, key, 'GET', 'models');
    const first = (await lastUsed())!;
    pass(30_000);
    await status(server, key, 'GET', 'models');
    expect(await lastUsed()).toBe(first);
    pass(30_000);
    await status(server, key, 'GET', 'models');
    expect(Date.parse((await lastUsed())!) - Date.parse(first)).toBe(60_000);
  });

  it('is named in the audit by what it did', async () => {
    const { server } = await scene();
    const { key, id } = await makeKey(server, { name: 'ops', role: 'admin' });
    await server.ask('POST', 'enrolments', { token: key, body: { role: 'device' } });
    const [deed] = await server.registry.database
      .selectFrom('audit')
      .select(['who', 'what'])
      .where('what', '=', 'code')
      .execute();
    expect(deed).toEqual({ who: `access-key:${id}`, what: 'code' });
  });
});
