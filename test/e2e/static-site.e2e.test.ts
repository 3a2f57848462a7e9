// A registry that is a folder: exported from a server, which is then gone; any host of files gives the app all but sending.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostFolder, type StaticHost } from '../server/cli/static-host.ts';
import { answeredBy, digitTraces, draw, go, readDigit, setRecipe } from './support/app.ts';
import { Device } from './support/device.ts';
import { startServer } from './support/server.ts';

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

describe('a folder on a host of files', () => {
  let folder: string;
  let host: StaticHost;
  let device: Device;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'haversack-site-'));
    const server = await startServer();
    const args = ['bin/haversack.mjs', 'export', '--site', folder, '--url', server.url];
    await run(process.execPath, args, { cwd: root });
    await server.stop();
    host = await hostFolder(folder);
    device = await Device.create({ webgpu: false });
    page = await device.open(host.url);
  });
  afterAll(async () => {
    await device.close();
    await host.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('gives a model with one tap, which reads what is drawn', async () => {
    await page.getByRole('button', { name: 'Get digits' }).click();
    await answeredBy(page, 'digits', 1);
    const { size, traces } = await digitTraces();
    await draw(page, traces[0]!.strokes, size);
    expect(await readDigit(page)).toBe(traces[0]!.digit);
  });

  it('needs no headers of the host: the service worker isolates the page', async () => {
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await page.reload();
    await answeredBy(page, 'digits', 1);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  });

  it('offers no administration and no enrolment, for there is nobody to ask', async () => {
    await go(page, '#/library');
    await page.getByRole('link', { name: 'Collect' }).first().waitFor();
    expect(await page.getByRole('link', { name: 'Admin' }).count()).toBe(0);
    await go(page, '#/admin');
    await page.getByRole('heading', { name: 'Nothing to administer here' }).waitFor();
    await go(page, '#/settings');
    await page.getByText('there is nobody to ask to be let in').waitFor();
    expect(await page.getByRole('button', { name: 'Ask to be let in' }).count()).toBe(0);
    await go(page, '#/collect');
    await page.getByText('nobody vouches for this device').waitFor();
  });

  it('lets a device teach and judge, and says why nothing can be sent', async () => {
    await go(page, '#/teach/digits');
    await setRecipe(page, { epochs: 1, scope: 'head' });
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.getByText('What should become of it?').waitFor({ timeout: 120_000 });
    await page.getByText('There is no server here to send to').waitFor({ timeout: 120_000 });
  });

  it('is asked for nothing that a host of files cannot have', () => {
    const asked = host.asked.filter(path => path.startsWith('/registry/') && !path.includes('/chunks/'));
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter(path => !path.endsWith('.json'))).toEqual([]);
  });
});
