import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateKeyPairSync } from 'node:crypto';
import { RegistryClient } from '../../../src/client/registry.ts';
import { invitationIn } from '../../../src/core/artifact/enrolment-code.ts';
import type { DeviceInfo } from '../../../src/core/artifact/access-api.ts';
import { haversack, startedServer } from './captured.ts';

let server: Awaited<ReturnType<typeof startedServer>>;
let client: RegistryClient;

beforeAll(async () => {
  server = await startedServer();
  client = new RegistryClient({ baseUrl: server.url });
});
afterAll(() => server.close());

function call(args: readonly string[], env: Record<string, string> = {}) {
  return haversack(server.folder, args, { env: { HAVERSACK_URL: server.url, ...env } });
}

async function answerOf<T>(args: readonly string[]): Promise<T> {
  const { code, out, err } = await call([...args, '--json']);
  expect(err).toBe('');
  expect(code).toBe(0);
  return JSON.parse(out) as T;
}

function newPublicKey(): string {
  return generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x!;
}

describe('haversack device', () => {
  it('lists, approves, groups and revokes, by code or id', async () => {
    const { id, code } = await client.enrol({ publicKey: newPublicKey(), name: 'tablet' });
    expect(await answerOf(['device', 'list'])).toMatchObject([{ id, status: 'pending' }]);
    const approve = ['device', 'approve', code.toLowerCase(), '--role', 'trainer', '--group', 'north', 'lab'];
    expect(await answerOf(approve)).toMatchObject({ role: 'trainer', groups: ['lab', 'north'] });
    expect(await answerOf(['device', 'group', id.slice(0, 12), 'south'])).toMatchObject({
      role: 'trainer',
      groups: ['south'],
    });
    expect(await answerOf(['device', 'group', code])).toMatchObject({ groups: [] });
    const { out } = await call(['device', 'list']);
    expect(out).toMatch(/^CODE +NAME +STATUS/);
    expect(out).toMatch(new RegExp(`${code} +tablet +approved +trainer`));
    const revoked = await call(['device', 'revoke', id]);
    expect(revoked.out).toBe(`tablet (${code}) is revoked.\n`);
  });

  it('makes a code, with a link and a picture of it, that lets a device in', async () => {
    const made = await answerOf<{ code: string; link: string; registry: string }>([
      'device',
      'enrol',
      '--role',
      'device',
      '--group',
      'phones',
      '--minutes',
      '5',
    ]);
    const invitation = invitationIn(new URL(made.link).hash);
    expect(invitation).toEqual({ code: made.code, registry: made.registry, role: 'device' });
    const device: DeviceInfo = await client.enrol({
      publicKey: newPublicKey(),
      name: 'phone',
      code: made.code,
    });
    expect(device).toMatchObject({ status: 'approved', role: 'device', groups: ['phones'] });
    const { out } = await call(['device', 'enrol', '--role', 'trainer']);
    expect(out).toContain('lets one device in as trainer until');
    expect(out).toContain('▄');
  });

  it('says what is wrong with the call', async () => {
    const wrong: [string[], number, RegExp][] = [
      [['device'], 2, /No verb was given/],
      [['device', 'approve', 'ABCDEF'], 2, /--role/],
      [['device', 'approve', 'ABCDEF', '--role', 'king'], 2, /one of device, trainer, admin/],
      [['device', 'revoke', 'ABCDEF'], 1, /nothing by that name/],
      [['device', 'enrol', '--role', 'device', '--group', 'No Name'], 2, /group/],
    ];
    for (const [args, code, text] of wrong) {
      const outcome = await call(args);
      expect({ args, code: outcome.code }).toEqual({ args, code });
      expect(outcome.err).toMatch(text);
    }
  });
});

describe('haversack key', () => {
  it('makes a key that the command takes, lists it without its secret, and revokes it', async () => {
    const made = await answerOf<{ id: string; key: string }>(['key', 'create', 'ci', '--role', 'admin']);
    const listed = await call(['key', 'list'], { HAVERSACK_KEY: made.key });
    expect(listed.code).toBe(0);
    expect(listed.out).toMatch(/ci +admin/);
    expect(listed.out).not.toContain(made.key);
    expect((await call(['key', 'revoke', made.id])).out).toBe('The key of ci is revoked.\n');
    const refused = await call(['key', 'list'], { HAVERSACK_KEY: made.key });
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('that key was revoked');
  });

  it('is renewed with the same name, role and time', async () => {
    const old = await answerOf<{ id: string; key: string }>([
      'key',
      'create',
      'lab',
      '--role',
      'trainer',
      '--days',
      '30',
    ]);
    const next = await answerOf<{ id: string; key: string; expiresAt: string; createdAt: string }>([
      'key',
      'rotate',
      old.id,
    ]);
    expect(next).toMatchObject({ name: 'lab', role: 'trainer', revokedAt: null });
    expect(next.key).not.toBe(old.key);
    expect(Date.parse(next.expiresAt) - Date.parse(next.createdAt)).toBe(30 * 24 * 60 * 60 * 1000);
    // The one before goes on for a day, so that whoever has it can change.
    const keys = await answerOf<{ id: string; expiresAt: string }[]>(['key', 'list']);
    const { expiresAt } = keys.find(({ id }) => id === old.id)!;
    expect(Date.parse(expiresAt) - Date.parse(next.createdAt)).toBe(24 * 60 * 60 * 1000);
    const { out } = await call(['key', 'rotate', next.id, '--grace', '0']);
    expect(out).toContain('The one before is over.');
  });

  it('may do something with some models, so much and no more', async () => {
    const made = await answerOf<{ id: string }>([
      ...['key', 'add', 'shop', '--grant', 'digits:predict,read', '--grant', 'iris:read'],
      ...['--per-minute', '600', '--at-once', '8', '--per-day', '50000'],
    ]);
    expect(made).toMatchObject({
      role: null,
      grants: [
        { model: 'digits', rights: ['predict', 'read'] },
        { model: 'iris', rights: ['read'] },
      ],
      limits: { perMinute: 600, atOnce: 8, perDay: 50_000 },
    });
    const { out } = await call(['key', 'list']);
    expect(out).toMatch(/shop +digits:predict,read iris:read +600\/min, 8 at once, 50000\/day/);
    for (const flags of [
      [],
      ['--role', 'device', '--grant', 'digits:read'],
      ['--grant', 'digits'],
      ['--grant', 'a:own'],
      ['--role', 'device', '--per-minute', '2000000'],
    ]) {
      expect((await call(['key', 'add', 'x', ...flags])).code, flags.join(' ')).toBe(2);
    }
  });

  it('gives the registry a new one', async () => {
    const before = await client.root();
    const rotated = await answerOf<{ keyId: string; revision: number }>(['key', 'rotate', '--registry']);
    expect(rotated.revision).toBe(2);
    expect(before.signatures.map(({ keyId }) => keyId)).not.toContain(rotated.keyId);
    const { out } = await call(['key', 'rotate', '--registry', '--former', 'forget', '--why', 'stolen']);
    expect(out).toContain('the one before is forgotten');
    expect((await client.root()).signed['keys']).toHaveLength(1);
    expect((await call(['key', 'rotate'])).code).toBe(2);
  });
});
