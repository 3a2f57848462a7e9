// `npm run screens`: every screen × phone and desk × light and dark × English and 简体中文, in one contact sheet under
// screenshots/. Not part of `npm test`: it makes pictures for people.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { go } from './support/app.ts';
import { Device } from './support/device.ts';
import { furnish, speak } from './support/furnish.ts';
import { looks, type Screen, screens, show, startTraining, stopTraining } from './support/screens.ts';
import { type RunningServer, startServer } from './support/server.ts';

const folder = join(import.meta.dirname, '..', '..', 'screenshots');
const shots: string[] = [];
let server: RunningServer;

beforeAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  server = await startServer();
});
afterAll(() => server.stop());

/** All of the page, however long: what is fixed to the window would lie over it if only the picture grew. */
async function shoot(page: Page, name: string, size: { name: string; width: number; height: number }) {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: size.width, height: Math.max(size.height, height) });
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForTimeout(100);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await page.setViewportSize(size);
  shots.push(`${name}.png`);
}

async function inAllLooks(page: Page, language: string, list: readonly Screen[]): Promise<void> {
  for (const screen of list) {
    for (const size of looks.sizes) {
      await page.setViewportSize(size);
      await show(page, screen);
      for (const scheme of looks.schemes) {
        await page.emulateMedia({ colorScheme: scheme });
        await page.waitForTimeout(200);
        await shoot(page, `${screen.name}.${language}.${size.name}.${scheme}`, size);
      }
    }
    // The next screen starts from nothing, as after a change of place.
    await go(page, screen.hash === '#/settings' ? '#/library' : '#/settings');
  }
}

it('photographs a first visit, with and without the server', async () => {
  for (const language of looks.languages) {
    const device = await Device.create({ locale: language.locale });
    const page = await device.open(`${server.url}/`);
    await page.locator('.offers .button').first().waitFor();
    await inAllLooks(page, language.name, [
      { name: 'first-visit', hash: '#/use' },
      { name: 'first-library', hash: '#/library' },
      { name: 'first-teach', hash: '#/teach' },
      { name: 'first-admin', hash: '#/admin' },
    ]);
    await device.close();
    await photographNoServer(language);
  }
}, 240_000);

/** A page that came, and a registry that does not answer. */
async function photographNoServer({ name, locale }: { name: string; locale: string }): Promise<void> {
  const device = await Device.create({ locale });
  const page = await device.open('about:blank');
  await page.route('**/registry/**', route => route.abort());
  await page.goto(server.url);
  await page.getByRole('alert').first().waitFor();
  await inAllLooks(page, name, [{ name: 'first-no-server', hash: '#/use' }]);
  await device.close();
}

it('photographs every screen of a device in use', async () => {
  const device = await Device.create();
  const page = await device.open(`${server.url}/`);
  await furnish(page, server);
  for (const { name } of looks.languages) {
    await speak(page, name);
    await inAllLooks(page, name, screens);
    await startTraining(page);
    await inAllLooks(page, name, [{ name: 'teach-running', hash: '#/teach/digits' }]);
    await go(page, '#/teach/digits');
    await stopTraining(page);
  }
  expect(device.complaints).toEqual([]);
  await device.close();
}, 600_000);

it('puts them on one sheet', async () => {
  const figures = shots
    .map(file => `<figure><img src="${file}"><figcaption>${file}</figcaption></figure>`)
    .join('\n');
  const style =
    'body{font:12px sans-serif;display:flex;flex-wrap:wrap;gap:12px;background:#888;margin:12px}figure{margin:0}img{height:420px;display:block}figcaption{color:#fff}';
  const html = join(folder, 'index.html');
  await writeFile(html, `<!doctype html><meta charset="utf-8"><style>${style}</style>${figures}`);
  const device = await Device.create({ viewport: { width: 2400, height: 1200 } });
  const page = await device.open(`file://${html}`);
  await page.waitForLoadState('load');
  await page.screenshot({ path: join(folder, 'contact-sheet.png'), fullPage: true });
  await device.close();
}, 60_000);
