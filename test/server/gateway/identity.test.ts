import { describe, expect, it } from 'vitest';
import { audienceOf, enrolDevice, newDevice, setDevice, startServer } from '../support.ts';

describe('a device’s token', () => {
  const elsewhere = { address: '10.1.2.3' };

  it('opens reading for an approved device', async () => {
    const server = await startServer({ host: '0.0.0.0' });
    const device = await enrolDevice(server, 'device');
    const token = await device.token(audienceOf(server));
    expect((await server.ask('GET', 'models', { ...elsewhere, token })).status).toBe(200);
    const me = await server.ask('GET', 'me', { ...elsewhere, token });
    expect(me.json).toMatchObject({ kind: 'device', role: 'device', status: 'approved', openReads: false });
  });

  it('is refused when it is for another registry, too old, too long-lived, or of another issuer', async () => {
    const server = await startServer({ host: '0.0.0.0' });
    const device = await enrolDevice(server, 'admin');
    const audience = audienceOf(server);
    const now = Date.now() / 1000;
    const tokens = [
      await device.token('f'.repeat(64)),
      await device.token(audience, { issuedAt: now - 600 }),
      await device.token(audience, { issuedAt: now + 600 }),
      await device.token(audience, { seconds: 3600 }),
      await device.token(audience, { issuer: 'f'.repeat(64) }),
    ];
    for (const token of tokens) {
      expect((await server.ask('GET', 'devices', { ...elsewhere, token })).status).toBe(401);
    }
    const good = await device.token(audience);
    expect((await server.ask('GET', 'devices', { ...elsewhere, token: good })).status).toBe(200);
  });

  it('is refused when another key signed it', async () => {
    const server = await startServer();
    const device = await enrolDevice(server, 'admin');
    const thief = await newDevice();
    const [, payload, signature] = (await thief.token(audienceOf(server), { issuer: device.keyId })).split(
      '.',
    );
    const header = Buffer.from(JSON.stringify({ alg: 'EdDSA', kid: device.keyId })).toString('base64url');
    const answer = await server.ask('GET', 'devices', { token: `${header}.${payload}.${signature}` });
    expect(answer.status).toBe(401);
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none', kid: device.keyId })).toString('base64url');
    expect((await server.ask('GET', 'devices', { token: `${unsigned}.${payload}.` })).status).toBe(401);
  });

  it('is refused when its header names no key id, whatever it names instead', async () => {
    const server = await startServer({ host: '0.0.0.0' });
    const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
    for (const kid of [true, 1, null, { a: 1 }, ['x'], '', 'x', 'f'.repeat(65)]) {
      const token = `${encode({ alg: 'EdDSA', kid })}.${encode({})}.AAAA`;
      expect((await server.ask('GET', 'devices', { ...elsewhere, token })).status).toBe(401);
    }
  });

  it('ends with the next request after its key was revoked', async () => {
    const server = await startServer({ host: '0.0.0.0' });
    const device = await enrolDevice(server, 'trainer');
    const token = await device.token(audienceOf(server));
    expect((await server.ask('GET', 'models', { ...elsewhere, token })).status).toBe(200);
    await setDevice(server, device.keyId, { status: 'revoked', role: null });
    expect((await server.ask('GET', 'models', { ...elsewhere, token })).status).toBe(401);
    expect((await server.ask('GET', 'me', { ...elsewhere, token })).json['status']).toBe('revoked');
  });
});

describe('enrolment', () => {
  it('is answered with the same entry when it is asked for again', async () => {
    const server = await startServer();
    const device = await newDevice();
    const enrol = (name: string) =>
      server.ask('POST', 'devices', { body: { publicKey: device.publicKey, name } });
    const first = await enrol('phone');
    expect(first.status).toBe(201);
    expect(first.json).toMatchObject({ id: device.keyId, status: 'pending', role: null });
    expect(first.json['code']).toMatch(/^[0-9A-HJKMNP-TV-Z]{6}$/);
    const again = await enrol('my phone');
    expect(again.status).toBe(200);
    expect(again.json).toMatchObject({ id: device.keyId, name: 'my phone' });
    const list = await server.ask('GET', 'devices', { token: server.key });
    expect(list.json['devices']).toHaveLength(1);
  });

  it('does not bring a revoked key back', async () => {
    const server = await startServer();
    const device = await enrolDevice(server, 'device');
    await setDevice(server, device.keyId, { status: 'revoked', role: null });
    const again = await server.ask('POST', 'devices', {
      body: { publicKey: device.publicKey, name: 'phone' },
    });
    expect(again.json['status']).toBe('revoked');
  });

  it('is limited per address', async () => {
    const server = await startServer();
    const statuses: number[] = [];
    for (let i = 0; i < 61; i += 1) {
      const { publicKey } = await newDevice();
      statuses.push((await server.ask('POST', 'devices', { body: { publicKey, name: 'x' } })).status);
    }
    expect(statuses.slice(0, 60)).toEqual(Array.from({ length: 60 }, () => 201));
    expect(statuses[60]).toBe(429);
  });
});
