import { describe, expect, it } from 'vitest';
import { openCertificate } from '../../../src/core/artifact/certificate.ts';
import type { Grant } from '../../../src/core/artifact/grant.ts';
import { envelopeSchema } from '../../../src/core/artifact/signature.ts';
import {
  audienceOf,
  newDevice,
  setDevice,
  startServer,
  type TestDevice,
  type TestServer,
} from '../support.ts';

const minute = 60_000;

async function scene() {
  let now = Date.now();
  const server = await startServer({ now: () => new Date(now) });
  return { server, pass: (ms: number) => (now += ms) };
}

async function makeCode(server: TestServer, query: object = { role: 'trainer' }) {
  const made = await server.ask('POST', 'enrolments', { token: server.key, body: query });
  expect(made.status).toBe(201);
  return made.json as { id: string; code: string; registry: string };
}

function enrol(server: TestServer, device: TestDevice, code?: string) {
  const body = { publicKey: device.publicKey, name: 'phone', ...(code === undefined ? {} : { code }) };
  return server.ask('POST', 'devices', { body });
}

describe('a one-time code', () => {
  it('lets a device in at once, with its role and groups, and says whose registry it is of', async () => {
    const { server } = await scene();
    const { code, registry } = await makeCode(server, { role: 'trainer', groups: ['north', 'phones'] });
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(registry).toBe(audienceOf(server));
    const device = await newDevice();
    const answer = await enrol(server, device, code);
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({ status: 'approved', role: 'trainer', groups: ['north', 'phones'] });
    const me = await server.ask('GET', 'me', { token: await device.token(registry) });
    expect(me.json).toMatchObject({ role: 'trainer', status: 'approved', groups: ['north', 'phones'] });
  });

  it('is read as people type it: small letters, spaces, O for 0', async () => {
    const { server } = await scene();
    const { code } = await makeCode(server);
    const typed = ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')} `;
    expect((await enrol(server, await newDevice(), typed)).json['status']).toBe('approved');
  });

  it('is kept nowhere', async () => {
    const { server } = await scene();
    const { code } = await makeCode(server);
    const rows = await server.registry.database.selectFrom('enrolments').selectAll().execute();
    const audit = await server.registry.database.selectFrom('audit').selectAll().execute();
    const listed = await server.ask('GET', 'enrolments', { token: server.key });
    for (const text of [JSON.stringify([rows, audit]), listed.bytes.toString()]) {
      expect(text).not.toContain(code);
      expect(text).not.toContain(code.replaceAll('-', ''));
    }
  });

  it('is used by one of two that come at the same moment, and by that one again', async () => {
    const { server } = await scene();
    const { code, id } = await makeCode(server);
    const devices = await Promise.all([newDevice(), newDevice(), newDevice()]);
    const answers = await Promise.all(devices.map(device => enrol(server, device, code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 403, 403]);
    const winner = devices[answers.findIndex(({ status }) => status === 201)]!;
    expect(await enrol(server, winner, code)).toMatchObject({ status: 200, json: { status: 'approved' } });
    const { json } = await server.ask('GET', 'enrolments', { token: server.key });
    expect(json['codes']).toMatchObject([{ id, usedBy: winner.keyId }]);
    // Who lost is not even on the list of those that wait.
    expect((await server.ask('GET', 'devices', { token: server.key })).json['devices']).toHaveLength(1);
  });

  it('lets nobody in that is unknown, used, over or deleted, and says which', async () => {
    const { server, pass } = await scene();
    const [used, old, deleted] = [
      await makeCode(server),
      await makeCode(server, { role: 'device', minutes: 5 }),
      await makeCode(server),
    ];
    await enrol(server, await newDevice(), used.code);
    const { status } = await server.ask('DELETE', `enrolments/${deleted.id}`, { token: server.key });
    expect(status).toBe(204);
    pass(5 * minute);
    const reasons: [string, RegExp][] = [
      ['0000-0000-0000-0000', /not known/],
      ['short', /sixteen/],
      [used.code, /another device/],
      [old.code, /good until/],
      [deleted.code, /not known/],
    ];
    for (const [code, reason] of reasons) {
      const { status, json } = await enrol(server, await newDevice(), code);
      expect(status).toBe(403);
      expect(json).toMatchObject({ code: 'CodeInvalid', detail: expect.stringMatching(reason) });
    }
  });

  it('takes nothing from a device that is in, and does not bring a revoked one back', async () => {
    const { server } = await scene();
    const device = await newDevice();
    await enrol(server, device);
    await setDevice(server, device.keyId, { status: 'approved', role: 'admin' });
    const low = await makeCode(server, { role: 'device', groups: ['north'] });
    expect((await enrol(server, device, low.code)).json).toMatchObject({ role: 'admin', groups: ['north'] });
    await setDevice(server, device.keyId, { status: 'revoked', role: null });
    const again = await makeCode(server);
    expect((await enrol(server, device, again.code)).status).toBe(403);
    // It was not used up by that.
    expect((await enrol(server, await newDevice(), again.code)).status).toBe(201);
  });

  it('gives nothing back to who used it and was given less since', async () => {
    const { server } = await scene();
    const { code } = await makeCode(server, { role: 'admin', groups: ['north'] });
    const device = await newDevice();
    await enrol(server, device, code);
    const less = { role: 'device', groups: [] };
    await server.ask('PATCH', `devices/${device.keyId}`, { token: server.key, body: less });
    const again = await enrol(server, device, code);
    expect(again).toMatchObject({ status: 200, json: { status: 'approved', ...less } });
    const { json } = await server.ask('GET', `audit?subject=${device.keyId}`, { token: server.key });
    expect(json['entries']).toHaveLength(2);
  });

  it('goes with whoever made it: a device that was an admin, a key', async () => {
    const { server } = await scene();
    const admin = await newDevice();
    await enrol(server, admin, (await makeCode(server, { role: 'admin' })).code);
    const { json: key } = await server.ask('POST', 'keys', {
      token: server.key,
      body: { name: 'desk', role: 'admin' },
    });
    const made = async (token: string) => {
      const { json } = await server.ask('POST', 'enrolments', { token, body: { role: 'admin' } });
      return String(json['code']);
    };
    const codes = [
      await made(await admin.token(audienceOf(server))),
      await made(String(key['key'])),
      await made(server.key),
    ];
    await setDevice(server, admin.keyId, { status: 'revoked', role: null });
    await server.ask('DELETE', `keys/${String(key['id'])}`, { token: server.key });
    const answers = await Promise.all(codes.map(async code => enrol(server, await newDevice(), code)));
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 201]);
  });

  it('cannot be guessed at: sixty tries from one address, then a pause', async () => {
    const { server } = await scene();
    const device = await newDevice();
    const statuses = new Set<number>();
    for (let i = 0; i < 60; i += 1) statuses.add((await enrol(server, device, '0'.repeat(16))).status);
    expect([...statuses]).toEqual([403]);
    const { code } = await makeCode(server);
    expect((await enrol(server, device, code)).status).toBe(429);
  });

  it('cannot be guessed at from the many addresses that one line has', async () => {
    const { server } = await scene();
    const body = { publicKey: (await newDevice()).publicKey, name: 'phone', code: '0'.repeat(16) };
    const ask = async (last: number) =>
      (await server.ask('POST', 'devices', { body, address: `2001:db8::${last.toString(16)}` })).status;
    const statuses = [];
    for (let i = 1; i <= 61; i += 1) statuses.push(await ask(i));
    expect([new Set(statuses.slice(0, 60)), statuses[60]]).toEqual([new Set([403]), 429]);
  });

  it('tells nobody who asks in a device’s name which models it is given', async () => {
    const { server } = await scene();
    const device = await newDevice();
    await enrol(server, device);
    const grants = [{ model: 'secret', rights: ['read'] }];
    const body = { status: 'approved', role: 'device', grants };
    const { json } = await server.ask('PATCH', `devices/${device.keyId}`, { token: server.key, body });
    expect(json).toMatchObject({ grants });
    expect((await enrol(server, device)).json).toMatchObject({ status: 'approved', grants: null });
  });

  it('leaves a trace: who made it, and who came in by it', async () => {
    const { server } = await scene();
    const { code, id } = await makeCode(server);
    const device = await newDevice();
    await enrol(server, device, code);
    const deeds = await server.registry.database
      .selectFrom('audit')
      .select(['who', 'what', 'subject'])
      .orderBy('what')
      .execute();
    expect(deeds).toEqual([
      { who: 'admin-key', what: 'code', subject: id },
      { who: 'admin-key', what: 'device', subject: device.keyId },
    ]);
  });
});

describe('groups', () => {
  it('are changed alone, and are in the device’s certificate', async () => {
    const { server } = await scene();
    const device = await newDevice();
    await enrol(server, device, (await makeCode(server)).code);
    const change = (body: object) =>
      server.ask('PATCH', `devices/${device.keyId}`, { token: server.key, body });
    const changed = await change({ groups: ['south', 'north', 'south'] });
    expect(changed.json).toMatchObject({ status: 'approved', role: 'trainer', groups: ['north', 'south'] });
    const { json } = await server.ask('GET', 'me', { token: await device.token(audienceOf(server)) });
    const { certificate, expired } = await openCertificate(envelopeSchema.parse(json['certificate']), [
      server.registry.identity.signer.publicKey,
    ]);
    expect(certificate).toMatchObject({ device: device.keyId, role: 'trainer', groups: ['north', 'south'] });
    expect(expired).toBe(false);
    expect(Date.parse(certificate.expiresAt) - Date.parse(certificate.issuedAt)).toBe(30 * 24 * 60 * minute);
    await change({ status: 'revoked' });
    const gone = await server.ask('GET', 'me', { token: await device.token(audienceOf(server)) });
    expect(gone.json).toMatchObject({ status: 'revoked', role: null, certificate: null });
  });
});

describe('a certificate', () => {
  it.each<[string, readonly Grant[] | null, string]>([
    ['its role, without grants of its own', null, 'trainer'],
    ['less where its grants are less', [{ model: '*', rights: ['read', 'predict'] }], 'device'],
    ['less where it may write on some models only', [{ model: 'digits', rights: ['write'] }], 'device'],
    ['less where it may write on all models and read none', [{ model: '*', rights: ['write'] }], 'device'],
    ['its role where it may all of that', [{ model: '*', rights: ['read', 'predict', 'write'] }], 'trainer'],
    ['more where its grants are more', [{ model: '*', rights: ['admin'] }], 'admin'],
  ])('says of a device %s', async (_, grants, role) => {
    const { server } = await scene();
    const device = await newDevice();
    await enrol(server, device, (await makeCode(server)).code);
    await server.ask('PATCH', `devices/${device.keyId}`, { token: server.key, body: { grants } });
    const { json } = await server.ask('GET', 'me', { token: await device.token(audienceOf(server)) });
    expect(envelopeSchema.parse(json['certificate']).signed).toMatchObject({ role });
  });

  it.each<[string, readonly Grant[] | null, string[] | undefined]>([
    ['none by its role: it is all', null, undefined],
    ['none where it may read all', [{ model: '*', rights: ['read'] }], undefined],
    [
      'those that it may read',
      [
        { model: 'digits', rights: ['read'] },
        { model: 'iris', rights: ['admin'] },
        { model: 'sides', rights: ['write'] },
      ],
      ['digits', 'iris'],
    ],
    ['an empty list where it may read none', [{ model: '*', rights: ['predict'] }], []],
  ])('names of the models %s', async (_, grants, reads) => {
    const { server } = await scene();
    const device = await newDevice();
    await enrol(server, device, (await makeCode(server)).code);
    await server.ask('PATCH', `devices/${device.keyId}`, { token: server.key, body: { grants } });
    const { json } = await server.ask('GET', 'me', { token: await device.token(audienceOf(server)) });
    expect(envelopeSchema.parse(json['certificate']).signed['reads']).toEqual(reads);
  });
});
