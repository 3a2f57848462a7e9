// A device comes in by a link, a picture of it, or the sixteen letters: and only to the registry that it was invited to.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AdminClient } from '../../src/client/admin.ts';
import { invitationLink } from '../../src/core/artifact/enrolment-code.ts';
import { smallTargets, violations } from './support/access.ts';
import { Device } from './support/device.ts';
import { type RunningServer, startServer } from './support/server.ts';

let server: RunningServer;
let admin: AdminClient;
let device: Device;

beforeAll(async () => {
  server = await startServer(['--no-demo']);
  const key = await server.adminKey();
  admin = new AdminClient({ baseUrl: server.url, token: () => Promise.resolve(key) });
});
afterAll(() => server.stop());
beforeEach(async () => {
  device = await Device.create();
});
afterEach(() => device.close());

/** The key that this device has pinned, as its settings show it; empty before first contact. */
const fingerprint = () =>
  document.querySelector('dt + dd.mono + dt + dd.mono')?.textContent.replaceAll(' ', '') ?? '';

describe('an invitation', () => {
  it('is asked about once, lets the device in, and is nowhere in the address or its history', async () => {
    const made = await admin.createEnrolment({ role: 'trainer', groups: ['north'] });
    const page = await device.open(invitationLink(server.url, made));
    const question = page.getByRole('heading', { name: 'Join as trainer?' });
    await question.waitFor();
    expect(page.url()).toBe(`${server.url}/#/settings`);
    expect(await violations(page)).toEqual([]);
    expect(await smallTargets(page)).toEqual([]);
    await page.getByRole('button', { name: 'Join', exact: true }).first().click();
    await page.getByText('Approved as trainer').first().waitFor();
    await question.waitFor({ state: 'detached' });
    await page.getByText('north', { exact: true }).waitFor();
    expect(await page.evaluate(fingerprint)).toBe(made.registry);
    const [enrolled] = await admin.devices();
    expect(enrolled).toMatchObject({ status: 'approved', role: 'trainer', groups: ['north'] });
    await page.goBack().catch(() => null);
    expect(page.url()).not.toContain(made.code);
    await page.goto(`${server.url}/#/settings`);
    await page.reload();
    await page.getByText('Approved as trainer').first().waitFor();
    expect(await question.count()).toBe(0);
    expect(device.complaints).toEqual([]);
  });

  it('to another registry pins nothing and sends nothing, until it is put away', async () => {
    const { code } = await admin.createEnrolment({ role: 'device' });
    const before = (await admin.devices()).length;
    const link = invitationLink(server.url, { code, registry: 'f'.repeat(64), role: 'device' });
    const page = await device.open(link);
    await page.getByText('The registry’s key is not the one this device knows.').waitFor();
    expect(await page.getByRole('heading', { name: 'Join as device?' }).count()).toBe(1);
    expect(await page.evaluate(fingerprint)).toBe('');
    expect(await admin.devices()).toHaveLength(before);
    await page.getByRole('button', { name: 'Not now' }).click();
    await expect.poll(() => page.evaluate(fingerprint)).not.toBe('');
    expect((await admin.enrolments()).find(({ usedBy }) => usedBy === null)).toBeDefined();
  });

  it('that was used tells so, and leaves the device as it was', async () => {
    const made = await admin.createEnrolment({ role: 'device' });
    const link = invitationLink(server.url, made);
    const other = await Device.create();
    const first = await other.open(link);
    await first.getByRole('button', { name: 'Join', exact: true }).first().click();
    await first.getByText('Approved: it may get').first().waitFor();
    await other.close();
    const page = await device.open(link);
    await page.getByRole('button', { name: 'Join', exact: true }).first().click();
    await page.getByText('This code lets nobody in.').waitFor();
    await page.getByText('another device has used it').waitFor();
    // What is left is the one for a code that is typed in.
    expect(await page.getByRole('button', { name: 'Join', exact: true }).count()).toBe(1);
    await page.getByText('This device has not asked to be let in.', { exact: false }).waitFor();
  });
});

it('a code that was read out is typed in, with or without its groups', async () => {
  const { code } = await admin.createEnrolment({ role: 'trainer' });
  const page = await device.open(`${server.url}/#/settings`);
  await page.getByLabel('I have a code').fill(code.replaceAll('-', ' ').toLowerCase());
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await page.getByText('Approved as trainer').first().waitFor();
  expect(await page.getByLabel('I have a code').count()).toBe(0);
});
