// A line to the server that is slow, for the page that asks; and what has come over it into the page's database.
import type { CDPSession, Page } from 'playwright';

export async function throttle(page: Page, bytesPerSecond: number): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 50,
    downloadThroughput: bytesPerSecond,
    uploadThroughput: bytesPerSecond,
  });
  return session;
}

export type Counts = Readonly<Record<'chunks' | 'installed' | 'downloads', number>>;

/** How many rows the page's database has, by store. */
export function counts(page: Page): Promise<Counts> {
  return page.evaluate(
    () =>
      new Promise<Record<'chunks' | 'installed' | 'downloads', number>>((resolve, reject) => {
        const open = indexedDB.open('haversack');
        open.onerror = () => reject(new Error('no database'));
        open.onsuccess = () => {
          const tx = open.result.transaction(['chunks', 'installed', 'downloads']);
          const found = { chunks: 0, installed: 0, downloads: 0 };
          for (const store of ['chunks', 'installed', 'downloads'] as const) {
            const request = tx.objectStore(store).count();
            request.onsuccess = () => {
              found[store] = request.result;
            };
          }
          tx.oncomplete = () => {
            open.result.close();
            resolve(found);
          };
        };
      }),
  );
}
