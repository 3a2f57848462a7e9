import { expect, onTestFinished, test, vi } from 'vitest';
import { listRuns, saveCheckpoint } from '../../src/device/checkpoints.ts';
import { dropDownload, collectGarbage } from '../../src/device/garbage.ts';
import {
  activate,
  activeOf,
  follow,
  listInstalled,
  openInstalled,
  readVariant,
  removeVersion,
  rollBack,
} from '../../src/device/library.ts';
import { downloadKey, listDownloads, pullVersion } from '../../src/device/pull.ts';
import { refreshCatalogue } from '../../src/device/registry.ts';
import type { Database } from '../../src/device/db.ts';
import { freshDB } from './fresh-db.ts';
import { runOf, stateAt } from './runs.ts';
import { fileOf } from './documents-made.ts';
import { RegistryInPage } from './registry-in-page.ts';

async function twoVersions(): Promise<{ db: Database; registry: RegistryInPage }> {
  const { db } = await freshDB();
  const registry = await RegistryInPage.create();
  await registry.publish('digits', 1, [1, 2, 3], { int8: [4] });
  await registry.publish('digits', 2, [1, 2, 5], { int8: [6] });
  await registry.moveAlias('digits', 2, 1);
  const client = registry.client();
  await refreshCatalogue(db, client);
  for (const version of [1, 2]) {
    await pullVersion({ db, client, model: 'digits', version });
    await pullVersion({ db, client, model: 'digits', version, variant: 'int8' });
  }
  return { db, registry };
}

test('lists versions, newest first, and opens their documents', async () => {
  const { db } = await twoVersions();
  expect((await listInstalled(db)).map(row => row.version)).toEqual([2, 1]);
  const { manifest, variants } = await openInstalled(db, 'digits', 2);
  expect(manifest.version).toBe(2);
  expect(variants.map(variant => variant.variant)).toEqual(['int8']);
  await expect(openInstalled(db, 'digits', 3)).rejects.toMatchObject({ code: 'NotInstalled' });
});

test('goes to a version and back, keeping the kind of variant, and stops following', async () => {
  const { db } = await twoVersions();
  await activate(db, 'digits', 1, 'int8');
  expect(await activate(db, 'digits', 2)).toMatchObject({ variant: 'int8', previous: 1, follows: true });
  expect(await rollBack(db, 'digits')).toMatchObject({
    version: 1,
    variant: 'int8',
    previous: 2,
    follows: false,
  });
  // The registry's own choice, taken by hand, is followed again.
  expect(await activate(db, 'digits', 2)).toMatchObject({ version: 2, previous: 1, follows: true });
  await follow(db, 'digits', false);
  expect(await activeOf(db, 'digits')).toMatchObject({ version: 2, previous: 1, follows: false });
});

test('does not activate what is not here', async () => {
  const { db } = await twoVersions();
  await expect(activate(db, 'digits', 3)).rejects.toMatchObject({ code: 'NotInstalled' });
  await expect(activate(db, 'digits', 2, 'int4')).rejects.toMatchObject({ code: 'NotInstalled' });
  await expect(rollBack(db, 'iris')).rejects.toMatchObject({ code: 'NotInstalled' });
});

test('removing a version frees what only it needs, and the one before runs', async () => {
  const { db } = await twoVersions();
  await activate(db, 'digits', 2);
  const before = await db.count('chunks');
  await removeVersion(db, 'digits', 2);
  // Its head, its int8 and its recorded cases; the body is version 1's too.
  expect(await db.count('chunks')).toBe(before - 3);
  expect(await activeOf(db, 'digits')).toMatchObject({ version: 1, previous: null });
  expect(await readVariant(db, 'digits', 1, 'fp32')).toEqual(fileOf([1, 2, 3]).file);
  await removeVersion(db, 'digits', 1);
  expect(await db.count('chunks')).toBe(0);
  expect(await activeOf(db, 'digits')).toBeNull();
});

test('removing a version throws its unfinished runs away, and no others', async () => {
  const { db } = await twoVersions();
  const [first, second] = [runOf('1'), runOf('2')];
  await saveCheckpoint(db, first, stateAt(1));
  await saveCheckpoint(db, { ...second, request: { ...second.request, version: 2 } }, stateAt(1));
  await removeVersion(db, 'digits', 2);
  expect((await listRuns(db)).map(({ id }) => id)).toEqual([first.id]);
});

test('garbage collection keeps what a download that was cut short has, until it is dropped', async () => {
  const { db, registry } = await twoVersions();
  await registry.publish('iris', 1, [70, 71, 72, 73, 74, 75, 76, 77]);
  const stop = new AbortController();
  const pulling = pullVersion({
    db,
    client: registry.client(),
    model: 'iris',
    version: 1,
    signal: stop.signal,
    onProgress: ({ receivedBytes }) => {
      if (receivedBytes >= 3 * 8192) stop.abort();
    },
  });
  await expect(pulling).rejects.toMatchObject({ code: 'Aborted' });
  const before = await db.count('chunks');
  expect(await collectGarbage(db)).toBe(0);
  await dropDownload(db, downloadKey('iris', 1));
  expect(await listDownloads(db)).toEqual([]);
  expect(await db.count('chunks')).toBeLessThanOrEqual(before - 3);
  for (const row of await listInstalled(db)) await readVariant(db, row.model, row.version, 'fp32');
});

test('a damaged row is reported and left out; the others are there, and a pull brings it back', async () => {
  const { db, registry } = await twoVersions();
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  onTestFinished(() => {
    warn.mockRestore();
  });
  await db.put('installed', { model: 'digits', version: 1, manifest: 'gone' } as never);
  expect((await listInstalled(db)).map(row => row.version)).toEqual([2]);
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('"installed"'));
  const before = registry.fetchedChunks.length;
  await pullVersion({ db, client: registry.client(), model: 'digits', version: 1 });
  expect(registry.fetchedChunks.length).toBe(before);
  expect((await listInstalled(db)).map(row => row.version)).toEqual([2, 1]);
});
