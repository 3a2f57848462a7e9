// "Nothing new" for a device with a key: bytes of the answer, and how many a second the real server says with the load beside it
// on the same cores. Every request has a token that a device of its own signed.
import { connect as connectTcp, type Socket } from 'node:net';
import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { createServer } from '../server/app.ts';
import { toBase64Url } from '../src/core/artifact/base64url.ts';
import { registryRoot } from '../src/core/artifact/registry-api.ts';
import { keyIdOf } from '../src/core/artifact/signature.ts';
import type { Setting } from './catalogue.ts';
import { limited, type Row } from './harness.ts';
import { processorSeconds } from './load/process-figures.ts';
import { startServer } from './server.ts';

const goalPerSecond = 5_000;
const goalBytes = 500;
const cores = 2;
const connections = 32;
/** Device tokens are good for a minute: what is signed before a round must not grow old in it. */
const tokenSeconds = 120;

/** How often a device asks while one token is good. A fleet that polls each hour asks once; one that is told of news, more. */
const cases = [
  { name: 'a new token each time', asksPerToken: 1 },
  { name: 'ten times with a token', asksPerToken: 10 },
] as const;

export async function syncCheckBench({ root, tell, length }: Setting): Promise<Row[]> {
  const rounds = length === 'short' ? 2 : 5;
  const asks = length === 'short' ? 2_000 : 20_000;
  const data = await mkdtemp(join(tmpdir(), 'haversack-bench-'));
  const { devices, audience } = await enrolled(data, 2_000);
  const server = await startServer(root, { given: data });
  try {
    const rows: Row[] = [];
    let bytes: number[] = [];
    for (const { name, asksPerToken } of cases) {
      const microseconds: number[] = [];
      const cpu: number[] = [];
      for (let round = -1; round < rounds; round++) {
        tell(`${name}: round ${round + 1} of ${rounds} …`);
        const heads = await requestsOf(server.port, devices, audience, asks, asksPerToken);
        const before = cpuSeconds(server.pid);
        const measured = await load(server.port, heads);
        if (round < 0) continue;
        microseconds.push((measured.seconds / asks) * 1e6);
        if (before !== null) cpu.push(((cpuSeconds(server.pid)! - before) / asks) * 1e6);
        bytes = [...bytes, ...measured.bytes];
      }
      const limit = 1e6 / goalPerSecond;
      const limitName = `${goalPerSecond} a second`;
      rows.push(limited({ case: name, metric: 'µs an answer', limit, limitName }, microseconds));
      // What a busy machine does not change: where the wall clock misses, this tells whose fault it is.
      if (cpu.length > 0) {
        const metric = 'µs of CPU an answer, server and load';
        rows.push(limited({ case: name, metric, limit: cores * limit, limitName: `${cores} cores’` }, cpu));
      }
    }
    const limitName = `${goalBytes} bytes`;
    rows.push(
      limited({ case: 'answer', metric: 'bytes, headers included', limit: goalBytes, limitName }, bytes),
    );
    return rows;
  } finally {
    await server.close();
    await rm(data, { recursive: true, force: true });
  }
}

interface Device {
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

/** Straight into the folder, before the server is started: an admin would let them in one by one. */
async function enrolled(data: string, count: number): Promise<{ devices: Device[]; audience: string }> {
  const server = await createServer({ data });
  try {
    const devices: Device[] = [];
    const created_at = new Date().toISOString();
    await server.registry.database.transaction().execute(async transaction => {
      for (let nth = 0; nth < count; nth++) {
        const { privateKey, publicKey } = generateKeyPairSync('ed25519');
        const public_key = publicKey.export({ format: 'jwk' }).x!;
        const id = await keyIdOf(public_key);
        devices.push({ keyId: id, privateKey });
        const state = { status: 'approved', role: 'device', groups: '[]', report: null } as const;
        await transaction
          .insertInto('devices')
          .values({ id, public_key, name: `device ${nth}`, created_at, last_seen_at: null, ...state })
          .execute();
      }
    });
    return { devices, audience: server.registry.identity.signer.keyId };
  } finally {
    await server.close();
  }
}

/** Whole requests, in the order in which they are sent. */
async function requestsOf(
  port: number,
  devices: readonly Device[],
  audience: string,
  asks: number,
  asksPerToken: number,
): Promise<Buffer[]> {
  const etag = await currentTag(port, tokenOf(devices[0]!, audience));
  const tokens = Array.from({ length: asks / asksPerToken }, (_, nth) =>
    tokenOf(devices[nth % devices.length]!, audience),
  );
  return Array.from({ length: asks }, (_, nth) =>
    Buffer.from(
      [
        `GET ${registryRoot}/models HTTP/1.1`,
        `Host: localhost:${port}`,
        'Accept: application/json, application/problem+json',
        `If-None-Match: ${etag}`,
        `Authorization: Bearer ${tokens[nth % tokens.length]!}`,
        '',
        '',
      ].join('\r\n'),
    ),
  );
}

async function currentTag(port: number, token: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`http://localhost:${port}${registryRoot}/models`, { headers });
  await response.arrayBuffer();
  return response.headers.get('etag')!;
}

/** As `deviceToken` makes them (src/device/identity.ts). */
function tokenOf({ keyId, privateKey }: Device, audience: string): string {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: keyId, aud: audience, iat, exp: iat + tokenSeconds, jti: randomUUID() };
  const parts = [{ alg: 'EdDSA', typ: 'JWT', kid: keyId }, claims];
  const input = parts.map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${input}.${toBase64Url(new Uint8Array(sign(null, Buffer.from(input), privateKey)))}`;
}

/** Of the server's process and this one; null where no system tells. */
function cpuSeconds(pid: number): number | null {
  const server = processorSeconds(pid);
  const { user, system } = process.cpuUsage();
  return server === null ? null : server + (user + system) / 1e6;
}

interface Load {
  readonly seconds: number;
  /** Of each kind of answer that came: they differ by a digit of the date at most. */
  readonly bytes: readonly number[];
}

/** Each connection sends its next request when it has the answer to the one before. */
async function load(port: number, requests: readonly Buffer[]): Promise<Load> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const sizes = new Set<number>();
  let next = 0;
  const began = performance.now();
  await Promise.all(
    sockets.map(async socket => {
      const ask = asker(socket);
      while (next < requests.length) sizes.add(await ask(requests[next++]!));
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  for (const socket of sockets) socket.destroy();
  return { seconds, bytes: [...sizes] };
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** A 304 has no content (RFC 9110 §15.4.5): it ends with its head. */
function asker(socket: Socket): (request: Buffer) => Promise<number> {
  let settle: { resolve: (bytes: number) => void; reject: (reason: Error) => void } | null = null;
  let head = '';
  socket.on('data', (part: Buffer) => {
    head += part.toString('latin1');
    if (!head.endsWith('\r\n\r\n')) return;
    const whole = head;
    head = '';
    if (whole.startsWith('HTTP/1.1 304 ')) settle?.resolve(whole.length);
    else settle?.reject(new Error(`wanted 304, got ${whole.slice(0, 400)}`));
  });
  socket.on('close', () => settle?.reject(new Error('the server closed the connection')));
  return request =>
    new Promise((resolve, reject) => {
      settle = { resolve, reject };
      socket.write(request);
    });
}
