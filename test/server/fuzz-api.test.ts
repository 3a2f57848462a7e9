// Every route, with every method, and bodies made to break whoever reads them: a systematic walk, beside `fuzz.test.ts`, which
// goes by chance. What the API's own description says may be sent, and nearly so, is in `fuzz-openapi.test.ts`.
import { expect, it } from 'vitest';
import { accessTable } from '../../server/gateway/access.ts';
import { expectNoFault, type Fuzzed, fuzzedServer, pathOf } from './fuzzed-server.ts';

const json = 'application/json';
const bytes = 'application/octet-stream';

interface Hostile {
  readonly name: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

const huge = 4_294_967_296;
const tensor = (change: object) =>
  JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2], ...change }] });
const hostile: readonly Hostile[] = [
  { name: 'nothing', body: '' },
  { name: 'nothing, said to be JSON', type: json, body: '' },
  ...['null', '[]', '{}', '"x"', '-1', '{"a":', '{"a":1}}', '\uFEFF{}', 'undefined'].map(body => ({
    name: body,
    type: json,
    body,
  })),
  { name: 'arrays, 20,000 deep', type: json, body: '['.repeat(20_000) + ']'.repeat(20_000) },
  { name: 'objects, 5,000 deep', type: json, body: '{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000) },
  { name: 'prototypes', type: json, body: '{"__proto__":{"a":1},"constructor":{"prototype":{"a":1}}}' },
  {
    name: 'numbers beyond numbers',
    type: json,
    body: '{"version":1e999,"share":-1e999,"bytes":12345678901234567890}',
  },
  { name: 'no UTF-8', type: json, body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]) },
  { name: 'half a surrogate', type: json, body: '{"name":"\\ud800","model":"\\u0000"}' },
  { name: 'a long string', type: json, body: JSON.stringify({ name: 'a'.repeat(300_000) }) },
  {
    name: 'many members',
    type: json,
    body: JSON.stringify(Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [i, i]))),
  },
  { name: 'a tensor', type: json, body: tensor({}) },
  {
    name: 'a tensor as large as the world',
    type: json,
    body: tensor({ shape: [huge, huge, huge], data: [] }),
  },
  { name: 'a tensor of less than nothing', type: json, body: tensor({ shape: [-1, -2] }) },
  { name: 'a tensor that lies', type: json, body: tensor({ parameters: { binary_data_size: huge } }) },
  { name: 'a tensor in knots', type: json, body: tensor({ data: [[[[1]]], [2]] }) },
  {
    name: 'a tensor twice',
    type: json,
    body: JSON.stringify({ inputs: Array(300).fill({ name: 'x', datatype: 'FP32', shape: [0], data: [] }) }),
  },
  { name: 'instances', type: json, body: JSON.stringify({ instances: [{ x: null }, [1], 'b64'] }) },
  {
    name: 'a short form',
    type: json,
    body: JSON.stringify({ model: 'sides', inputs: [{ x: 1, __proto__: 2 }] }),
  },
  { name: 'bytes', type: bytes, body: Buffer.alloc(1_000, 0xa5) },
  {
    name: 'bytes, all of them JSON',
    type: bytes,
    headers: { 'inference-header-content-length': '99999' },
    body: '{}',
  },
  {
    name: 'bytes, none of them JSON',
    type: bytes,
    headers: { 'inference-header-content-length': '0' },
    body: Buffer.alloc(7),
  },
  {
    name: 'bytes, fewer than none',
    type: bytes,
    headers: { 'inference-header-content-length': '-1' },
    body: '{}',
  },
  { name: 'text', type: 'text/plain', body: 'hello' },
  { name: 'a form', type: 'multipart/form-data; boundary=x', body: '--x--' },
  { name: 'no media type at all', type: ';;;', body: '{}' },
  { name: 'said to be gzip', type: json, headers: { 'content-encoding': 'gzip' }, body: 'no gzip' },
  { name: 'said to be what nobody knows', type: json, headers: { 'content-encoding': 'zz' }, body: '{}' },
];
/** With methods that a route does not have. */
const few = hostile.filter(({ name }) => ['nothing', '{}', 'bytes'].includes(name));
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const bodiless = new Set<string>(['GET', 'HEAD']);

// An open stream has no end to wait for.
const routes = Object.keys(accessTable).filter(route => !route.endsWith('/events'));
const patterns = [...new Set(routes.map(route => route.slice(route.indexOf(' ') + 1)))]
  // An unloaded model answers 503 until somebody loads it: last.
  .toSorted((a, b) => Number(a.endsWith('/unload')) - Number(b.endsWith('/unload')));

async function walk({ ask }: Fuzzed): Promise<number> {
  let asked = 0;
  for (const pattern of patterns) {
    for (const method of methods) {
      const isRoute = accessTable[`${method === 'HEAD' ? 'GET' : method} ${pattern}`] !== undefined;
      const bodies = bodiless.has(method) ? hostile.slice(0, 1) : isRoute ? hostile : few;
      for (const { name, type, headers = {}, body } of bodies) {
        const answer = await ask({
          method,
          path: pathOf(pattern),
          headers: { ...headers, ...(type === undefined ? {} : { 'content-type': type }) },
          ...(body === '' && type === undefined ? {} : { body }),
        });
        expectNoFault(answer, `${method} ${pattern}, ${name}`);
        asked += 1;
      }
    }
  }
  return asked;
}

it('no route, with no method and no body, is brought to fail or to hang', async () => {
  const server = await fuzzedServer();
  expect(await walk(server)).toBeGreaterThan(patterns.length * methods.length);
  // It still answers who means well.
  const post = (path: string, body: string) =>
    server.ask({ method: 'POST', path, headers: { 'content-type': json }, body });
  expect(await post('/v2/repository/models/sides/load', '{}')).toMatchObject({ status: 200 });
  expect(await post('/v2/models/sides/infer', tensor({}))).toMatchObject({ status: 200 });
}, 120_000);
