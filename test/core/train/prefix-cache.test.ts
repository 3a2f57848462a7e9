// Where a frozen beginning's outputs lie makes no difference to what is learnt; where there is no room, they are computed anew.
import { describe, expect, it } from 'vitest';
import { openRowFile } from '../../../server/cli/row-file.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import type { TrainControl } from '../../../src/core/train/engine.ts';
import { fit } from '../../../src/core/train/fit.ts';
import { memoryRowStore, type OpenRowStore, type RowStore } from '../../../src/core/train/row-store.ts';
import { clouds, goOn, job, network, nodeHost } from './nets.ts';

const train = clouds(48);
const validation = clouds(20, 3, 9);
const model = network('mlp:8,6', train, 3);
/** Six numbers pass from the frozen layers to the head. */
const rowBytes = 6 * 4;

/** Stores that can be counted, and may be full after so many rows. */
function counted(room = Infinity) {
  const seen = { opened: 0, disposed: 0, rows: 0, taken: 0 };
  const openRows: OpenRowStore = (specs, rows) => {
    seen.opened++;
    const store = memoryRowStore(specs, rows);
    const counting: RowStore = {
      put(added, count) {
        seen.rows += count;
        if (seen.rows > room) return Promise.reject(new HaversackError('QuotaExceeded', 'full'));
        return store.put(added, count);
      },
      take(order) {
        seen.taken += order.length;
        return store.take(order);
      },
      dispose() {
        seen.disposed++;
        return store.dispose();
      },
    };
    return Promise.resolve(counting);
  };
  return { seen, openRows };
}

function headRun(maxCacheBytes: number, spillRows?: OpenRowStore, control: TrainControl = goOn) {
  const trainable = new Set(['output.weight', 'output.bias']);
  const changes = { trainable, validation, epochs: 4, maxCacheBytes, ...(spillRows && { spillRows }) };
  return fit(job(model, train, changes), nodeHost(), control, () => undefined);
}

describe('a frozen beginning', () => {
  it('gives the same weights, bit for bit, from memory, from a store, from a file, and from part each', async () => {
    const { weights } = await headRun(2 ** 20);
    for (const bytes of [0, 10 * rowBytes, 50 * rowBytes]) {
      const { seen, openRows } = counted();
      expect((await headRun(bytes, openRows)).weights).toEqual(weights);
      expect(seen.rows).toBe(48 + 20 - bytes / rowBytes);
      expect(seen.taken).toBeGreaterThan(0);
      expect((await headRun(bytes, openRowFile)).weights).toEqual(weights);
    }
  });

  it('is spilled only where memory does not hold it', async () => {
    const { seen, openRows } = counted();
    await headRun((48 + 20) * rowBytes, openRows);
    expect(seen.opened).toBe(0);
  });

  it('is computed at each step where the store is full, or refuses to open', async () => {
    const plain = await headRun(0);
    for (const room of [0, 40, 60]) {
      const { seen, openRows } = counted(room);
      expect((await headRun(0, openRows)).weights).toEqual(plain.weights);
      expect(seen).toMatchObject({ opened: 2, disposed: 2, taken: 0 });
    }
    const refusing: OpenRowStore = () => Promise.reject(new HaversackError('StorageFailed', 'no'));
    expect((await headRun(0, refusing)).weights).toEqual(plain.weights);
  });

  it('leaves no store behind when a run is stopped, before its first step or after', async () => {
    for (const last of [1, 7, 12]) {
      const { seen, openRows } = counted();
      let checks = 0;
      const stop: TrainControl = {
        checkpoint: () => (++checks > last ? Promise.reject(new Error('stop')) : Promise.resolve()),
      };
      await expect(headRun(0, openRows, stop)).rejects.toThrow('stop');
      expect(seen).toMatchObject({ opened: 2, disposed: 2 });
    }
  });
});
