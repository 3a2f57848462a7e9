// What else a person does with the app, and what it says when something is in the way.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answeredBy, enterAdminKey, go, installModels, modelCard } from './support/app.ts';
import { Device } from './support/device.ts';
import { drop, modelWithUnknownOperator, modelWithWeightsElsewhere, shiftModel } from './support/files.ts';
import { type Front, startFront } from './support/front.ts';
import { counts, throttle } from './support/line.ts';
import { type RunningServer, startServer } from './support/server.ts';

/** Slow enough that 100 kB take seconds. */
const slowBytesPerSecond = 15_000;
/** Room for a small model, which the browser lets in unseen, and for no runtime. */
const tinyQuotaBytes = 1000;

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** Marks the page, so that a reload would be seen. */
async function mark(page: Page): Promise<() => Promise<boolean>> {
  await page.evaluate(() => {
    document.documentElement.dataset['marked'] = 'yes';
  });
  return () => page.evaluate(() => document.documentElement.dataset['marked'] === 'yes');
}

describe('a download', () => {
  let device: Device;
  let page: Page;
  beforeAll(async () => {
    device = await Device.create();
    page = await device.open(`${server.url}/#/library`);
  });
  afterAll(() => device.close());

  it('can be paused, goes on, and is dropped with all its pieces', async () => {
    const card = modelCard(page, 'digits');
    await card.getByRole('button', { name: 'Get', exact: true }).waitFor();
    const slow = await throttle(page, slowBytesPerSecond);
    await card.getByRole('button', { name: 'Get', exact: true }).click();
    await card.getByText(/Downloading [1-9]/).waitFor();
    expect(await card.innerText()).toMatch(/[\d.]+\s(kB|bytes) of [\d.]+\skB/);
    await card.getByRole('button', { name: 'Pause' }).click();
    await card.getByText('Paused').waitFor();
    const paused = await counts(page);
    expect(paused).toMatchObject({ installed: 0, downloads: 1 });
    await card.getByRole('button', { name: 'Go on' }).click();
    await card.getByText(/Downloading/).waitFor();
    await card.getByRole('button', { name: 'Cancel' }).click();
    await card.getByRole('button', { name: 'Get', exact: true }).waitFor();
    await expect.poll(() => counts(page)).toEqual({ chunks: 0, installed: 0, downloads: 0 });
    await slow.detach();
  });

  it('is not “on this device” while there is no room for what computes it, which is said', async () => {
    const session = await page.context().newCDPSession(page);
    const origin = server.url;
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: tinyQuotaBytes });
    const card = modelCard(page, 'iris');
    await card.getByRole('button', { name: 'Get', exact: true }).click();
    await card.getByText('here · needs the network until the rest is fetched').first().waitFor();
    const note = page.locator('main').getByRole('alert').first();
    await note.getByText('This device has no room left for it.').waitFor();
    expect(await note.innerText()).toContain('Remove models you do not use in Library');
    expect(await card.getByText('on this device', { exact: true }).count()).toBe(0);
    await session.send('Storage.overrideQuotaForOrigin', { origin });
  });

  it('is “on this device” when what computes it is there too', async () => {
    let letThrough: () => void = () => undefined;
    const seen = new Promise<void>(resolve => {
      letThrough = resolve;
    });
    await page.context().route('**/assets/ort*', async route => {
      await seen;
      await route.continue();
    });
    const card = modelCard(page, 'iris');
    await page.locator('main').getByRole('button', { name: 'Try again' }).click();
    await card
      .getByText(/the rest is coming/)
      .first()
      .waitFor();
    expect(await card.getByText('on this device', { exact: true }).count()).toBe(0);
    letThrough();
    await card.getByText('on this device', { exact: true }).first().waitFor({ timeout: 60_000 });
    expect(await page.locator('main').getByRole('alert').count()).toBe(0);
    await page.context().unroute('**/assets/ort*');
  });

  it('is removed again when that is confirmed, and only that', async () => {
    const card = modelCard(page, 'iris');
    await card.getByText('2 versions').click();
    await card.getByLabel('More about version 2').click();
    await card.getByRole('button', { name: 'Remove version 2' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect((await counts(page)).installed).toBe(1);
    await card.getByRole('button', { name: 'Remove version 2' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await card.getByText('not on this device').waitFor();
    await expect.poll(() => counts(page)).toEqual({ chunks: 0, installed: 0, downloads: 0 });
    await page.getByText('No model on this device yet').waitFor();
  });
});

describe('settings and storage', () => {
  let device: Device;
  let page: Page;
  beforeAll(async () => {
    device = await Device.create();
    page = await device.open(`${server.url}/#/settings`);
  });
  afterAll(() => device.close());

  it('change the language and the theme at once, and keep them', async () => {
    const marked = await mark(page);
    await page.getByLabel('Language', { exact: true }).selectOption('zh-CN');
    await page.getByRole('heading', { name: '设置', level: 1 }).waitFor();
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await ground();
    await page.getByLabel('主题').selectOption('dark');
    await expect.poll(ground).not.toBe(light);
    expect(await marked()).toBe(true);
    await page.reload();
    await page.getByRole('heading', { name: '设置', level: 1 }).waitFor();
    await expect.poll(ground).not.toBe(light);
    await page.getByLabel('语言', { exact: true }).selectOption('en');
    await page.getByLabel('Theme').selectOption('system');
  });

  it('ask the browser to keep the storage, and say what it answered', async () => {
    await page.getByText(/of .* used by this app/).waitFor();
    await page.getByRole('button', { name: 'Ask to keep it' }).click();
    const promised = await page.evaluate(() => navigator.storage.persisted());
    await page
      .getByText(promised ? 'The browser has promised not to clear it' : 'The browser did not promise')
      .first()
      .waitFor();
  });
});

describe('where the browser keeps nothing', () => {
  it('says so, and what helps', async () => {
    const device = await Device.create();
    const page = await device.open('about:blank');
    await page.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('The user denied permission to access the database.', 'SecurityError');
      };
    });
    await page.goto(server.url);
    await page.getByRole('heading', { name: 'The app cannot start here.' }).waitFor();
    const note = await page.getByRole('alert').innerText();
    expect(note).toContain('The browser’s storage refused.');
    expect(note).toContain('private windows may keep nothing');
    await device.close();
  });
});

describe('a table', () => {
  it('is answered when it is dropped as a file', async () => {
    const device = await Device.create();
    const page = await device.open(server.url);
    await installModels(page, ['iris']);
    await go(page, '#/use/iris');
    await answeredBy(page, 'iris', 2);
    await page.getByRole('tab', { name: 'Table' }).click();
    const csv =
      'petal_width_cm,petal_length_cm,sepal_width_cm,sepal_length_cm\n0.2,1.4,3.5,5.1\n2.5,6.0,3.3,6.3\n';
    await drop(page, 'main .drop', 'flowers.csv', csv);
    const rows = page.locator('main tbody tr');
    await expect.poll(() => rows.count()).toBe(2);
    expect(await rows.allInnerTexts()).toEqual([
      expect.stringContaining('setosa'),
      expect.stringContaining('virginica'),
    ]);
    await device.close();
  });
});

describe('a model that someone brings', () => {
  let device: Device;
  let page: Page;
  beforeAll(async () => {
    device = await Device.create();
    page = await device.open(server.url);
    await enterAdminKey(page, await server.adminKey());
    await page.getByRole('link', { name: 'Upload a model' }).click();
  });
  afterAll(() => device.close());

  it.each([
    ['is no ONNX', 'notes.onnx', 'no model at all', 'This file is not an ONNX model.', /notes\.onnx/],
    [
      'has an operator nobody knows',
      'odd.onnx',
      modelWithUnknownOperator(),
      'The model uses an operator that this runtime lacks.',
      /Frobnicate/,
    ],
    [
      'left its weights elsewhere',
      'half.onnx',
      modelWithWeightsElsewhere(),
      'The model keeps weights in another file that did not come with it.',
      /shift\.bin/,
    ],
  ] as const)('is refused with its reason when it %s', async (_, name, content, title, detail) => {
    await drop(page, 'main .drop', name, content);
    await page.getByText(title).waitFor();
    await page.getByRole('heading', { name: `${name} cannot be uploaded` }).waitFor();
    expect(await page.locator('main').innerText()).toMatch(detail);
  });

  it('is looked at, uploaded, and offered', async () => {
    await drop(page, 'main .drop', 'shift.onnx', shiftModel());
    await page.getByText('Add × 1').waitFor();
    expect(await page.getByLabel('Name of the model').inputValue()).toBe('shift');
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    await page.getByText('Uploaded: shift version 1.').waitFor();
    await installModels(page, ['shift']);
  });

  it('answers a form that is made from its interface', async () => {
    await go(page, '#/use/shift');
    await page.getByLabel('Values').fill('1, 2');
    await page.getByRole('button', { name: 'Run' }).click();
    await expect.poll(() => page.locator('main dd.detail').innerText()).toMatch(/11\s+22/);
  });

  it('cannot be taught, which Teach says with what is lacking', async () => {
    await go(page, '#/teach/shift');
    await page.getByText('This version can be used and compared; it cannot be taught here').waitFor();
    const text = await page.locator('main').innerText();
    expect(text).toContain('names for its classes');
    // Its graph and one's own samples are enough.
    for (const lack of ['layers', 'data set']) expect(text).not.toContain(lack);
    expect(await page.getByRole('button', { name: 'Start training' }).count()).toBe(0);
  });
});

describe('a new build of the app', () => {
  let device: Device;
  let front: Front;
  let page: Page;
  beforeAll(async () => {
    front = await startFront(server.port);
    device = await Device.create();
    page = await device.open(front.url);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  });
  afterAll(async () => {
    await device.close();
    await front.close();
  });

  const waiting = () =>
    page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.waiting?.state ?? null);

  it('is offered, and waits', async () => {
    const marked = await mark(page);
    front.deploy();
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update().then(() => undefined));
    await page.getByText('A new version of the app is ready.').waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Later' }).click();
    expect(await waiting()).toBe('installed');
    expect(await marked()).toBe(true);
  });

  it('is taken on a yes, and only then', async () => {
    await page.reload();
    const other = await device.open(front.url);
    for (const each of [page, other]) {
      await each.getByText('A new version of the app is ready.').waitFor();
    }
    expect(await waiting()).toBe('installed');
    // The other tab says yes when there is nothing left to wait for.
    for (const each of [page, other]) {
      const marked = await mark(each);
      await each.getByRole('button', { name: 'Reload' }).click();
      await expect.poll(() => marked().catch(() => true), { timeout: 30_000 }).toBe(false);
      await expect.poll(waiting).toBe(null);
      await each.getByRole('heading', { name: 'Models you carry' }).waitFor();
    }
    await other.close();
  });
});
