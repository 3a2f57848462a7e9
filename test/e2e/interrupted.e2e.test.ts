// A tab that dies half-way through a download: resumed or dropped, never mistaken for a model.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answeredBy, go, modelCard } from './support/app.ts';
import { crash, Device } from './support/device.ts';
import { type RunningServer, startServer } from './support/server.ts';

/** Slow enough that a download of 100 kB is half done for seconds. */
const slowBytesPerSecond = 12_000;

async function throttle(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 50,
    downloadThroughput: slowBytesPerSecond,
    uploadThroughput: slowBytesPerSecond,
  });
}

function storedChunks(page: Page): Promise<{ chunks: number; installed: number; downloads: number }> {
  return page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const open = indexedDB.open('haversack');
        open.onerror = () => reject(new Error('no database'));
        open.onsuccess = () => {
          const tx = open.result.transaction(['chunks', 'installed', 'downloads']);
          const counts = { chunks: 0, installed: 0, downloads: 0 };
          for (const store of ['chunks', 'installed', 'downloads'] as const) {
            const request = tx.objectStore(store).count();
            request.onsuccess = () => {
              counts[store] = request.result;
            };
          }
          tx.oncomplete = () => {
            open.result.close();
            resolve(counts);
          };
        };
      }),
  );
}

describe('a tab that is killed half-way through a download', () => {
  let server: RunningServer;
  let device: Device;

  beforeAll(async () => {
    server = await startServer();
    device = await Device.create();
  });
  afterAll(async () => {
    await device.close();
    await server.stop();
  });

  it('leaves no model, keeps the pieces it had, and goes on from them', async () => {
    const page = await device.open(`${server.url}/#/library`);
    await modelCard(page, 'digits').getByRole('button', { name: 'Get', exact: true }).waitFor();
    await throttle(page);
    await modelCard(page, 'digits').getByRole('button', { name: 'Get', exact: true }).click();
    await expect
      .poll(() => storedChunks(page).then(counts => counts.chunks), { timeout: 60_000 })
      .toBeGreaterThan(0);
    await crash(page);

    const again = await device.open(`${server.url}/#/library`);
    const half = await storedChunks(again);
    expect(half.installed).toBe(0);
    expect(half.chunks).toBeGreaterThan(0);
    const fetched: string[] = [];
    again.on('request', request => {
      if (request.url().includes('/registry/v1/chunks/')) fetched.push(request.url());
    });
    const card = modelCard(again, 'digits');
    const resume = card.getByRole('button', { name: /^(Get|Go on)$/ });
    if (await resume.count()) await resume.first().click();
    await card.getByText('on this device', { exact: true }).waitFor({ timeout: 60_000 });
    const whole = await storedChunks(again);
    expect(whole.installed).toBe(1);
    expect(whole.downloads).toBe(0);
    expect(fetched.length).toBe(whole.chunks - half.chunks);
    await go(again, '#/use/digits');
    await answeredBy(again, 'digits', 1);
  });
});
