// A learning rate that is found in Teach, and changes that stay beside the weights: what then travels is small.
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answeredBy, approve, askToBeLetIn, enterAdminKey, go, promote } from './support/app.ts';
import { Device } from './support/device.ts';
import { type Pair, startPair } from './support/pair.ts';
import type { RunningServer } from './support/server.ts';

let server: RunningServer;
let other: Device;
let teaching: Page;
let using: Page;

let pair: Pair;

beforeAll(async () => {
  pair = await startPair();
  ({ server, other, teaching, using } = pair);
});
afterAll(() => pair.close());

it('looks for a rate for the settings as they are, draws what it saw, and puts it where it belongs', async () => {
  await go(teaching, '#/teach/digits');
  await teaching.getByText('Settings', { exact: true }).locator('visible=true').last().click();
  await teaching.getByLabel('Engine').selectOption('onnx');
  await teaching.getByLabel('What may change').selectOption('all');
  await teaching.getByRole('button', { name: 'Find a rate' }).click();
  // The demo model knows these digits: for it no rate is better than another.
  const found = teaching.getByText(/A good learning rate to begin with|The loss fell at no rate/);
  await found.first().waitFor({ timeout: 120_000 });
  await teaching.locator('.chart canvas').waitFor();
  const take = teaching.getByRole('button', { name: /^Take / });
  if (await take.isVisible()) {
    const rate = /^Take (\S+)$/.exec(await take.innerText())![1]!;
    await take.click();
    expect(await teaching.getByRole('textbox', { name: 'Learning rate' }).inputValue()).toBe(rate);
  }
});

it('learns beside the weights, so that the next version costs the other device less than half of the model', async () => {
  await teaching.getByLabel('What may change').selectOption('lora');
  await teaching.getByLabel('Keep the changes beside the weights').check();
  await teaching.getByLabel('Rounds over the data (epochs)').fill('1');
  await teaching.getByRole('button', { name: 'Start training' }).click();
  await teaching.getByText('What should become of it?').waitFor({ timeout: 180_000 });
  await teaching.getByRole('button', { name: 'Send', exact: true }).click();
  const code = await askToBeLetIn(teaching);
  const admin = await other.open(server.url);
  await enterAdminKey(admin, await server.adminKey());
  await approve(admin, code, 'trainer');
  await go(teaching, '#/judge/digits');
  await teaching.getByText('sent: it is version 2').first().waitFor({ timeout: 90_000 });

  await using.evaluate(() => {
    performance.clearResourceTimings();
  });
  await promote(admin, 'digits', 2);
  await using.getByText('digits is now version 2.').waitFor({ timeout: 90_000 });
  await answeredBy(using, 'digits', 2);
  const bytes = await chunkBytes(using);
  const whole = await fileBytes(2);
  console.info(`${bytes} bytes fetched of a model of ${whole}`);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes / whole).toBeLessThan(0.5);
});

/** As they came over the line, which the page is told whether or not an answer said its length beforehand. */
function chunkBytes(page: Page): Promise<number> {
  return page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => new URL(name).pathname.includes('/chunks/'))
      .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0),
  );
}

async function fileBytes(version: number): Promise<number> {
  const answer = await fetch(`${server.url}/registry/v1/models/digits/versions/${version}`);
  const { manifest } = (await answer.json()) as {
    manifest: { signed: { authority: { file: { bytes: number } } } };
  };
  return manifest.signed.authority.file.bytes;
}
