// Renders the app's icons from the mark, with Chromium: `node scripts/icons.mjs`. What it writes is committed.
import { readFile, writeFile } from 'node:fs/promises';
import { chromium } from 'playwright';
import { findChromium } from './chromium.mjs';

const folder = new URL('../public/icons/', import.meta.url);
const mark = await readFile(new URL('favicon.svg', folder), 'utf8');

/** A maskable icon may lose all outside a circle of 80% (W3C, Web Application Manifest, "safe zone"). */
const icons = [
  { name: 'icon-192.png', size: 192, share: 0.78, ground: '#faf8f3' },
  { name: 'icon-512.png', size: 512, share: 0.78, ground: '#faf8f3' },
  { name: 'icon-maskable-512.png', size: 512, share: 0.56, ground: '#faf8f3' },
];

const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
try {
  for (const { name, size, share, ground } of icons) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const inner = Math.round(size * share);
    await page.setContent(
      `<body style="margin:0;display:grid;place-items:center;height:${size}px;background:${ground}">` +
        mark.replace('<svg ', `<svg width="${inner}" height="${inner}" `) +
        '</body>',
    );
    await writeFile(new URL(name, folder), await page.screenshot({ type: 'png' }));
    await page.close();
  }
} finally {
  await browser.close();
}
