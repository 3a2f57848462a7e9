// The device's store as its owner meets it: in two tabs, damaged, pinned, on a metered link, and thrown away by the browser.
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { startAlone } from './support/alone.ts';
import { modelCard } from './support/app.ts';
import { crash } from './support/device.ts';
import { counts } from './support/line.ts';

describe('what is stored', () => {
  const alone = startAlone();

  const library = () => alone.device.open(`${alone.server.url}/#/library`);
  const getButton = (page: Page) =>
    modelCard(page, 'digits').getByRole('button', { name: 'Get', exact: true });
  const isHere = (page: Page) =>
    modelCard(page, 'digits')
      .getByText('on this device', { exact: true })
      .first()
      .waitFor({ timeout: 60_000 });

  it('waits on a metered link until its owner says otherwise', async () => {
    const page = await alone.device.open('about:blank');
    await page.addInitScript(() => {
      // No browser can be put on a mobile network by a test.
      const link = Object.assign(new EventTarget(), { type: 'cellular', saveData: false });
      Object.defineProperty(navigator, 'connection', { value: link });
    });
    await page.goto(`${alone.server.url}/#/library`);
    await getButton(page).click();
    await page.getByText('Waits for Wi-Fi or another connection that costs nothing').waitFor();
    expect((await counts(page)).chunks).toBe(0);
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await getButton(page).click();
    await page.getByRole('button', { name: 'Download anyway' }).click();
    await isHere(page);
    await page.close();
  });

  it('is the same in every tab, fetched by one of them, and one takes over from another that dies', async () => {
    const [first, second] = [await library(), await library()];
    const asked: string[] = [];
    second.on('request', request => {
      if (request.url().includes('/chunks')) asked.push(request.url());
    });
    await modelCard(first, 'iris').getByRole('button', { name: 'Get', exact: true }).click();
    for (const page of [first, second]) {
      await modelCard(page, 'iris').getByText('on this device', { exact: true }).first().waitFor();
    }
    expect(asked).toEqual([]);
    const [listening, other] = (await listensToNews(first)) ? [first, second] : [second, first];
    expect(await listensToNews(listening)).toBe(true);
    await crash(listening);
    await expect.poll(() => listensToNews(other), { timeout: 30_000 }).toBe(true);
    await other.close();
  });

  it('is pinned behind a menu', async () => {
    const page = await library();
    const card = modelCard(page, 'digits');
    await card.getByText(/^\d versions?$/).click();
    await card.getByLabel('More about version 1').click();
    await card
      .getByText(/of its own/)
      .first()
      .waitFor();
    await card.getByRole('button', { name: 'Keep whatever happens' }).click();
    await card.getByText('pinned', { exact: true }).waitFor();
    await page.close();
  });

  it('is found damaged by a check, fetched again, and both are said', async () => {
    const page = await library();
    const before = await counts(page);
    await flipBit(page);
    await page.getByRole('button', { name: 'Check storage' }).click();
    await page
      .getByText(/was damaged in the browser’s storage, and is whole again/)
      .first()
      .waitFor();
    expect(await counts(page)).toEqual(before);
    await page.getByRole('button', { name: 'Check storage' }).click();
    await page.getByText(/pieces are as they were stored/).waitFor();
    await page.getByRole('button', { name: 'I have read it' }).click();
    await page.getByText('I have read it').waitFor({ state: 'detached' });
    await page.close();
  });

  it('is said to be gone where the browser threw it away', async () => {
    const page = await library();
    await isHere(page);
    const session = await page.context().newCDPSession(page);
    const loaded = page.waitForEvent('load');
    await session.send('Storage.clearDataForOrigin', { origin: alone.server.url, storageTypes: 'indexeddb' });
    await loaded;
    await page.getByText(/The browser has cleared what this app had stored here/).waitFor();
    await getButton(page).waitFor();
    await page.getByRole('button', { name: 'Understood' }).click();
    await page.getByText(/The browser has cleared/).waitFor({ state: 'detached' });
    await page.close();
  });
});

/** Whether it is this page that holds the stream of news. */
function listensToNews(page: Page): Promise<boolean> {
  return page.evaluate(() =>
    navigator.locks.request('whose', async () => {
      const { held = [] } = await navigator.locks.query();
      const own = held.find(({ name }) => name === 'whose')?.clientId;
      return held.some(({ name, clientId }) => name === 'haversack:updates' && clientId === own);
    }),
  );
}

/** In the first chunk that is stored. */
async function flipBit(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const settled = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error!);
      });
    const db = await settled(indexedDB.open('haversack'));
    const row = await settled(
      db.transaction('chunks').objectStore('chunks').get(IDBKeyRange.lowerBound('')) as IDBRequest<{
        bytes: ArrayBuffer;
      }>,
    );
    new Uint8Array(row.bytes)[100]! ^= 4;
    await settled(db.transaction('chunks', 'readwrite').objectStore('chunks').put(row));
    db.close();
  });
}
