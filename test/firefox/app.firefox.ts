// The app in Firefox: a first visit, models fetched and asked, all of it again with no server, and a model taught.
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectReachable } from '../e2e/support/access.ts';
import {
  answeredBy,
  digitTraces,
  draw,
  go,
  installModels,
  modelCard,
  readDigit,
  setRecipe,
} from '../e2e/support/app.ts';
import type { Device } from '../e2e/support/device.ts';
import { type RunningServer, startServer } from '../e2e/support/server.ts';
import { createFirefox } from './support/firefox.ts';
import { shoot } from './support/shots.ts';

const flowers = '5.1,3.5,1.4,0.2\n6.3,3.3,6.0,2.5\n5.9,3.0,4.2,1.5\n';

let server: RunningServer;
let device: Device;
let page: Page;

beforeAll(async () => {
  server = await startServer();
  device = await createFirefox();
  page = await device.open(server.url);
});
afterAll(async () => {
  await device.close();
  await server.stop();
});
afterEach(() => expect(device.complaints.splice(0)).toEqual([]));

async function wronglyRead(): Promise<string[]> {
  const { size, traces } = await digitTraces();
  const wrong: string[] = [];
  for (const { digit, strokes } of traces) {
    await draw(page, strokes, size);
    const read = await readDigit(page);
    if (read !== digit) wrong.push(`${digit} read as ${read}`);
  }
  return wrong;
}

async function keptForOffline(models: readonly string[]): Promise<void> {
  await go(page, '#/library');
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  for (const model of models) {
    await modelCard(page, model).getByText('on this device', { exact: true }).waitFor({ timeout: 60_000 });
  }
}

describe('the app', () => {
  it('gets a model with one tap on the first visit, and answers an example on WebAssembly', async () => {
    await page.getByRole('button', { name: 'Get digits' }).waitFor();
    await shoot(device, page, 'app-first-visit');
    await page.getByRole('button', { name: 'Get digits' }).click();
    expect(await answeredBy(page, 'digits', 1)).toMatch(/fp32 · WebAssembly · [\d.,]+\sms/);
    await expectReachable(page);
  });

  it('is isolated, so that WebAssembly has threads', async () => {
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(await page.evaluate(() => typeof SharedArrayBuffer)).toBe('function');
  });

  it('reads at least nine of ten drawings right', async () => {
    const wrong = await wronglyRead();
    expect(wrong.length, wrong.join('; ')).toBeLessThanOrEqual(1);
    await shoot(device, page, 'app-use-digits');
  });

  it('lists what is here in Library', async () => {
    await installModels(page, ['iris']);
    await modelCard(page, 'iris').getByText('Version 2').first().waitFor();
    await expectReachable(page);
    await shoot(device, page, 'app-library');
  });

  it('answers a table row by row', async () => {
    await go(page, '#/use/iris');
    await answeredBy(page, 'iris', 2);
    await page.getByRole('tab', { name: 'Table' }).click();
    await page.getByLabel('Rows, one a line').fill(flowers);
    await page.getByRole('button', { name: 'Answer all rows' }).click();
    await page.getByRole('button', { name: 'Download as CSV' }).waitFor();
    const cells = await page.locator('main table tbody tr').allInnerTexts();
    expect(cells.map(text => /setosa|versicolor|virginica/.exec(text)?.[0])).toEqual([
      'setosa',
      'virginica',
      'versicolor',
    ]);
    await shoot(device, page, 'app-use-table');
  });
});

describe('with the server stopped and Firefox opened again', () => {
  beforeAll(async () => {
    await keptForOffline(['digits', 'iris']);
    await server.stop();
    await device.close();
    page = await device.open(server.url);
  });

  it('starts, isolated, and has what it had', async () => {
    await keptForOffline(['digits', 'iris']);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await shoot(device, page, 'app-offline-library');
  });

  it('reads drawings', async () => {
    await go(page, '#/use/digits');
    await answeredBy(page, 'digits', 1);
    const wrong = await wronglyRead();
    expect(wrong.length, wrong.join('; ')).toBeLessThanOrEqual(1);
  });

  it.each([
    ['ONNX Runtime', 'onnx'],
    ['TensorFlow.js', 'tfjs'],
  ])('learns digits for an epoch with %s, and keeps what it learnt', async (_, engine) => {
    await go(page, '#/teach/digits');
    await page.getByRole('button', { name: /^(Start training|Train again)$/ }).waitFor();
    await setRecipe(page, { epochs: 1 });
    await page.getByLabel('Engine').selectOption(engine);
    await page.getByRole('button', { name: /^(Start training|Train again)$/ }).click();
    await page.getByRole('button', { name: 'Keep', exact: true }).first().waitFor({ timeout: 180_000 });
    await shoot(device, page, `app-judge-${engine}`);
    // What the other engine taught is kept already, and says so too.
    const kept = page.getByText('kept on this device', { exact: true });
    const before = await kept.count();
    await page.getByRole('button', { name: 'Keep', exact: true }).first().click();
    await expect.poll(() => kept.count(), { timeout: 60_000 }).toBeGreaterThan(before);
  });
});
