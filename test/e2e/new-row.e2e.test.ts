// A newcomer's own model of a table: iris from a CSV, without a network, in as few taps as it takes; what it answers in Use, from a
// form and from a table.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectReachable, smallTargets, violations } from './support/access.ts';
import { go } from './support/app.ts';
import { Device } from './support/device.ts';
import { type RunningServer, startServer } from './support/server.ts';

const iris = join(import.meta.dirname, '..', '..', 'demo', 'data', 'iris.csv');

let server: RunningServer;
let device: Device;
let page: Page;
let taps = 0;

async function tap(target: Locator): Promise<void> {
  await target.click();
  taps += 1;
}

/** Gives the system's choice of files an answer: a tap, too. */
async function choose(name: string, file: string | { name: string; mimeType: string; buffer: Buffer }) {
  const chooser = page.waitForEvent('filechooser');
  await tap(page.getByText(name, { exact: true }));
  await (await chooser).setFiles(file);
}

/** The numbers of one flower into the form that is in sight. */
async function fill(row: readonly string[]): Promise<void> {
  const fields = page.locator('.features input');
  for (const [i, value] of row.entries()) await fields.nth(i).fill(value);
}

async function isCalled(label: string, word: string): Promise<void> {
  await expect
    .poll(() => page.locator(word).innerText(), { timeout: 60_000 })
    .toMatch(new RegExp(`^${label}`));
}

const [setosa, virginica] = [
  ['5', '3.4', '1.5', '0.2'],
  ['6.7', '3.1', '5.6', '2.4'],
] as const;

describe('a model of one’s own from a table', () => {
  beforeAll(async () => {
    server = await startServer(['--no-demo']);
    device = await Device.create();
    page = await device.open(server.url);
    await page.setViewportSize({ width: 390, height: 844 });
  });
  afterAll(async () => {
    await device.close();
    await server.stop();
  });

  it('asks for a table, and needs no model of the library', async () => {
    const begin = page.getByRole('main').getByRole('link', { name: 'New model' });
    await begin.waitFor();
    taps = 0;
    await tap(begin);
    await tap(page.getByRole('link', { name: 'Numbers' }));
    await page.getByRole('heading', { name: 'Bring a table' }).waitFor();
    await expectReachable(page);
    // The app and what runs it are kept by then: from here on there is no network.
    await expect.poll(() => page.evaluate(isKept), { timeout: 60_000 }).toBe(true);
    await server.stop();
  });

  it('takes the table as it is, after one look, and answers, offline', async () => {
    await choose('Choose a table', iris);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('3 classes: setosa (50), versicolor (50), virginica (50)').waitFor();
    expect([...(await violations(page)), ...(await smallTargets(page))]).toEqual([]);
    await tap(dialog.getByRole('button', { name: 'Bring in 150 rows' }));
    // A row is in it twice.
    await page.getByText('149 rows brought in. 1 row was already there.').waitFor({ timeout: 60_000 });
    await page.getByText('149 rows learnt').waitFor({ timeout: 60_000 });
    await fill(setosa);
    await isCalled('setosa', '.live-word');
    await fill(virginica);
    await isCalled('virginica', '.live-word');
    expect(taps).toBe(4);
  });

  it('has nothing that axe finds, or a thumb would miss, with rows on it', async () => {
    await expectReachable(page);
  });

  it('becomes a model with two more taps, which asks for its numbers in Use', async () => {
    taps = 0;
    await tap(page.getByRole('button', { name: 'Finish', exact: true }));
    await tap(page.getByRole('button', { name: 'Make it', exact: true }));
    await page.getByRole('heading', { name: 'Judge my-model' }).waitFor({ timeout: 60_000 });
    expect(taps).toBe(2);
    await page.getByRole('button', { name: 'Use it now' }).click();
    await go(page, '#/use/my-model');
    await page.getByLabel('petal width cm').waitFor();
    await fill(setosa);
    await isCalled('setosa', 'output.answer-word');
    await fill(virginica);
    await isCalled('virginica', 'output.answer-word');
  });

  it('keeps what somebody corrects as an example of the project', async () => {
    await fill(['6.1', '3.05', '4.9', '1.8']);
    const choice = page.getByRole('group', { name: 'Choose the right answer' });
    await choice.getByRole('button', { name: 'versicolor' }).click();
    await page.getByText('Kept as an example: versicolor').waitFor();
    await page.getByRole('tab', { name: 'Table' }).click();
    const text = await readFile(iris, 'utf8');
    const rows = text.split('\n').map(line => line.split(',').slice(0, 4).join(','));
    await page.locator('textarea').fill([rows[0], ...rows.slice(1, 4), ...rows.slice(101, 104)].join('\n'));
    await page.getByRole('button', { name: 'Answer all rows' }).click();
    const cells = page.locator('table tbody tr');
    await expect.poll(() => cells.count(), { timeout: 60_000 }).toBe(6);
    const answers = await cells.evaluateAll(all =>
      all.map(row => (row as HTMLElement).innerText.split('\t')[1]),
    );
    expect(answers).toEqual([...Array<string>(3).fill('setosa'), ...Array<string>(3).fill('virginica')]);
  });

  it('goes on where it was begun, and takes the zip that it wrote for what is there', async () => {
    await go(page, '#/new');
    await page.getByText('Begun before').click();
    await page.getByRole('link', { name: 'Go on: my-model' }).click();
    await page.getByText('150 rows learnt').waitFor({ timeout: 60_000 });
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Rows as a zip' }).click();
    const zip = await (await download).path();
    await page.getByText('Bring in another table', { exact: true }).click();
    await choose('Zip', { name: 'rows.zip', mimeType: 'application/zip', buffer: await readFile(zip) });
    await page.getByText('150 rows were already there.').waitFor({ timeout: 60_000 });
    expect(device.complaints).toEqual([]);
  });
});

/** In the page: whether its service worker answers for it, and all of ONNX Runtime was kept, for its list is kept last. */
async function isKept(): Promise<boolean> {
  if (!navigator.serviceWorker.controller) return false;
  for (const name of await caches.keys()) {
    const kept = await (await caches.open(name)).keys();
    const paths = kept.map(({ url }) => new URL(url).pathname);
    if (paths.includes('/runtime.json') && paths.some(path => path.endsWith('.wasm'))) return true;
  }
  return false;
}
