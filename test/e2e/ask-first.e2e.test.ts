// Who wants to be asked before a newer version is taken is asked where they are, and decides with one tap.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RegistryClient } from '../../src/client/registry.ts';
import { aliasSchema } from '../../src/core/artifact/documents.ts';
import { readDocument } from '../../src/core/artifact/signature.ts';
import { sideways, smallTargets, violations } from './support/access.ts';
import { answeredBy, go, installModels } from './support/app.ts';
import { Device } from './support/device.ts';
import { type RunningServer, startServer } from './support/server.ts';

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

it('asks above any screen, another time where that is wanted, and takes the version when told to', async () => {
  const page = await device.open(`${server.url}/`);
  await installModels(page, ['iris']);
  await go(page, '#/settings');
  await page.getByLabel('Newer versions').selectOption('ask');
  await go(page, '#/use/iris');
  await answeredBy(page, 'iris', 2);
  await promote(1);
  const question = page.getByText('iris: version 1 is ready.');
  await question.waitFor();
  expect([...(await violations(page)), ...(await smallTargets(page))]).toEqual([]);
  expect(await sideways(page)).toBe(0);
  await page.getByRole('button', { name: 'Later', exact: true }).click();
  await question.waitFor({ state: 'detached' });
  await page.reload();
  await page.getByRole('button', { name: 'Update', exact: true }).click();
  await answeredBy(page, 'iris', 1);
  expect(await question.count()).toBe(0);
  expect(device.complaints).toEqual([]);
});

async function promote(version: number): Promise<void> {
  const key = await server.adminKey();
  const admin = new RegistryClient({ baseUrl: server.url, token: () => Promise.resolve(key) });
  const { revision } = readDocument(await admin.alias('iris', 'production'), aliasSchema);
  await admin.moveAlias('iris', 'production', { version }, revision);
}
