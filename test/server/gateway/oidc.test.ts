import { SignJWT } from 'jose';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { oidcRolesSchema, oidcSettingsSchema, worthOf } from '../../../server/gateway/oidc-settings.ts';
import { roleGrants } from '../../../src/core/artifact/role-grants.ts';
import { startServer } from '../support.ts';
import { startIssuer, type TestIssuer } from './issuer.ts';

const elsewhere = '192.168.7.20';
const roles = {
  claim: 'roles',
  values: { admins: 'admin', people: 'device', shop: [{ model: 'digits', rights: ['predict' as const] }] },
} as const;

async function scene() {
  // The library's clock too.
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const issuer = await startIssuer();
  const settings = oidcSettingsSchema.parse({ issuer: issuer.url, audience: issuer.audience, roles });
  const server = await startServer({ host: '0.0.0.0', oidc: settings });
  const ask = (token: string, path = 'models', method = 'GET') =>
    server.ask(method, path, { token, address: elsewhere, ...(method === 'GET' ? {} : { body: {} }) });
  const status = async (token: string, path?: string) => (await ask(token, path)).status;
  return { issuer, server, ask, status, pass: (ms: number) => vi.setSystemTime(Date.now() + ms) };
}

describe('a token of an issuer', () => {
  it('opens what its claims are mapped to, and nothing else', async () => {
    const { issuer, ask, status } = await scene();
    const people = await issuer.token({ roles: ['people', 'unheard-of'] });
    expect([await status(people), await status(people, 'keys')]).toEqual([200, 403]);
    const me = await ask(people, 'me');
    expect(me.json).toMatchObject({ kind: 'token', role: 'device', grants: roleGrants.device });
    expect(await status(await issuer.token({ sub: 'root', roles: 'admins' }), 'keys')).toBe(200);
    const shop = await issuer.token({ roles: ['shop'] });
    expect([await status(shop, '/v2/models/digits/infer'), await status(shop)]).toEqual([404, 403]);
    expect((await ask(shop, '/v2/models/digits/infer', 'POST')).status).not.toBe(403);
    expect((await ask(shop, '/v2/models/iris/infer', 'POST')).status).toBe(403);
    expect(await status(await issuer.token({}))).toBe(403);
  });

  it('is asked about once: its issuer gives its keys, and says no more', async () => {
    const { issuer, status } = await scene();
    for (const sub of ['ada', 'bob', 'ada']) {
      expect(await status(await issuer.token({ sub, roles: ['people'] }))).toBe(200);
    }
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  const seconds = () => Math.floor(Date.now() / 1000);
  it.each<[string, (issuer: TestIssuer) => Promise<string>]>([
    ['for another audience', issuer => issuer.token({ aud: 'another', roles: ['admins'] })],
    ['without an audience', issuer => issuer.token({ aud: undefined, roles: ['admins'] })],
    ['that is over', issuer => issuer.token({ exp: seconds() - 90, roles: ['admins'] })],
    ['without an end', issuer => issuer.token({ exp: undefined, roles: ['admins'] })],
    ['of later', issuer => issuer.token({ nbf: seconds() + 90, roles: ['admins'] })],
    ['of nobody', issuer => issuer.token({ sub: undefined, roles: ['admins'] })],
    ['by a key that the issuer has not', issuer => issuer.token({ roles: ['admins'] }, { kid: 'another' })],
    [
      'signed with what everybody knows',
      issuer =>
        new SignJWT({
          iss: issuer.url,
          aud: issuer.audience,
          sub: 'ada',
          exp: seconds() + 60,
          roles: ['admins'],
        })
          .setProtectedHeader({ alg: 'HS256', kid: '1' })
          .sign(new TextEncoder().encode(issuer.url.padEnd(64))),
    ],
    [
      'that nobody signed',
      async issuer => {
        const [, payload] = (await issuer.token({ roles: ['admins'] })).split('.');
        return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload!}.`;
      },
    ],
    [
      'whose claims were changed',
      async issuer => {
        const [header, payload, signature] = (await issuer.token({ roles: ['people'] })).split('.');
        const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as object;
        const changed = Buffer.from(JSON.stringify({ ...claims, roles: ['admins'] })).toString('base64url');
        return [header, changed, signature].join('.');
      },
    ],
  ])('%s opens nothing', async (_what, make) => {
    const { issuer, status } = await scene();
    expect(await status(await make(issuer))).toBe(401);
  });

  it('is good within the clocks’ tolerance, and not at the end of what was remembered', async () => {
    const { issuer, status, pass } = await scene();
    const token = await issuer.token({ exp: seconds() - 30, roles: ['people'] });
    expect(await status(token)).toBe(200);
    pass(31_000);
    expect(await status(token)).toBe(401);
  });

  it('of another issuer is no token at all', async () => {
    const { status } = await scene();
    const other = await startIssuer();
    expect(await status(await other.token({ roles: ['admins'] }))).toBe(401);
    expect(other.asked).toEqual([]);
  });
});

describe('an issuer', () => {
  it('that turned its key is asked for it; the old one opens nothing after a while', async () => {
    const { issuer, status, pass } = await scene();
    const old = await issuer.token({ roles: ['people'] });
    expect(await status(old)).toBe(200);
    await issuer.turnKey();
    pass(31_000);
    expect(await status(await issuer.token({ roles: ['people'] }))).toBe(200);
    expect(await status(old)).toBe(200);
    pass(5 * 60_000);
    expect(await status(old)).toBe(401);
  });

  it.each([503, 0])('that is down locks nobody else out, and is asked again (%i)', async broken => {
    const { issuer, server, ask, status, pass } = await scene();
    issuer.broken = broken;
    const token = await issuer.token({ roles: ['people'] });
    const answer = await ask(token);
    expect({ status: answer.status, retry: answer.headers['retry-after'] }).toEqual({
      status: 503,
      retry: '5',
    });
    expect(await status(server.key)).toBe(200);
    // What needs no key needs no issuer.
    expect(await status(token, 'root')).toBe(200);
    const asked = issuer.asked.length;
    expect([await status(token), issuer.asked.length]).toEqual([503, asked]);
    issuer.broken = null;
    pass(5_001);
    expect(await status(token)).toBe(200);
    // What it had said stays good without it, also for a token that was not seen before.
    issuer.broken = broken;
    pass(11 * 60_000);
    expect(await status(await issuer.token({ sub: 'bob', roles: ['people'] }))).toBe(200);
  });

  it('that moved its keys is found again', async () => {
    const { issuer, status, pass } = await scene();
    expect(await status(await issuer.token({ roles: ['people'] }))).toBe(200);
    issuer.keysPath = '/moved';
    await issuer.turnKey();
    const token = await issuer.token({ roles: ['people'] });
    pass(31_000);
    // By the keys that are remembered it is none, until the issuer is asked where they are.
    expect(await status(token)).toBe(401);
    pass(5_001);
    expect(await status(token)).toBe(200);
  });

  it('that says it is another is not believed', async () => {
    const { issuer, status } = await scene();
    issuer.claimedIssuer = 'https://accounts.example';
    expect(await status(await issuer.token({ roles: ['admins'] }))).toBe(503);
  });

  it('is reached by https, but on loopback', () => {
    const refused = ['http://accounts.example', 'http://localhost.example', 'ftp://localhost', 'accounts'];
    const taken = ['https://accounts.example', 'http://localhost:9000/realm', 'http://[::1]:9000'];
    const isTaken = (issuer: string) => oidcSettingsSchema.safeParse({ issuer, audience: 'a' }).success;
    expect(refused.filter(isTaken)).toEqual([]);
    expect(taken.filter(isTaken)).toEqual(taken);
  });
});

describe('what claims are worth', () => {
  const settings = (claim: string) => oidcRolesSchema.parse({ claim, values: { a: 'trainer', b: 'device' } });
  it.each([
    [{ roles: ['a', 'b'] }, 'roles', 'trainer'],
    [{ realm_access: { roles: ['b'] } }, 'realm_access.roles', 'device'],
    [{ 'https://x.example/roles': ['a'] }, 'https://x.example/roles', 'trainer'],
    [{ scope: 'openid b' }, 'scope', 'device'],
    [{ roles: [{ a: 1 }, 1, null] }, 'roles', null],
    [{ roles: 7 }, 'roles', null],
    [{ roles: ['constructor', '__proto__', 'toString'] }, 'roles', null],
    [{}, 'constructor.name', null],
    [{}, 'roles', null],
  ])('%j by %s is %s', (claims, claim, role) => {
    expect(worthOf(claims, settings(claim), roleGrants).role).toBe(role);
  });
});
