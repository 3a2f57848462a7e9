// Points 3 and 4 of the loop: pull, use, and all of it again with the server process stopped.
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answeredBy, digitTraces, draw, go, installModels, modelCard, readDigit } from './support/app.ts';
import { Device } from './support/device.ts';
import { type RunningServer, startServer } from './support/server.ts';

const flowers =
  'sepal_length_cm,sepal_width_cm,petal_length_cm,petal_width_cm\n5.1,3.5,1.4,0.2\n6.3,3.3,6.0,2.5\n5.9,3.0,4.2,1.5\n';

async function readsTraces(page: Page): Promise<string[]> {
  const { size, traces } = await digitTraces();
  const wrong: string[] = [];
  for (const { digit, strokes } of traces) {
    await draw(page, strokes, size);
    const read = await readDigit(page);
    if (read !== digit) wrong.push(`${digit} read as ${read}`);
  }
  return wrong;
}

describe('a device with models', () => {
  let server: RunningServer;
  let device: Device;
  let page: Page;

  beforeAll(async () => {
    server = await startServer();
    device = await Device.create({ webgpu: true });
    page = await device.open(server.url);
  });
  afterAll(async () => {
    await device.close();
    await server.stop();
  });

  it('gets a model with one tap on the first visit, and an example is answered already', async () => {
    await page.getByRole('button', { name: 'Get digits' }).click();
    expect(await answeredBy(page, 'digits', 1)).toMatch(/fp32 · (WebAssembly|WebGPU) · [\d.,]+\sms/);
    await page.getByText('An example that came with the model').waitFor();
  });

  it('reads at least nine of ten pointer traces right, drawn with the mouse', async () => {
    const wrong = await readsTraces(page);
    expect(wrong.length, wrong.join('; ')).toBeLessThanOrEqual(1);
  });

  it('lists the registry’s models with version, size, accuracy and what is here', async () => {
    await installModels(page, ['iris']);
    const card = modelCard(page, 'iris');
    const text = await card.innerText();
    expect(text).toMatch(/Version 2/);
    expect(text).toMatch(/% right of 30 \(/);
    expect(text).toMatch(/\d\s(kB|bytes)/);
    expect(text).toMatch(/on this device/i);
  });

  it('answers a flower in centimetres, and a table that can be taken away', async () => {
    await go(page, '#/use/iris');
    await answeredBy(page, 'iris', 2);
    const fields = page.locator('main input[inputmode="decimal"], main input[type="number"]');
    for (const [i, value] of ['5.1', '3.5', '1.4', '0.2'].entries()) await fields.nth(i).fill(value);
    await expect.poll(() => page.locator('output.answer-word').innerText()).toMatch(/^setosa/);
    await page.getByRole('tab', { name: 'Table' }).click();
    await page.getByLabel('Rows, one a line').fill(flowers);
    await page.getByRole('button', { name: 'Answer all rows' }).click();
    await page.getByRole('button', { name: 'Download as CSV' }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download as CSV' }).click(),
    ]);
    const csv = await readFile(await download.path(), 'utf8');
    const lines = csv.trim().split(/\r?\n/);
    expect(lines).toHaveLength(4);
    expect(lines[1]).toContain('setosa');
    expect(lines[2]).toContain('virginica');
    expect(lines[3]).toContain('versicolor');
  });

  it('says which row and column of a table is wrong', async () => {
    await page.getByLabel('Rows, one a line').fill('5.1,3.5,1.4,0.2\n5.1,three,1.4,0.2\n');
    await page.getByRole('button', { name: 'Answer all rows' }).click();
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.innerText()).toMatch(/three/);
  });

  it('is isolated, so that WebAssembly has threads, and nothing broke the content policy', async () => {
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(device.complaints).toEqual([]);
  });

  describe('with the server process stopped and the browser opened again', () => {
    beforeAll(async () => {
      // The shell and the runtime are kept on purpose after the first pull; "on this device" is only said when they are.
      await go(page, '#/library');
      await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
      await page.waitForTimeout(4000);
      await server.stop();
      await device.close();
      page = await device.open(server.url);
    });

    it('starts, and lists what it has', async () => {
      await go(page, '#/library');
      await modelCard(page, 'digits').getByText('on this device', { exact: true }).waitFor();
      await modelCard(page, 'iris').getByText('on this device', { exact: true }).waitFor();
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    });

    it('predicts', async () => {
      await go(page, '#/use/digits');
      await answeredBy(page, 'digits', 1);
      const wrong = await readsTraces(page);
      expect(wrong.length, wrong.join('; ')).toBeLessThanOrEqual(1);
    });

    it('fine-tunes, judges and keeps what it learned', async () => {
      await go(page, '#/teach/iris');
      await page.getByText('Settings', { exact: true }).last().click();
      await page.getByLabel('Rounds over the data (epochs)').fill('3');
      await page.getByRole('button', { name: 'Start training' }).click();
      await page.getByText('What should become of it?').waitFor({ timeout: 120_000 });
      await page.getByRole('button', { name: 'Keep', exact: true }).click();
      await page.getByText('kept on this device').first().waitFor();
      expect(device.complaints).toEqual([]);
    });

    it('fine-tunes with the other engine as well', async () => {
      await go(page, '#/teach/digits');
      await page.getByText('Settings', { exact: true }).last().click();
      await page.getByLabel('Engine').selectOption('tfjs');
      await page.getByLabel('Rounds over the data (epochs)').fill('1');
      await page.getByRole('button', { name: 'Start training' }).click();
      await page.getByText('What should become of it?').waitFor({ timeout: 120_000 });
      expect(device.complaints).toEqual([]);
    });
  });
});
