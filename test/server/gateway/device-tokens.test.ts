import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDatabase } from '../../../server/storage/database.ts';
import { audienceOf, enrolDevice, newDevice, setDevice, startServer } from '../support.ts';

const elsewhere = '192.168.7.20';
const minute = 60_000;

async function scene() {
  let passed = 0;
  const server = await startServer({ host: '0.0.0.0', now: () => new Date(Date.now() + passed) });
  const device = await enrolDevice(server, 'device');
  const token = await device.token(audienceOf(server), { seconds: 120 });
  const status = async (used = token) =>
    (await server.ask('GET', 'models', { token: used, address: elsewhere })).status;
  return { server, device, token, status, pass: (ms: number) => (passed += ms) };
}

describe('a token that was found good', () => {
  it('opens nothing at the next request after its device was revoked, and again when it is let in', async () => {
    const { server, device, status } = await scene();
    expect(await status()).toBe(200);
    await setDevice(server, device.keyId, { status: 'revoked', role: null });
    expect(await status()).toBe(401);
    await setDevice(server, device.keyId, { status: 'approved', role: 'device' });
    expect(await status()).toBe(200);
  });

  it('is not good for ever', async () => {
    const { status, pass } = await scene();
    expect(await status()).toBe(200);
    pass(2 * minute);
    expect(await status()).toBe(200);
    pass(1.5 * minute);
    expect(await status()).toBe(401);
  });

  it('is no more of use where one byte of it differs', async () => {
    const { token, status } = await scene();
    expect(await status()).toBe(200);
    const last = token.at(-3) === 'A' ? 'B' : 'A';
    expect(await status(`${token.slice(0, -3)}${last}${token.slice(-2)}`)).toBe(401);
  });
});

it('a device that asks before it is known is known as soon as it has enrolled', async () => {
  const server = await startServer();
  const device = await newDevice();
  const token = await device.token(audienceOf(server));
  const kind = async () => (await server.ask('GET', 'me', { token })).json['kind'];
  expect(await kind()).toBe('anonymous');
  await server.ask('POST', 'devices', { body: { publicKey: device.publicKey, name: 'phone' } });
  expect(await kind()).toBe('device');
});

it('when a device was last seen is noted, at the latest when the server stops', async () => {
  const { server, device, status } = await scene();
  await status();
  await server.close();
  const database = readDatabase(join(server.data, 'registry.sqlite'));
  const row = await database
    .selectFrom('devices')
    .select('last_seen_at')
    .where('id', '=', device.keyId)
    .executeTakeFirstOrThrow();
  await database.destroy();
  expect(row.last_seen_at).not.toBeNull();
});

it('"nothing new" is said in few bytes', async () => {
  const { server, token } = await scene();
  const first = await server.ask('GET', 'models', { token });
  const headers = { 'if-none-match': String(first.headers['etag']) };
  const again = await server.ask('GET', 'models', { token, headers });
  const head = Object.entries(again.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
  expect(again.status).toBe(304);
  expect(`HTTP/1.1 304 Not Modified\r\n${head.join('')}\r\n`.length + again.bytes.length).toBeLessThan(500);
  expect(first.headers).toHaveProperty('content-security-policy');
});
