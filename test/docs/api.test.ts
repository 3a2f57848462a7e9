// Every curl line of docs/api.md, sent as curl would to a server with the demo models.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seed } from '../../server/registry/seed.ts';
import { accessTable } from '../../server/gateway/access.ts';
import { protocolRoutes } from '../../src/core/serve/routes.ts';
import { fastifyPath } from '../../server/inference/routes.ts';
import { startServer, type TestServer } from '../server/support.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/api.md'), 'utf8');
const lines = page.split('\n').filter(line => line.startsWith('curl '));

let server: TestServer;
const atEnd: (() => void | Promise<void>)[] = [];

beforeAll(async () => {
  server = await startServer({}, clean => atEnd.push(clean));
  await seed(server.registry, join(root, 'demo/models'), () => undefined);
});

afterAll(async () => {
  for (const clean of atEnd.reverse()) await clean();
});

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** What the line says behind a `#`; else some success. */
  readonly status: number | null;
}

/** Of what the page uses: -X, -H, -d, and quotes of three kinds. */
function parseCurl(line: string): Call {
  const words = [...line.matchAll(/\$'(?:[^'\\]|\\.)*'|'[^']*'|"[^"]*"|\S+/g)].map(([word]) =>
    unquoted(word),
  );
  const call = {
    method: '',
    url: '',
    headers: {} as Record<string, string>,
    body: null as string | null,
    status: null as number | null,
  };
  for (let at = 1; at < words.length; at++) {
    const word = words[at]!;
    if (word === '-X') call.method = words[++at]!;
    else if (word === '-d') call.body = words[++at]!;
    else if (word === '-H') {
      const [name, value] = words[++at]!.split(/:\s*/, 2);
      call.headers[name!.toLowerCase()] = value!;
    } else if (word === '#') call.status = Number(words[++at]);
    else call.url = word;
  }
  const { method, url, headers, body, status } = call;
  return {
    method: method || (body === null ? 'GET' : 'POST'),
    path: new URL(url).pathname,
    headers,
    body,
    status,
  };
}

function unquoted(word: string): string {
  if (word.startsWith("$'")) return word.slice(2, -1).replaceAll('\\n', '\n');
  return /^['"]/.test(word) ? word.slice(1, -1) : word;
}

describe('docs/api.md', () => {
  test.each(lines)('%s', async line => {
    const { method, path, headers, body, status } = parseCurl(line);
    const token = headers['authorization'] === undefined ? undefined : server.key;
    const { authorization: _, ...others } = headers;
    const answer = await server.ask(method, path, {
      token,
      headers: others,
      ...(body !== null && { body: Buffer.from(body) }),
    });
    const said = `${answer.status} ${JSON.stringify(answer.json)}`;
    if (status === null) expect(said).toMatch(/^20[04] /);
    else expect(said).toMatch(new RegExp(`^${status} `));
  });

  test('has a line for every path of the protocol', () => {
    const called = lines.map(parseCurl).map(({ method, path }) => `${method} ${path}`);
    for (const { method, path } of protocolRoutes) {
      const pattern = new RegExp(`^${method} ${path.replaceAll(/\/:[a-z]+/g, '/[^/:]+')}$`);
      expect([
        path,
        called.some(call => pattern.test(call) || call === `${method} ${path.replace(/\/$/, '')}`),
      ]).toEqual([path, true]);
    }
  });
});

test('every path of the protocol is in the access table', () => {
  for (const { method, path } of protocolRoutes)
    expect(accessTable).toHaveProperty([`${method} ${fastifyPath(path)}`]);
});
