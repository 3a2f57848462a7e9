import { expect, onTestFinished, test } from 'vitest';
import { float32 } from '../../src/core/tensor.ts';
import { listInstalled } from '../../src/device/library.ts';
import { openPrefixRows } from '../../src/device/prefix-rows.ts';
import { pullVersion } from '../../src/device/pull.ts';
import { readSettings } from '../../src/device/settings.ts';
import { requestPersistence, storageState } from '../../src/device/storage.ts';
import { freshDB } from './fresh-db.ts';
import { RegistryInPage } from './registry-in-page.ts';

/** As in WebKitGTK, which says nothing of storage. Until the test ends. */
function takeStorageManagerAway(): void {
  Object.defineProperty(navigator, 'storage', { value: undefined, configurable: true });
  onTestFinished(() => void Reflect.deleteProperty(navigator, 'storage'));
}

test('the browser says how much room there is, and its answer about keeping is kept', async () => {
  const { db } = await freshDB();
  const { quotaBytes, usageBytes } = await storageState();
  expect(quotaBytes).toBeGreaterThan(usageBytes!);
  const persistent = await requestPersistence(db);
  expect((await storageState()).persisted).toBe(persistent);
  expect((await readSettings(db)).persistent).toBe(persistent);
});

test('a browser that says nothing of storage has promised nothing', async () => {
  takeStorageManagerAway();
  const { db } = await freshDB();
  expect(await storageState()).toEqual({ usageBytes: null, quotaBytes: null, persisted: false });
  expect(await requestPersistence(db)).toBe(false);
  expect((await readSettings(db)).persistent).toBe(false);
});

test('where the browser says nothing of storage, models come, and rows are put aside, all the same', async () => {
  takeStorageManagerAway();
  const { db } = await freshDB();
  const registry = await RegistryInPage.create();
  await registry.publish('digits', 1, [1, 2, 3]);
  await pullVersion({ db, client: registry.client(), model: 'digits', version: 1 });
  expect(await listInstalled(db)).toHaveLength(1);
  const rows = await openPrefixRows({ x: { datatype: 'FP32', shape: [2] } }, 1);
  await rows.put({ x: float32([1, 2], [3, 4]) }, 1);
  expect((await rows.take(Int32Array.of(0)))['x']).toMatchObject({ data: Float32Array.of(3, 4) });
  await rows.dispose();
});
