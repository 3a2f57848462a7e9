// Who wants to be asked before a newer version is taken is asked where they are, and decides with one tap.
import { expect, it } from 'vitest';
import { AdminClient } from '../../src/client/admin.ts';
import { aliasSchema } from '../../src/core/artifact/documents.ts';
import { readDocument } from '../../src/core/artifact/signature.ts';
import { sideways, smallTargets, violations } from './support/access.ts';
import { startAlone } from './support/alone.ts';
import { answeredBy, go, installModels } from './support/app.ts';

const alone = startAlone();

it('asks above any screen, another time where that is wanted, and takes the version when told to', async () => {
  const page = await alone.device.open(`${alone.server.url}/`);
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
  expect(alone.device.complaints).toEqual([]);
});

async function promote(version: number): Promise<void> {
  const key = await alone.server.adminKey();
  const admin = new AdminClient({ baseUrl: alone.server.url, token: () => Promise.resolve(key) });
  const { revision } = readDocument(await admin.alias('iris', 'production'), aliasSchema);
  await admin.moveAlias('iris', 'production', { version }, revision);
}
