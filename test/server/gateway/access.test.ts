import { beforeAll, describe, expect, it } from 'vitest';
import { accessTable, rightOf } from '../../../server/gateway/access.ts';
import { startServer } from '../support.ts';
import { filled, placeOf } from '../../../server/docs/route-path.ts';
import { oidcSettingsSchema } from '../../../server/gateway/oidc-settings.ts';
import { expectedOf, makeCallers, type TestCaller } from './callers.ts';
import { startIssuer } from './issuer.ts';

const digest = 'a'.repeat(64);
const values = {
  model: 'nothing',
  version: '1',
  alias: 'production',
  digest,
  id: digest,
  path: 'nothing.txt',
};

// What they may open is all this is about, not what is behind the door.
describe('access', () => {
  const outcomes = new Map<string, number>();
  let callers: readonly TestCaller[] = [];

  // One server for the whole table; nothing that it is asked for exists.
  beforeAll(async () => {
    const endings: (() => void | Promise<void>)[] = [];
    let passedMs = 0;
    const issuer = await startIssuer(end => endings.unshift(end));
    const oidc = oidcSettingsSchema.parse({ issuer: issuer.url, audience: issuer.audience });
    const now = () => new Date(Date.now() + passedMs);
    const server = await startServer({ host: '0.0.0.0', now, oidc }, end => endings.unshift(end));
    callers = await makeCallers(server, issuer, ms => (passedMs += ms));
    for (const route of Object.keys(accessTable)) {
      const place = placeOf(route);
      const { method } = place;
      const path = filled(place.path, values);
      // A stream has no end; its door is the same.
      const asked = path.endsWith('/events') ? 'HEAD' : method;
      for (const { name, address, token } of callers) {
        // Nothing that any of them takes: one that is let in changes nothing, like the registry's key.
        const body = method === 'GET' ? {} : { body: { former: 'neither' } };
        const { status } = await server.ask(asked, path, { address, token, ...body });
        outcomes.set(`${route} · ${name}`, status);
      }
    }
    return async () => {
      for (const end of endings) await end();
    };
  }, 60_000);

  it.each(Object.entries(accessTable))('%s lets in who may %s, and nobody else', (route, right) => {
    for (const caller of callers) {
      const status = outcomes.get(`${route} · ${caller.name}`)!;
      const got = status === 401 || status === 403 ? status : 'in';
      expect(got, caller.name).toBe(expectedOf(caller, right, route.includes(':model')));
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
    expect(rightOf('HEAD', '/registry/v1/models')).toBe('any read');
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
