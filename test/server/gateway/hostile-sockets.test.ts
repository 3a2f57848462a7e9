// Requests that no client would send, as bytes on a connection: each is refused, and the server goes on.
import { type AddressInfo, connect } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { classifier, push } from '../models.ts';
import { startServer, type TestServer } from '../support.ts';

const paths = ['/v2/models/sides/infer', '/predict'] as const;
const json = 'Content-Type: application/json\r\n';

/** What a body would be for each path. */
const bodies: Readonly<Record<(typeof paths)[number], string>> = {
  '/v2/models/sides/infer': '{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}',
  '/predict': '{"model":"sides","inputs":{"x":[[1,2]]}}',
};

let server: TestServer;
let port: number;

beforeAll(async () => {
  const endings: (() => void | Promise<void>)[] = [];
  server = await startServer({}, end => endings.unshift(end));
  await push(server, 'sides', classifier());
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  ({ port } = server.app.server.address() as AddressInfo);
  return async () => {
    server.app.server.closeAllConnections();
    for (const end of endings) await end();
  };
}, 30_000);

/** Sends bytes, then perhaps ends its side; all that comes back until the connection ends. */
function send(text: string | Buffer, { ends = false } = {}): Promise<string> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1').on('data', part => (answer += String(part)));
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(answer));
    socket.write(text);
    if (ends) socket.end();
  });
}

const head = (path: string, headers: string) =>
  `POST ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n${headers}\r\n`;
const statuses = (answer: string) =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));

async function expectAlive(): Promise<void> {
  const { status } = await fetch(`http://localhost:${port}/v2/health/live`, {
    headers: { connection: 'close' },
  });
  expect(status).toBe(200);
}

describe.each(paths)('to %s', path => {
  const body = bodies[path];

  it('a proper request is answered', async () => {
    const answer = await send(head(path, `${json}Content-Length: ${body.length}\r\n`) + body);
    expect(statuses(answer)).toEqual([200]);
  });

  it.each<[string, () => string, readonly number[]]>([
    ['two lengths', () => `Content-Length: 4\r\nContent-Length: 5\r\n`, [400]],
    ['a length and chunks', () => `Content-Length: 4\r\nTransfer-Encoding: chunked\r\n`, [400]],
    ['a length that is no number', () => `Content-Length: 4x\r\n`, [400]],
    ['a negative length', () => `Content-Length: -1\r\n`, [400]],
    ['a coding that is none', () => `Transfer-Encoding: chunked, zip\r\n`, [400]],
    ['a header with a line of its own', () => `X-A: b\r\n c: d\r\nX\r\n`, [400]],
    ['a space before the colon', () => `Content-Length : 4\r\n`, [400]],
    ['headers of 1 MB', () => `X-A: ${'a'.repeat(2 ** 20)}\r\n`, [431]],
    ['ten thousand headers', () => 'A: b\r\n'.repeat(10_000), [431]],
  ])('one with %s is refused', async (_what, headers, expected) => {
    const answer = await send(`${head(path, json + headers())}${body}`);
    expect(expected).toContain(statuses(answer)[0]);
    await expectAlive();
  });

  it('one that says it is larger than may be is refused before it is sent', async () => {
    const answer = await send(head(path, `${json}Content-Length: ${2 ** 40}\r\n`));
    expect(statuses(answer)).toEqual([413]);
  });

  it('one whose body ends too soon is given up, and takes nothing with it', async () => {
    await send(head(path, `${json}Content-Length: ${body.length + 10}\r\n`) + body, { ends: true });
    await expectAlive();
  });

  it('what follows the length that one states is no second request', async () => {
    const smuggled = 'DELETE /registry/v1/keys/x HTTP/1.1\r\n\r\n';
    const request = head(path, `${json}Content-Length: ${body.length}\r\n`) + body + smuggled;
    const answered = statuses(await send(request));
    expect(answered).toHaveLength(1);
    expect([200, 400]).toContain(answered[0]);
  });

  it.each([
    ['no number', 'zz\r\n'],
    ['more than there is', 'ffffffffffffffffff\r\n'],
    ['a length that the data does not have', `2\r\n${'x'.repeat(64)}\r\n0\r\n\r\n`],
    ['an extension without an end', `1;${'a'.repeat(64 * 1024)}`],
  ])('chunks whose size is %s are refused', async (_what, chunks) => {
    const answer = await send(head(path, `${json}Transfer-Encoding: chunked\r\n`) + chunks, { ends: true });
    expect([400, 413, undefined]).toContain(statuses(answer)[0]);
    await expectAlive();
  });

  it('chunks of one byte each are a body as any other', async () => {
    const chunks = [...body].map(letter => `1\r\n${letter}\r\n`).join('');
    const answer = await send(`${head(path, `${json}Transfer-Encoding: chunked\r\n`)}${chunks}0\r\n\r\n`);
    expect(statuses(answer)).toEqual([200]);
  });

  it.each([
    ['no JSON', '{"inputs":'],
    ['nothing', ''],
    ['bytes that are no text', '\xff\xfe\x00\x01'],
    ['lists in lists', '['.repeat(100_000)],
    ['another type of document', '"inputs"'],
    ['a name of the prototype', '{"__proto__":{"inputs":[]},"constructor":{}}'],
  ])('a body of %s is refused as the caller’s fault', async (_what, text) => {
    const bytes = Buffer.from(text, 'latin1');
    const answer = await send(
      Buffer.concat([Buffer.from(head(path, `${json}Content-Length: ${bytes.length}\r\n`)), bytes]),
    );
    expect([400, 404]).toContain(statuses(answer)[0]);
  });
});

it.each([
  ['no method', ' / HTTP/1.1\r\n\r\n'],
  ['no version', 'GET /\r\n\r\n'],
  ['another protocol', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['a NUL in its path', 'GET /v2/models/a\0b HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['a path of 1 MB', `GET /v2/models/${'a'.repeat(2 ** 20)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
])('a request with %s is refused', async (_what, text) => {
  const [status] = statuses(await send(text));
  expect([400, 403, 414, 431]).toContain(status);
  await expectAlive();
});

it('many that never end their headers keep nobody from being answered', async () => {
  const slow = Array.from({ length: 200 }, () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('POST /v2/models/sides/infer HTTP/1.1\r\nHost: localhost\r\nX-A: ');
    return socket;
  });
  try {
    await expectAlive();
    // Node gives each of them a minute; that is set, and not the hour that a file may take.
    expect(server.app.server.headersTimeout).toBeLessThanOrEqual(60_000);
  } finally {
    for (const socket of slow) socket.destroy();
  }
});
