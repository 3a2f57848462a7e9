// `npm run screens`: every screen × phone and desk × light and dark × English and 简体中文, in one contact sheet under
// screenshots/. Not part of `npm test`: it makes pictures for people.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installModels } from './support/app.ts';
import { Device } from './support/device.ts';
import { looks, screens, show } from './support/screens.ts';
import { type RunningServer, startServer } from './support/server.ts';

const folder = join(import.meta.dirname, '..', '..', 'screenshots');
let server: RunningServer;

beforeAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  server = await startServer();
});
afterAll(() => server.stop());

it('photographs every screen', async () => {
  const shots: string[] = [];
  for (const language of looks.languages) {
    const device = await Device.create({ locale: language.locale, viewport: looks.sizes[0] });
    const page = await device.open(`${server.url}/`);
    await page.waitForTimeout(1500);
    const take = async (name: string, scheme: string, size: string) => {
      const file = `${name}.${size}.${scheme}.${language.name}.png`;
      await page.screenshot({ path: join(folder, file), fullPage: size === 'phone' });
      shots.push(file);
    };
    await take('first-visit', 'light', 'phone');
    await installModels(page, ['digits', 'iris']);
    for (const size of looks.sizes) {
      await page.setViewportSize(size);
      for (const scheme of looks.schemes) {
        await page.emulateMedia({ colorScheme: scheme });
        for (const screen of screens) {
          await show(page, screen);
          await take(screen.name, scheme, size.name);
        }
      }
    }
    expect(device.complaints).toEqual([]);
    await device.close();
  }
  await contactSheet(shots);
}, 600_000);

async function contactSheet(shots: readonly string[]): Promise<void> {
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
}
