import { watch } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { loadAdminKey } from '../../../server/gateway/admin-key.ts';
import { temporaryFolder } from '../support.ts';

it('is on disk before its hash: the hash alone, after a crash in between, would lock everyone out', async () => {
  const folder = temporaryFolder();
  const appeared: string[] = [];
  const watcher = watch(folder, (_event, name) => {
    if (name !== null && !name.startsWith('.') && !appeared.includes(name)) appeared.push(name);
  });
  onTestFinished(() => {
    watcher.close();
  });
  await loadAdminKey(folder);
  await expect.poll(() => appeared).toEqual(['admin.key', 'admin.key.sha256']);
});

it('is the same one at the next start, and is not said again', async () => {
  const folder = temporaryFolder();
  const { fresh } = await loadAdminKey(folder);
  const again = await loadAdminKey(folder);
  expect(again.fresh).toBeNull();
  expect([again.matches(fresh!), again.matches(`${fresh!}x`)]).toEqual([true, false]);
});
