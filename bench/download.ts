// `download`: 105 MB in chunks, fetched from the registry, hashed and stored by the app's own pull, beside one file fetched,
// hashed and put whole into IndexedDB.
import type { BrowserContext, Page } from 'playwright';
import { AdminClient } from '../src/client/admin.ts';
import { uploadFile } from '../src/client/upload.ts';
import { chunkFile } from '../src/core/artifact/chunks.ts';
import type { Bytes } from '../src/core/artifact/digest.ts';
import { tensorLayout } from '../src/core/onnx/layout.ts';
import { openBrowser } from './browser.ts';
import type { Setting } from './catalogue.ts';
import { compared, interleaved, type Row } from './harness.ts';
import { denseChain } from './models.ts';
import { servePages } from './pages-server.ts';
import { startServer } from './server.ts';

const model = 'large';
/** 4 weights of 25 MiB: below what a browser takes as one value (127 MiB). */
const file = () => denseChain(4, 2560);
/** Of the peer's speed. */
const goal = 0.9;
/** The registry makes smaller variants of what it is given; it is quiet when it has made none for so long. */
const quietMs = 10_000;

export async function downloadBench({ root, tell, length }: Setting): Promise<Row[]> {
  const large = file();
  const pages = await servePages(root, {
    names: ['download'],
    models: new Map([[model, large]]),
    identifiers: 'shortened',
  });
  const server = await startServer(root);
  const browser = await openBrowser();
  try {
    tell(
      `pushing ${(large.length / 1e6).toFixed(0)} MB, and waiting until the registry has made its variants`,
    );
    await push(server.client, large);
    await untilQuiet(server.client);
    const ours = await openPage(browser.context, server.url, pages.url);
    const theirs = await openPage(browser.context, pages.url, pages.url);
    const rounds = length === 'full' ? { count: 9, warmUps: 2 } : { count: 3, warmUps: 1 };
    tell(`${rounds.count} downloads a side`);
    const times = await interleaved(
      rounds,
      () => ours.evaluate(name => window.pull(name), model),
      () => theirs.evaluate(name => window.fetchWhole(name), model),
    );
    const row = { case: `${(large.length / 1e6).toFixed(0)} MB, loopback`, metric: 'ms until it is stored' };
    return [compared({ ...row, peer: 'one file, put whole into IndexedDB', goal }, times.ours, times.theirs)];
  } finally {
    await browser.close();
    await server.close();
    await pages.close();
  }
}

async function push(client: AdminClient, bytes: Bytes): Promise<void> {
  const chunked = await chunkFile(bytes, tensorLayout(bytes));
  await uploadFile(client, chunked);
  await client.push(model, { file: chunked.ref });
}

async function untilQuiet(client: AdminClient): Promise<void> {
  let known = -1;
  for (;;) {
    const { variants } = await client.version(model, 1);
    if (variants.length === known) return;
    known = variants.length;
    await new Promise(resolve => setTimeout(resolve, quietMs));
  }
}

/** The built page, under an origin that has another: what it asks for while it loads comes from where it was built. */
async function openPage(context: BrowserContext, origin: string, pagesUrl: string): Promise<Page> {
  const page = await context.newPage();
  // What is measured is not among them: each request would take a turn through this process.
  for (const path of origin === pagesUrl ? [] : ['download.html', 'assets/**']) {
    await page.route(`${origin}/${path}`, async route => {
      const { pathname } = new URL(route.request().url());
      const response = await fetch(pagesUrl + pathname);
      const headers = Object.fromEntries(response.headers);
      return route.fulfill({ headers, body: Buffer.from(await response.arrayBuffer()) });
    });
  }
  await page.goto(`${origin}/download.html`);
  await page.waitForFunction(() => typeof window.pull === 'function');
  return page;
}
