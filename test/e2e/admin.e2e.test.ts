// An admin at work, in the real app against a real registry with a history: looks at a fork, rolls a version out, meets
// somebody who was faster, sees the registry stop a bad release, goes back, and can say afterwards what ran and why.
import type { Page } from 'playwright';
import type { DeviceInfo } from '../../src/core/artifact/access-api.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectReachable } from './support/access.ts';
import { enterAdminKey, go } from './support/app.ts';
import { Device } from './support/device.ts';
import { type Fleet, fleetModel, running, startFleet, update } from './support/fleet.ts';

const aliasPath = `models/${fleetModel}/aliases/production`;
const rolloutHash = `#/admin/models/${fleetModel}/rollout`;

describe('an admin', () => {
  let fleet: Fleet;
  let device: Device;
  let page: Page;

  beforeAll(async () => {
    fleet = await startFleet(afterAll);
    for (const name of fleet.devices.keys()) await fleet.report(name, { active: running(1) });
    // So high that what is said in passing covers nothing that is tapped.
    device = await Device.create({ viewport: { width: 390, height: 1600 } });
    page = await device.open(fleet.url);
    await enterAdminKey(page, fleet.server.key);
  });
  afterAll(async () => {
    expect(device.complaints).toEqual([]);
    await device.close();
  });

  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const inDialog = (name: string) => page.getByRole('dialog').getByRole('button', { name, exact: true });

  /** Answers the question for a reason, and does it. */
  async function because(why: string, action: string): Promise<void> {
    await page.getByRole('dialog').getByLabel('Why').fill(why);
    await inDialog(action).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  it('finds a model by its tag, and reads its card without the HTML that is in it', async () => {
    await go(page, '#/admin');
    await page.getByRole('searchbox').fill('plants');
    await page.getByRole('link', { name: fleetModel }).click();
    await page.getByRole('link', { name: 'About', exact: true }).click();
    await page.getByRole('heading', { name: 'Where it fails' }).waitFor();
    expect(await page.getByText('<img src=x').isVisible()).toBe(true);
    expect(await page.locator('.markdown img').count()).toBe(0);
    await expectReachable(page);
  });

  it('sees siblings as a fork, in the picture and in words, and reaches each by keyboard', async () => {
    await go(page, `#/admin/models/${fleetModel}/versions`);
    const list = page.getByRole('list', { name: `Versions of ${fleetModel}, newest first` });
    const rows = await list.getByRole('listitem').allInnerTexts();
    expect(rows.map(row => row.split('\n')[0])).toEqual([6, 5, 4, 3, 2, 1].map(n => `Version ${n}`));
    expect(rows[1]).toContain('a fork: from version 2, as are 3, 4');
    expect(rows[0]).toContain('new architecture');
    // Three lanes come together in version 2.
    expect(await list.getByRole('listitem').nth(4).locator('svg path').count()).toBe(3);
    await expectReachable(page);
    await list.getByRole('link').nth(2).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Version 4', exact: true }).waitFor();
    await page.getByRole('link', { name: 'field 1', exact: true }).waitFor();
    await page.getByText('Version 4 is better than the others at oak.').waitFor();
    await page.getByText('Version 5 is better than the others at ash.').waitFor();
    await expectReachable(page);
  });

  it('is told that an alias moved while deciding, and decides on how it is now', async () => {
    await go(page, `#/admin/models/${fleetModel}/versions/3`);
    await button('Promote version 3').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('slider').fill('30');
    await dialog
      .getByText(/Version 3 for \d+ of 12 devices that are let in. The others get version 1./)
      .waitFor();
    await fleet.admin('PUT', aliasPath, { version: 2, why: 'I was faster' }, { 'if-match': '"1"' });
    await button('Start the rollout').click();
    await dialog.getByText('it points at version 2 now').waitFor();
    expect(await alias()).toMatchObject({ version: 2, revision: 2 });
    await inDialog('I see: decide again').click();
    await dialog.getByText('The others get version 2.').waitFor();
    await dialog.getByLabel('Why').fill('a third of them first');
    await button('Start the rollout').click();
    await dialog.waitFor({ state: 'detached' });
    expect(await alias()).toMatchObject({
      version: 3,
      rollout: { share: 0.3, groups: null },
      otherwise: { version: 2 },
    });
  });

  it('undoes a move with one tap', async () => {
    await go(page, rolloutHash);
    await button('For all').click();
    await because('impatience', 'For all');
    await expect.poll(alias).toMatchObject({ version: 3, rollout: { share: 1 } });
    await page.getByRole('status').getByRole('button', { name: 'Undo' }).last().click();
    await expect.poll(alias).toMatchObject({
      version: 3,
      rollout: { share: 0.3 },
      otherwise: { version: 2 },
    });
  });

  it('sees who runs what, how they fared, and that the registry held a bad release itself', async () => {
    for (const name of ['field 1', 'field 2']) {
      await fleet.report(name, { active: running(3), update: update(1, 3, null) });
    }
    for (const name of ['field 3', 'field 4', 'field 5']) {
      await fleet.report(name, { active: running(1), update: update(1, 3, 'case 2 answers otherwise') });
    }
    await button('Refresh').click();
    await page.getByText('The registry held this rollout itself.').waitFor();
    await page.getByText('2 took it').waitFor();
    await page.getByText('3 went back').waitFor();
    expect(await page.getByText('case 2 answers otherwise').count()).toBe(3);
    const legend = page.getByRole('region', { name: 'What devices run' }).getByRole('listitem');
    expect(await legend.allInnerTexts()).toEqual(['Version 3\n2', 'Version 1\n10']);
    await expectReachable(page);
    await page.getByRole('link', { name: 'Version 3', exact: true }).first().click();
    await expect.poll(() => page.locator('.admin-row').count()).toBe(2);
  });

  it('rolls back with a reason, which the audit keeps; and can say what ran today', async () => {
    await go(page, rolloutHash);
    await button('Roll back to version 2').click();
    await because('leaves of oaks', 'Roll back');
    await expect.poll(alias).toMatchObject({ version: 2, held: false, rollout: { share: 1 } });
    await page.getByRole('link', { name: 'About', exact: true }).click();
    await page.getByRole('link', { name: `Audit of ${fleetModel}` }).click();
    await page.getByText('Why: leaves of oaks').waitFor();
    await page.getByText('Why: a third of them first').waitFor();
    const day = await page.evaluate(() => new Date().toLocaleDateString('sv-SE'));
    await page.getByRole('textbox', { name: 'Day' }).fill(day);
    await page.getByText('production', { exact: true }).waitFor();
    await page.getByRole('list').getByText('Version 2', { exact: true }).waitFor();
    await page.getByRole('textbox', { name: 'Day' }).fill('2020-05-03');
    await page.getByText('No alias of this model existed then.').waitFor();
    await expectReachable(page);
  });

  it('retires a version, unless an alias points at it, and takes it back', async () => {
    await go(page, `#/admin/models/${fleetModel}/versions/2`);
    await button('Retire').click();
    await because('old', 'Retire');
    await page.getByText(`${fleetModel}@production`).first().waitFor();
    await go(page, `#/admin/models/${fleetModel}/versions/5`);
    await button('Retire').click();
    await because('worse than its sibling', 'Retire');
    await button('Take back').click();
    await because('not so bad', 'Take back');
    await button('Promote version 5').waitFor();
  });

  it('tells what a model is, but not over what somebody else wrote meanwhile', async () => {
    await go(page, `#/admin/models/${fleetModel}/about`);
    await button('Edit').first().click();
    await page.getByLabel('Tags').fill('plants trees');
    await fleet.admin('PATCH', `models/${fleetModel}`, { tags: ['theirs'] }, { 'if-match': '*' });
    await button('Save').click();
    await page.getByText('Somebody else was faster.').waitFor();
    await button('Cancel').click();
    await button('Edit').first().click();
    await page.getByLabel('Tags').fill('theirs trees');
    await button('Save').click();
    await page.getByText('Saved.').waitFor();
    const { tags } = (await fleet.admin('GET', `models/${fleetModel}`)) as { tags: string[] };
    expect(tags.toSorted()).toEqual(['theirs', 'trees']);
  });

  it('looks what could be freed before anything is', async () => {
    await button('Look what could go').click();
    await page.getByText(/^(Would free|Nothing to free)/).waitFor();
  });

  it('invites a device with a link, which lets it in with role and groups, once', async () => {
    await go(page, '#/admin/devices');
    await button('Invite a device').click();
    await page.getByRole('dialog').getByLabel('Groups').fill('north');
    await button('Make a code').click();
    await page.getByRole('img', { name: 'QR code that opens the app with this code' }).waitFor();
    await expectReachable(page);
    await page.getByText('The link', { exact: true }).click();
    const link = await page.getByText(`${fleet.url}/#/settings?enrol=`).innerText();
    await inDialog('Close').click();
    const other = await Device.create();
    const guest = await other.open(link);
    await guest.getByRole('button', { name: 'Join', exact: true }).first().click();
    await expect
      .poll(async () => {
        const answer = await fleet.admin('GET', 'devices');
        const { devices } = answer as { devices: { groups: string[]; role: string; name: string }[] };
        return devices
          .filter(({ name }) => !name.startsWith('field'))
          .map(({ role, groups }) => [role, groups]);
      })
      .toEqual([['trainer', ['north']]]);
    await other.close();
  });

  it('gives a device rights of its own, and its role’s back', async () => {
    const grantsOf = async (name: string) => {
      const { devices } = (await fleet.admin('GET', 'devices')) as { devices: DeviceInfo[] };
      return devices.find(device => device.name === name)?.grants;
    };
    await go(page, '#/admin/devices');
    await page.getByRole('searchbox').fill('field 11');
    await page.getByRole('link', { name: /field 11/ }).click();
    await page.getByLabel('What it may', { exact: true }).selectOption({ label: 'only what I choose' });
    await page.getByRole('checkbox', { name: 'hand in' }).check();
    await button('Change').click();
    await expect
      .poll(() => grantsOf('field 11'))
      .toEqual([{ model: '*', rights: ['read', 'predict', 'write'] }]);
    await expectReachable(page);
    await go(page, '#/admin/devices');
    await page.getByRole('searchbox').fill('field 11');
    await page.getByRole('link', { name: /field 11.*own rights.*all models: see and fetch/ }).click();
    await page.getByLabel('What it may', { exact: true }).selectOption({ label: 'as a role, on all models' });
    await button('Change').click();
    await expect.poll(() => grantsOf('field 11')).toBe(null);
  });

  it('changes groups and role of a device, and shuts it out', async () => {
    await go(page, '#/admin/devices');
    await page.getByRole('searchbox').fill('field 12');
    await page.getByRole('link', { name: /field 12/ }).click();
    await page.getByLabel('Groups').fill('north east');
    await button('Change').click();
    await page.getByText('field 12 is let in as device.').waitFor();
    await expectReachable(page);
    await button('Shut out').click();
    await inDialog('Shut out').click();
    await page.getByText('field 12 is shut out.').waitFor();
    const answer = await fleet.admin('GET', 'devices');
    const { devices } = answer as { devices: { name: string; status: string; groups: string[] }[] };
    const shut = devices.find(({ name }) => name === 'field 12');
    expect(shut?.status).toBe('revoked');
    expect(shut?.groups.toSorted()).toEqual(['east', 'north']);
  });

  it('makes a key that works, sees it once, and revokes it', async () => {
    await go(page, '#/admin/keys');
    await page.getByLabel('Name').fill('nightly build');
    await button('Make the key').click();
    const key = await page.locator('output[aria-label="Access key"]').innerText();
    const asKey = () => fleet.server.ask('GET', 'me', { token: key });
    expect((await asKey()).json).toMatchObject({ kind: 'access-key', role: 'trainer' });
    await expectReachable(page);
    await button('I have kept it').click();
    expect(await page.getByText(key).count()).toBe(0);
    await button('Revoke: nightly build').click();
    await inDialog('Revoke').click();
    await page.getByText('The key of nightly build is revoked.').waitFor();
    expect((await fleet.server.ask('GET', 'devices', { token: key })).status).toBe(401);
  });

  it('makes a key for one model with a limit, and another that follows it', async () => {
    await go(page, '#/admin/keys');
    await page.getByLabel('Name').fill('shop');
    await page.getByLabel('What it may', { exact: true }).selectOption({ label: 'only what I choose' });
    await page.getByLabel('Model', { exact: true }).selectOption(fleetModel);
    await page.getByLabel('see and fetch').uncheck();
    await page.getByText('Limits', { exact: true }).click();
    await page.getByLabel('Requests a minute').fill('none');
    await expect.poll(() => button('Make the key').isDisabled()).toBe(true);
    await page.getByLabel('Requests a minute').fill('600');
    await expectReachable(page);
    await button('Make the key').click();
    const first = await page.locator('output[aria-label="Access key"]').innerText();
    const asKey = async (token: string) => (await fleet.server.ask('GET', 'me', { token })).json['grants'];
    const grants = [{ model: fleetModel, rights: ['predict'] }];
    expect(await asKey(first)).toEqual(grants);
    await button('I have kept it').click();
    await page.getByText('600 requests a minute').waitFor();
    await button('Replace: shop').click();
    await inDialog('Replace').click();
    const kept = page.locator('output[aria-label="Access key"]');
    await kept.waitFor();
    const next = await kept.innerText();
    expect(next).not.toBe(first);
    // The one before goes on for a day.
    expect([await asKey(first), await asKey(next)]).toEqual([grants, grants]);
    await page.getByText('replaced', { exact: true }).waitFor();
    await expectReachable(page);
    await button('I have kept it').click();
  });

  it('keeps what it saw while the registry cannot be reached, and says so', async () => {
    await go(page, rolloutHash);
    await page.getByText('Version 2', { exact: true }).first().waitFor();
    await page.route('**/registry/**', route => route.abort());
    await button('Refresh').click();
    const alert = page.getByRole('alert').first();
    await alert.waitFor();
    await page.getByRole('region', { name: 'What devices run' }).waitFor();
    // Pressed while it is away still: back, the page asks again by itself, and the alert may go before it is pressed.
    const asked = page.waitForRequest('**/registry/**');
    await alert.getByRole('button', { name: 'Try again' }).click();
    await asked;
    await alert.waitFor();
    await page.unroute('**/registry/**');
    await button('Refresh').click();
    await alert.waitFor({ state: 'detached' });
  });

  async function alias(): Promise<unknown> {
    return ((await fleet.admin('GET', aliasPath)) as { signed: unknown }).signed;
  }
});
