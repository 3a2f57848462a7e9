// `npm run dev`: the app as Vite serves it and the real server behind it, at one address, until Ctrl-C.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from './support/server.ts';

const root = join(import.meta.dirname, '..', '..');

async function develop(...flags: string[]) {
  const port = await freePort();
  const data = await mkdtemp(join(tmpdir(), 'haversack-dev-'));
  const child = spawn(
    process.execPath,
    ['scripts/dev.mjs', '--port', String(port), '--data', data, '--no-demo', ...flags],
    { cwd: root },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => (printed += bytes.toString()));
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  // A second signal would end it without its server.
  onTestFinished(() => {
    if (child.exitCode === null) child.kill('SIGTERM');
  });
  return { child, ended, url: `http://localhost:${port}`, printed: () => printed };
}

it('answers app and API at one address, and ends with 0', async () => {
  const { child, ended, url, printed } = await develop();
  await expect
    .poll(() => fetch(`${url}/v2/health/ready`).then(answer => answer.status, String), { timeout: 60_000 })
    .toBe(200);
  const page = await fetch(url, { headers: { accept: 'text/html' } });
  expect(await page.text()).toContain('/@vite/client');
  expect(page.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  const script = await fetch(`${url}/src/app/main.tsx`);
  expect({ status: script.status, type: script.headers.get('content-type') }).toEqual({
    status: 200,
    type: 'text/javascript',
  });
  // The server behind sees the browser's own Host: on loopback it reads without a key, and errors lead to its page.
  expect(await (await fetch(`${url}/registry/v1/models`)).json()).toEqual({ models: [] });
  expect((await fetch(`${url}/docs/errors`)).headers.get('content-type')).toContain('text/html');
  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  expect(printed()).toContain(`Develop at ${url}`);
  await expect(fetch(`${url}/v2/health/live`)).rejects.toThrow();
});

it('says in three lines that phones want the built app', async () => {
  const { ended, printed } = await develop('--lan');
  expect(await ended).toEqual([2, null]);
  expect(printed().trimEnd().split('\n')).toHaveLength(3);
  expect(printed()).toContain('npm start -- --lan');
});
