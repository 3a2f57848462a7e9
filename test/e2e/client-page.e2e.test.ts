// The client library in pages: of the app's origin, where it computes for the service worker when nobody else can, and the example's
// page on another origin, through the frame. The server is stopped for real.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HaversackClient } from '../../src/sdk/index.ts';
import { answeredBy, go, installModels } from './support/app.ts';
import { Device } from './support/device.ts';
import { type RunningServer, startServer } from './support/server.ts';
import { type Site, startSite } from './support/site.ts';

declare const client: HaversackClient;

const root = join(import.meta.dirname, '../..');
const flower = { sepal_length_cm: 5.1, sepal_width_cm: 3.5, petal_length_cm: 1.4, petal_width_cm: 0.2 };

/** As somebody writes it who has read `docs/client.md`. */
const ownPage = `<!doctype html><title>Theirs</title><script type="module">
  import { HaversackClient } from '/client/index.js';
  globalThis.client = new HaversackClient();
</script>`;

function filesOf(folder: string, at: string): Record<string, string> {
  const names = readdirSync(join(root, folder)).filter(name => /\.(js|html)$/.test(name));
  return Object.fromEntries(names.map(name => [at + name, readFileSync(join(root, folder, name), 'utf8')]));
}

let server: RunningServer;
let site: Site;
let friend: Site;
let device: Device;
let app: Page;
let own: Page;
let framed: Page;

beforeAll(async () => {
  const files: Record<string, string> = {};
  friend = await startSite({ files });
  server = await startServer(['--embed-origins', friend.origin]);
  Object.assign(files, filesOf('examples/page', '/'), filesOf('dist/client', '/client/'));
  site = await startSite({ files: { '/theirs/page.html': ownPage }, behind: server.port });
  device = await Device.create();
  app = await device.open(site.origin);
  await installModels(app, ['iris']);
  await go(app, '#/use/iris');
  await answeredBy(app, 'iris', 2);
  await app.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await go(app, '#/library');
  await app.getByText('on this device', { exact: true }).first().waitFor();
  own = await device.open(`${site.origin}/theirs/page.html`);
  await own.waitForFunction(() => 'client' in globalThis);
  framed = await device.open(`${friend.origin}/index.html?server=${encodeURIComponent(site.origin)}`);
});

afterAll(async () => {
  await device.close();
  await server.stop();
  for (const each of [site, friend]) await each.close();
});

const ask = (page: Page) =>
  page.evaluate(async row => {
    const { rows, version, answeredBy } = await client.predict('iris', row);
    return { label: rows[0]?.label, version, who: answeredBy?.who };
  }, flower);

async function askInForm(): Promise<string> {
  const answer = framed.getByRole('status');
  await answer.evaluate(element => (element.textContent = ''));
  await framed.getByRole('button', { name: 'Ask' }).click();
  await expect.poll(() => answer.textContent()).not.toBe('');
  return (await answer.textContent())!;
}

it('asks the server while there is one, on its origin and, through the frame, on another', async () => {
  expect(await ask(own)).toEqual({ label: 'setosa', version: '2', who: 'server' });
  expect(await askInForm()).toBe('setosa, said the server');
});

it('takes a drawing in a page as everywhere', async () => {
  const label = await own.evaluate(async () => {
    const strokes = [Array.from({ length: 20 }, (_, i) => ({ x: 50, y: i * 10 }))];
    return (await client.predict('digits', { strokes })).rows[0]?.label;
  });
  expect(label).toBe('1');
});

it('is answered by the device where the server is gone, computing itself where no page of the app is open', async () => {
  await server.stop();
  expect(await ask(own)).toEqual({ label: 'setosa', version: '2', who: 'device' });
  await app.close();
  expect(await ask(own)).toEqual({ label: 'setosa', version: '2', who: 'device' });
  expect(await askInForm()).toBe('setosa, said the device');
});
