import { layeredRowStore, memoryRowStore } from '../../../src/core/train/row-store.ts';
import { storesRows } from './row-store.conformance.ts';

storesRows('memory', (specs, rows) => Promise.resolve(memoryRowStore(specs, rows)));

storesRows('two layers', (specs, rows) => {
  const near = Math.ceil(rows / 3);
  const [first, rest] = [memoryRowStore(specs, near), memoryRowStore(specs, rows - near)];
  return Promise.resolve(layeredRowStore(first, near, rest));
});
