import { beforeAll, describe, expect, it } from 'vitest';
import { accessTable, type Right, rightOf } from '../../../server/gateway/access.ts';
import type { Role } from '../../../src/core/artifact/role.ts';
import { audienceOf, enrolDevice, setDevice, startServer } from '../support.ts';

/** Everyone who may knock. What they may open is all this test is about, not what is behind the door. */
const callers = [
  'nobody on loopback',
  'nobody elsewhere',
  'pending device on loopback',
  'pending device elsewhere',
  'device elsewhere',
  'trainer elsewhere',
  'admin device elsewhere',
  'revoked device on loopback',
  'revoked device elsewhere',
  'admin key elsewhere',
  'device’s access key elsewhere',
  'trainer’s access key elsewhere',
  'admin’s access key elsewhere',
  'revoked access key on loopback',
  'revoked access key elsewhere',
  'wrong key on loopback',
  'wrong key elsewhere',
] as const;
type CallerName = (typeof callers)[number];

const everyone = callers;
const admins = ['admin device elsewhere', 'admin key elsewhere', 'admin’s access key elsewhere'];
const trainers = ['trainer elsewhere', 'trainer’s access key elsewhere', ...admins];
const approved = ['device elsewhere', 'device’s access key elsewhere', ...trainers];
const letIn: Record<Right, readonly string[]> = {
  public: everyone,
  read: [...approved, 'nobody on loopback', 'pending device on loopback'],
  device: approved,
  trainer: trainers,
  admin: admins,
};

const digest = 'a'.repeat(64);
const params: Record<string, string> = {
  ':model': 'nothing',
  ':version': '1',
  ':alias': 'production',
  ':digest': digest,
  ':id': digest,
  '*': 'nothing.txt',
};

describe('access', () => {
  const outcomes = new Map<string, number>();
  const credentials = new Map<CallerName, { address: string; token: string | undefined }>();

  // One server for the whole table; nothing that it is asked for exists.
  beforeAll(async () => {
    const endings: (() => void | Promise<void>)[] = [];
    const server = await startServer({ host: '0.0.0.0' }, end => endings.unshift(end));
    const audience = audienceOf(server);
    const token = async (role: 'device' | 'trainer' | 'admin' | null, revoke = false) => {
      const device = await enrolDevice(server, role);
      if (revoke) await setDevice(server, device.keyId, { status: 'revoked', role: null });
      return device.token(audience);
    };
    const makeKey = async (role: Role) => {
      const { json } = await server.ask('POST', 'keys', { token: server.key, body: { name: role, role } });
      return json as { id: string; key: string };
    };
    const ended = await makeKey('admin');
    await server.ask('DELETE', `keys/${ended.id}`, { token: server.key });
    const here = '127.0.0.1';
    const there = '192.168.7.20';
    const pending = await token(null);
    const revoked = await token('admin', true);
    const wrong = `hvs_${'A'.repeat(43)}`;
    const add = (name: CallerName, address: string, key: string | undefined) =>
      credentials.set(name, { address, token: key });
    add('nobody on loopback', here, undefined);
    add('nobody elsewhere', there, undefined);
    add('pending device on loopback', here, pending);
    add('pending device elsewhere', there, pending);
    add('device elsewhere', there, await token('device'));
    add('trainer elsewhere', there, await token('trainer'));
    add('admin device elsewhere', there, await token('admin'));
    add('revoked device on loopback', here, revoked);
    add('revoked device elsewhere', there, revoked);
    add('admin key elsewhere', there, server.key);
    add('device’s access key elsewhere', there, (await makeKey('device')).key);
    add('trainer’s access key elsewhere', there, (await makeKey('trainer')).key);
    add('admin’s access key elsewhere', there, (await makeKey('admin')).key);
    add('revoked access key on loopback', here, ended.key);
    add('revoked access key elsewhere', there, ended.key);
    add('wrong key on loopback', here, wrong);
    add('wrong key elsewhere', there, wrong);
    for (const route of Object.keys(accessTable)) {
      const [method, url] = route.split(' ') as [string, string];
      const path = Object.entries(params).reduce((each, [name, value]) => each.replace(name, value), url);
      for (const [name, { address, token: key }] of credentials) {
        if (path.endsWith('/events')) continue;
        const { status } = await server.ask(method, path, {
          address,
          token: key,
          ...(method === 'GET' ? {} : { body: {} }),
        });
        outcomes.set(`${route} · ${name}`, status);
      }
    }
    return async () => {
      for (const end of endings) await end();
    };
  }, 30_000);

  const routes = Object.entries(accessTable).filter(([route]) => !route.endsWith('/events'));
  it.each(routes)('%s lets in who may %s, and nobody else', (route, right) => {
    for (const name of callers) {
      const status = outcomes.get(`${route} · ${name}`)!;
      const wrongRole =
        (right === 'admin' && approved.includes(name) && !admins.includes(name)) ||
        (right === 'trainer' && approved.includes(name) && !trainers.includes(name));
      if (letIn[right].includes(name)) expect([401, 403], `${route} · ${name}`).not.toContain(status);
      else expect(status, `${route} · ${name}`).toBe(wrongRole ? 403 : 401);
    }
  });
});

describe('the gate', () => {
  it('has a route for every line of the table but the app’s, which needs a built app', async () => {
    const { app } = await startServer();
    const absent = Object.keys(accessTable).filter(line => {
      const [method, url] = line.split(' ') as [string, string];
      return !app.hasRoute({ method: method, url });
    });
    expect(absent).toEqual(['GET /*']);
  });

  it('refuses to register a route that is not in the table', () => {
    expect(() => rightOf('GET', '/registry/v1/secrets')).toThrow('not in the access table');
    expect(rightOf('HEAD', '/registry/v1/models')).toBe('read');
  });

  it('does not take a proxy’s word for where a request comes from', async () => {
    const server = await startServer({ host: '0.0.0.0' });
    const answer = await server.ask('GET', 'models', {
      address: '203.0.113.9',
      headers: { 'x-forwarded-for': '127.0.0.1', host: 'localhost:8787' },
    });
    expect(answer.status).toBe(401);
  });

  it('answers to its own names only', async () => {
    const server = await startServer();
    const answer = await server.ask('GET', 'root', { headers: { host: 'evil.example' } });
    expect(answer.status).toBe(403);
    expect(answer.json['code']).toBe('Forbidden');
  });

  it('refuses writes from another site’s pages, and takes those of its own', async () => {
    const server = await startServer();
    const body = { publicKey: 'A'.repeat(43), name: 'x' };
    const send = (origin: string) => server.ask('POST', 'devices', { body, headers: { origin } });
    expect((await send('https://evil.example')).status).toBe(403);
    expect((await send('null')).status).toBe(403);
    expect((await send('http://localhost:9999')).status).toBe(403);
    expect((await send('http://localhost:8787')).status).toBe(201);
  });

  it('sends isolation and the content policy with every answer, errors too', async () => {
    const server = await startServer();
    for (const path of ['root', '/nothing', 'models/absent']) {
      const { headers } = await server.ask('GET', path);
      expect(headers['cross-origin-opener-policy']).toBe('same-origin');
      expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
      expect(headers['content-security-policy']).toContain("script-src 'self' 'wasm-unsafe-eval'");
    }
  });
});
