// A real Chromium with a fresh profile on disk, and what benchmarks ask of the app in it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright';
import { chromiumArguments, findChromium, ownGpu } from '../scripts/chromium.mjs';
import { ownGpuName } from './own-gpu.ts';

export const waitMs = 180_000;

export interface BenchBrowser {
  readonly context: BrowserContext;
  readonly name: string;
  close(): Promise<void>;
}

/** Without WebGPU, unless it is asked for: the WASM path is the one that every device has. */
export async function openBrowser({ webgpu } = { webgpu: false }): Promise<BenchBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'haversack-bench-profile-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findChromium(),
    args: chromiumArguments({ webgpu }),
    headless: true,
    // Benchmarks find buttons by their English names.
    locale: 'en-US',
    serviceWorkers: 'allow',
  });
  context.setDefaultTimeout(waitMs);
  const version = `Chromium ${context.browser()?.version() ?? ''}`.trim();
  return {
    context,
    name: webgpu && ownGpu ? `${version} on ${await ownGpuName(context)}` : version,
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Waits for a User Timing mark; milliseconds since the page's navigation began. */
export async function markTime(page: Page, mark: string): Promise<number> {
  await page.waitForFunction(name => performance.getEntriesByName(name).length > 0, mark, {
    timeout: waitMs,
    polling: 50,
  });
  return page.evaluate(name => performance.getEntriesByName(name)[0]!.startTime, mark);
}

/** Milliseconds from navigation to `mark` in a new tab, which is closed again. */
export async function timeInFreshTab(context: BrowserContext, url: string, mark: string): Promise<number> {
  const page = await context.newPage();
  try {
    await page.goto(url);
    return await markTime(page, mark);
  } finally {
    await page.close();
  }
}

/** The model's name, unless a version of it is whole in the app's own store. */
export async function notInstalled(page: Page, model: string): Promise<string[]> {
  const installed = await page.evaluate(async name => {
    // Opening a database that is not there would make an empty one under the app's feet.
    const known = await indexedDB.databases();
    if (!known.some(({ name: database }) => database === 'haversack')) return false;
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('haversack');
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error!);
    });
    try {
      if (!db.objectStoreNames.contains('installed')) return false;
      const range = IDBKeyRange.bound([name, 0], [name, Infinity]);
      const request = db.transaction('installed').objectStore('installed').count(range);
      return await new Promise<boolean>(resolve => {
        request.onsuccess = () => resolve(request.result > 0);
        request.onerror = () => resolve(false);
      });
    } finally {
      db.close();
    }
  }, model);
  return installed ? [] : [`${model} in the app's store`];
}

/** What of these addresses would not be answered without a network: shell and runtime alike. */
export async function notCached(page: Page, urls: readonly string[]): Promise<string[]> {
  return page.evaluate(async all => {
    const registration = await navigator.serviceWorker.getRegistration();
    if (!registration?.active) return ['an active service worker'];
    const found = await Promise.all(
      all.map(url => caches.match(url, { ignoreSearch: true, ignoreVary: true })),
    );
    return all.filter((_, i) => found[i] === undefined);
  }, urls);
}

/** Polls until nothing is lacking. */
export async function untilNothingLacks(lacking: () => Promise<readonly string[]>): Promise<void> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const lacks = await lacking();
    if (lacks.length === 0) return;
    if (Date.now() > deadline)
      throw new Error(`after ${waitMs / 1000} s there is still no ${lacks.join(', ')}`);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}
