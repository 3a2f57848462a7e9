import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseOrigins } from '../../server/embed-origins.ts';
import { startServer, temporaryFolder } from './support.ts';

test('origins are written with commas or blanks between them', () => {
  expect(parseOrigins('https://a.example, http://localhost:5000\n')).toEqual([
    'https://a.example',
    'http://localhost:5000',
  ]);
  expect(parseOrigins('')).toEqual([]);
});

test.each([
  '*',
  'a.example',
  'https://*.example',
  'https://a.example/',
  'https://a.example/app',
  'ftp://a.example',
  'null',
])('%s is no origin, and is refused by name', text => {
  expect(() => parseOrigins(`https://b.example,${text}`)).toThrow(
    new RangeError(`${text} is no origin; one looks like https://app.example`),
  );
});

async function frameOf(embedOrigins?: readonly string[]) {
  const appFolder = join(temporaryFolder(), 'app');
  await mkdir(appFolder);
  for (const name of ['index.html', 'embed.html']) await writeFile(join(appFolder, name), '<!doctype html>');
  const server = await startServer({ appFolder, ...(embedOrigins && { embedOrigins }) });
  const ask = async (path: string) => (await server.ask('GET', path)).headers;
  return { frame: await ask('/embed.html'), page: await ask('/index.html') };
}

test('nobody may embed anything unless somebody is named', async () => {
  const { frame } = await frameOf();
  expect(frame).toMatchObject({
    'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    'cross-origin-resource-policy': 'same-origin',
  });
});

test('those who are named may embed the frame, also in isolated pages, and no other page of the app', async () => {
  const { frame, page } = await frameOf(['https://a.example', 'https://b.example']);
  expect(frame).toMatchObject({
    'content-security-policy': expect.stringContaining('frame-ancestors https://a.example https://b.example'),
    'cross-origin-resource-policy': 'cross-origin',
    'cross-origin-embedder-policy': 'require-corp',
    // Who may is a setting: a copy would go on saying what it was.
    'cache-control': 'no-store',
  });
  expect(page).toMatchObject({
    'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    'cross-origin-resource-policy': 'same-origin',
  });
});
