import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { errorsMarkdown } from '../../../server/docs/errors.ts';
import { errorCatalogue, errorCodes } from '../../../src/core/errors.ts';
import { startServer } from '../support.ts';

it('the page in the repository is the catalogue’s (else: npm run docs:errors)', () => {
  expect(readFileSync('docs/errors.md', 'utf8')).toBe(errorsMarkdown());
});

it('a problem’s type is an anchor on a page that anyone may read, from anywhere', async () => {
  const server = await startServer();
  const problem = await server.ask('GET', '/registry/v1/models', {
    address: '192.168.1.7',
    headers: { accept: 'application/json' },
  });
  const [path, anchor] = String(problem.json['type']).split('#') as [string, string];
  expect(anchor).toBe('Unauthorized');
  const page = await server.ask('GET', path, { address: '192.168.1.7' });
  expect(page.status).toBe(200);
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  const html = page.bytes.toString();
  for (const code of errorCodes) {
    expect(html.split(`id="${code}"`)).toHaveLength(2);
    expect(html).toContain(errorCatalogue[code].title.replaceAll('`', ''));
  }
});

it('the page keeps the content policy: no inline style or script, and its style is served', async () => {
  const server = await startServer();
  const html = (await server.ask('GET', '/docs/errors')).bytes.toString();
  expect(html).not.toMatch(/<script|<style|\sstyle=|\son\w+=/);
  const [, href] = /<link rel="stylesheet" href="([^"]+)">/.exec(html)!;
  const style = await server.ask('GET', href!);
  expect({ status: style.status, type: style.headers['content-type'] }).toEqual({
    status: 200,
    type: 'text/css; charset=utf-8',
  });
});
