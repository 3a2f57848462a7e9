import { expect, it } from 'vitest';
import { alsoNamed, parseNames } from '../../../server/gateway/served-names.ts';
import { startServer } from '../support.ts';

it('a server answers to the names it was told, and to no others', async () => {
  const server = await startServer({ names: ['models.example.org'] });
  const as = async (host: string) => (await server.ask('GET', '/v2', { headers: { host } })).status;
  expect(await as('models.example.org')).toBe(200);
  expect(await as('MODELS.example.org:443')).toBe(200);
  expect(await as('evil.example.org')).toBe(403);
});

it('a name that a proxy has is not loopback’s: reading wants a key there', async () => {
  const server = await startServer({ names: ['models.example.org'] });
  const headers = { host: 'models.example.org' };
  expect((await server.ask('GET', 'models', { headers })).status).toBe(401);
  expect((await server.ask('GET', 'models', { headers, token: server.key })).status).toBe(200);
});

it('follows the names that the machine has', () => {
  let found = new Set(['localhost']);
  const names = alsoNamed(() => found, ['models.example.org']);
  expect([...names()]).toEqual(['localhost', 'models.example.org']);
  expect(names()).toBe(names());
  found = new Set(['localhost', '10.0.0.7']);
  expect(names().has('10.0.0.7')).toBe(true);
});

it('names are host names, without anything else', () => {
  expect(parseNames(' Models.example.org, 10.0.0.7,[fd00::1] ')).toEqual([
    'models.example.org',
    '10.0.0.7',
    '[fd00::1]',
  ]);
  for (const text of ['https://a.b', 'a.b:443', 'a/b', '-a', 'a..b', '*.a']) {
    expect(() => parseNames(text), text).toThrow('is no host name');
  }
});
