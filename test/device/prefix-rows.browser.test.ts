import { openDB } from 'idb';
import { afterEach, describe, expect, it } from 'vitest';
import { deleteStaleRows, openPrefixRows } from '../../src/device/prefix-rows.ts';
import { float32 } from '../../src/core/tensor.ts';
import { storesRows } from '../core/train/row-store.conformance.ts';

storesRows('IndexedDB', openPrefixRows);

const specs = { x: { datatype: 'FP32', shape: [4] } } as const;
const databases = async () =>
  (await indexedDB.databases()).flatMap(({ name }) => (name?.startsWith('haversack-rows-') ? [name] : []));

describe('the databases of rows', () => {
  const estimate = navigator.storage.estimate.bind(navigator.storage);
  afterEach(() => {
    navigator.storage.estimate = estimate;
  });

  it('are deleted when their run ends', async () => {
    const store = await openPrefixRows(specs, 2);
    await store.put({ x: float32([2, 4], new Float32Array(8)) }, 2);
    expect(await databases()).toHaveLength(1);
    await store.dispose();
    expect(await databases()).toEqual([]);
  });

  it('are deleted later where a tab died, and left alone where one is at work', async () => {
    const alive = await openPrefixRows(specs, 1);
    const [name] = await databases();
    const stale = await openDB('haversack-rows-of-a-dead-tab', 1);
    stale.close();
    await deleteStaleRows();
    expect(await databases()).toEqual([name]);
    await alive.dispose();
  });

  it('are not begun where they would take more than half of the room that is left', async () => {
    navigator.storage.estimate = () => Promise.resolve({ quota: 1000, usage: 900 });
    await expect(openPrefixRows(specs, 4)).rejects.toMatchObject({ code: 'QuotaExceeded' });
    expect(await databases()).toEqual([]);
    await (await openPrefixRows(specs, 3)).dispose();
  });

  it('tell of a row that the browser lost', async () => {
    const store = await openPrefixRows(specs, 1);
    await expect(store.take(Int32Array.of(0))).rejects.toMatchObject({ code: 'StorageFailed' });
    await store.dispose();
  });
});
