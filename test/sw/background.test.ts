// The service worker's background work, as Chromium asks for it: against the real server, and with no page that could do it.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright';
import { build } from 'vite';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { chromiumArguments, findChromium } from '../../scripts/chromium.mjs';
import { outboxTag, updatesTag } from '../../src/device/background-tags.ts';
import { commitBytes, setDevice, startServer, type TestServer } from '../server/support.ts';
import type { DevicePage } from './device-page.ts';

declare const device: DevicePage;

let folder: string;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'haversack-background-'));
  await bundle('../../src/sw/main.ts', 'sw.js');
  const sw = join(folder, 'sw.js');
  const manifest = JSON.stringify([{ url: 'index.html', revision: '1' }]);
  await writeFile(
    sw,
    (await readFile(sw, 'utf8')).replace('self.__WB_MANIFEST', () => manifest),
  );
  await bundle('device-page.ts', 'page.js');
  await writeFile(
    join(folder, 'index.html'),
    '<!doctype html><title>test</title><script src="/page.js"></script>',
  );
  await writeFile(join(folder, 'runtime.json'), JSON.stringify({ wasm: [], webgpu: [], tfjs: [] }));
  browser = await chromium.launch({
    executablePath: findChromium(),
    args: chromiumArguments({ webgpu: false }),
  });
}, 60_000);

afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
}, 120_000);

async function bundle(input: string, name: string): Promise<void> {
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: 'es2022',
      rolldownOptions: {
        input: join(import.meta.dirname, input),
        output: { format: 'iife', entryFileNames: name },
      },
    },
  });
}

interface Scene {
  readonly server: TestServer;
  readonly origin: string;
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly registrationId: string;
}

/** A page of an approved device that has digits@1, and does nothing by itself; the service worker is active. */
async function scene(): Promise<Scene> {
  const server = await startServer({ appFolder: folder });
  await commitBytes(server, 'digits', 'one');
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.app.server.address() as AddressInfo;
  const origin = `http://localhost:${port}`;
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.goto(origin);
  const id = await page.evaluate(() => device.enrol());
  await setDevice(server, id, { status: 'approved', role: 'device' });
  await page.evaluate(() => device.pull('digits', 1));
  const cdp = await context.newCDPSession(page);
  const registered = new Promise<string>(resolve => {
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      if (registrations[0]) resolve(registrations[0].registrationId);
    });
  });
  await cdp.send('ServiceWorker.enable');
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/sw.js');
    await navigator.serviceWorker.ready;
  });
  return { server, origin, page, cdp, registrationId: await registered };
}

const stateOf = (page: Page) => page.evaluate(() => device.state());

test('delivers what waits, once, when the browser says that the device can be heard again', async () => {
  const { server, origin, page, cdp, registrationId } = await scene();
  await page.evaluate(() => device.queueReport());
  expect((await stateOf(page)).waiting).toBe(1);
  const event = { origin, registrationId, tag: outboxTag, lastChance: false };
  await cdp.send('ServiceWorker.dispatchSyncEvent', event);
  await vi.waitFor(async () => expect((await stateOf(page)).waiting).toBe(0), 60_000);
  const reports = await server.ask('GET', 'reports', { token: server.key });
  expect(reports.json).toMatchObject({
    reports: [{ report: { app: 'test', active: [{ model: 'digits' }] } }],
  });
}, 120_000);

test('fetches a newer version, and leaves it to a page to try it before it runs', async () => {
  const { server, origin, page, cdp, registrationId } = await scene();
  await commitBytes(server, 'digits', 'two', { production: 'always' });
  const event = { origin, registrationId, tag: updatesTag };
  await cdp.send('ServiceWorker.dispatchPeriodicSyncEvent', event);
  await vi.waitFor(async () => expect((await stateOf(page)).installed).toEqual([2, 1]), 60_000);
  expect((await stateOf(page)).active).toEqual([1]);
}, 120_000);
