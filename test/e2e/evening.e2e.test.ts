// No network all day, every phone better by evening: three phones that a registry has let in go out, the server is off, each
// meets other digits; bundles go to one of them, it learns from all and hands back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sideways, smallTargets, violations } from './support/access.ts';
import { answeredBy, enterAdminKey, go, promote } from './support/app.ts';
import {
  carry,
  type Evening,
  labelDigits,
  type Marks,
  marksOf,
  model,
  morning,
  openBundle,
  train,
} from './support/evening.ts';

describe('a day without a network', () => {
  let evening: Evening;
  let before: Marks;
  const alone: Marks[] = [];
  let handedBack: string;

  beforeAll(async () => {
    evening = await morning();
    before = await marksOf(evening.phones[0].page);
    await evening.server.stop();
  });
  afterAll(() => evening.close());

  it('begins with a model that hardly knows six of ten digits', () => {
    expect(before.accuracy).toBeLessThan(0.7);
    expect(Math.min(...before.recall.values())).toBeLessThan(0.3);
  });

  it('lets each phone learn what it meets, and use it at once, before it has a number', async () => {
    await Promise.all(
      evening.phones.map(async phone => {
        const { page } = phone;
        await labelDigits(phone);
        await train(page);
        await page.getByRole('button', { name: 'Use it now' }).click();
        await page.getByText('It runs here, in place of version 1.').waitFor();
      }),
    );
    for (const { page } of evening.phones) {
      alone.push(await marksOf(page));
      await page.getByText('This runs what was taught on this device from version 1').waitFor();
    }
  });

  it('brings two bundles to the third phone: samples in its inbox, candidates that could be used', async () => {
    const [anna, ben, cleo] = evening.phones;
    for (const { page } of [ben, cleo]) {
      const { path } = await carry(page, evening.folder, { taught: true, samples: true });
      await openBundle(anna.page, path);
      await anna.page.getByText(`${model}: 30 samples of `).waitFor();
      await anna.page.getByText(`${model}: taught on `).waitFor();
      expect(await anna.page.getByText('refused').count()).toBe(0);
    }
    await anna.page.getByText('60 to look at · 0 accepted · 0 rejected').waitFor();
    expect(await violations(anna.page)).toEqual([]);
    expect(await smallTargets(anna.page)).toEqual([]);
    expect(await sideways(anna.page)).toBe(0);
    // The same again brings nothing new.
    const again = await carry(ben.page, evening.folder, { taught: true, samples: true });
    await openBundle(anna.page, again.path);
    await anna.page.getByText('60 to look at · 0 accepted · 0 rejected').waitFor();
    expect(await anna.page.getByText('was here already').count()).toBe(2);
  });

  it('learns from all of them there, and judges each phone’s held-out samples apart', async () => {
    const { page } = evening.phones[0];
    await page.getByRole('button', { name: 'Accept 60 samples' }).click();
    await page.getByText('0 to look at · 60 accepted · 0 rejected').waitFor();
    await page.getByText('From version 1, with 90 samples of 3 devices.').waitFor();
    await train(page);
    const rows = page
      .getByRole('region', { name: 'Each device’s held-out samples apart' })
      .locator('tbody tr');
    expect(await rows.count()).toBe(3);
    await page.getByRole('button', { name: 'Use it now' }).first().click();
    await page.getByText('It runs here, in place of version 1.').waitFor();
  });

  it('hands back, and all three know all digits, better than each alone', async () => {
    const [anna, ben, cleo] = evening.phones;
    handedBack = (await carry(anna.page, evening.folder, { taught: true, samples: false })).path;
    for (const { page } of [ben, cleo]) {
      await openBundle(page, handedBack);
      // The newest comes first.
      await page.getByRole('button', { name: 'Use it now' }).first().click();
      await page.getByText(/This runs what was taught on .* from version 1/).waitFor();
    }
    const best = Math.max(...alone.map(({ accuracy }) => accuracy));
    const marks = await Promise.all(evening.phones.map(({ page }) => marksOf(page)));
    for (const each of marks) {
      expect(each.accuracy).toBe(marks[0]!.accuracy);
      expect(each.accuracy).toBeGreaterThan(best + 0.1);
      expect(Math.min(...each.recall.values())).toBeGreaterThan(0.3);
    }
  });

  it('is a version the next morning, which the phones take over without fetching its weights', async () => {
    const [anna, ben] = evening.phones;
    await evening.server.start();
    await go(anna.page, `#/judge/${model}`);
    await anna.page.getByRole('button', { name: 'Send', exact: true }).first().click();
    await anna.page.getByText('sent: it is version 2').first().waitFor({ timeout: 90_000 });
    const fetched: string[] = [];
    ben.page.on('request', request => {
      if (/\/chunks/.test(request.url())) fetched.push(request.url());
    });
    const admin = await anna.device.open(evening.server.url);
    await enterAdminKey(admin, await evening.server.adminKey());
    await promote(admin, model, 2);
    await admin.close();
    await go(ben.page, '#/library');
    await ben.page.getByRole('button', { name: 'Look for news' }).click();
    await go(ben.page, `#/use/${model}`);
    await answeredBy(ben.page, model, 2);
    expect(fetched).toEqual([]);
    expect(evening.phones.flatMap(({ device }) => device.complaints)).toEqual([]);
  });
});
