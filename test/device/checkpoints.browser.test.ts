// States that runs leave: kept whole or not at all, whatever is cut short or damaged.
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  discardRun,
  listRuns,
  newestOf,
  readCheckpoint,
  readRun,
  saveCheckpoint,
} from '../../src/device/checkpoints.ts';
import { type Database, openHaversackDB } from '../../src/device/db.ts';
import { runLock, runningRuns, withLock } from '../../src/device/locks.ts';
import { freshDB } from './fresh-db.ts';
import { runOf, stateAt, stepOf } from './runs.ts';

const run = runOf('c');
/** More than one part. */
const large = 9 * 2 ** 20;

async function keptStep(db: Database): Promise<number> {
  const row = await readRun(db, run.id);
  const bytes = await readCheckpoint(db, row!);
  return stepOf(bytes!);
}

test('the last state is what is read, however many there were', async () => {
  const { db } = await freshDB();
  for (const step of [10, 20, 30]) {
    await saveCheckpoint(db, run, stateAt(step));
    expect(await keptStep(db)).toBe(step);
  }
  const row = await readRun(db, run.id);
  expect(newestOf(row!)).toMatchObject({ step: 30, epoch: 1, bytes: 1000 });
  expect(row!.slots.map(slot => slot?.step).sort()).toEqual([20, 30]);
});

test('a large state comes back whole, and a smaller one after it leaves nothing of it', async () => {
  const { db } = await freshDB();
  await saveCheckpoint(db, run, stateAt(1, large));
  expect((await readCheckpoint(db, (await readRun(db, run.id))!))!.length).toBe(large);
  await saveCheckpoint(db, run, stateAt(2));
  await saveCheckpoint(db, run, stateAt(3));
  expect(await db.count('checkpoints')).toBe(2);
  expect(await keptStep(db)).toBe(3);
});

test('a damaged state is left out, and the one before is read', async () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  onTestFinished(() => warned.mockRestore());
  const { db } = await freshDB();
  await saveCheckpoint(db, run, stateAt(1));
  await saveCheckpoint(db, run, stateAt(2));
  const damage = (slot: number) =>
    db.put('checkpoints', { run: run.id, slot, part: 0, bytes: new Uint8Array([1, 2, 3]).buffer });
  await damage((await readRun(db, run.id))!.newest);
  expect(await keptStep(db)).toBe(1);
  await db.clear('checkpoints');
  expect(await readCheckpoint(db, (await readRun(db, run.id))!)).toBeNull();
  expect(warned).toHaveBeenCalled();
});

describe('a save that is cut short', () => {
  /** Lets the transaction die at the nth request that is made of a store. @returns how many there were */
  function abortAt(nth: number): { requests: number } {
    const count = { requests: 0 };
    for (const method of ['get', 'put', 'delete'] as const) {
      const original = IDBObjectStore.prototype[method] as (...args: unknown[]) => IDBRequest;
      const spy = vi.spyOn(IDBObjectStore.prototype, method) as unknown as {
        mockImplementation(replace: (this: IDBObjectStore, ...args: unknown[]) => IDBRequest): void;
        mockRestore(): void;
      };
      spy.mockImplementation(function (this: IDBObjectStore, ...args) {
        count.requests++;
        const request = original.apply(this, args);
        if (count.requests === nth) this.transaction.abort();
        return request;
      });
      onTestFinished(() => spy.mockRestore());
    }
    return count;
  }

  test('leaves what was there before, wherever it dies', async () => {
    const { db } = await freshDB();
    await saveCheckpoint(db, run, stateAt(1, large));
    await saveCheckpoint(db, run, stateAt(2, large));
    const before = [await readRun(db, run.id), await db.count('checkpoints')];
    let died = 0;
    for (let nth = 1; ; nth++) {
      const count = abortAt(nth);
      const saved = await saveCheckpoint(db, run, stateAt(3, large)).then(
        () => true,
        (thrown: unknown) => {
          expect(thrown).toMatchObject({ code: expect.stringMatching(/^(Aborted|StorageFailed)$/) });
          return false;
        },
      );
      vi.restoreAllMocks();
      if (count.requests < nth) {
        expect(saved).toBe(true);
        break;
      }
      expect(saved).toBe(false);
      expect([await readRun(db, run.id), await db.count('checkpoints')]).toEqual(before);
      expect(await keptStep(db)).toBe(2);
      died++;
    }
    // The row is read; the old parts go; two new ones come; the row is written.
    expect(died).toBe(5);
    expect(await keptStep(db)).toBe(3);
  });

  test('leaves the last state or the one that was on its way, when its worker is killed', async () => {
    const { name } = await freshDB();
    let said = 0;
    for (const [round, waitMs] of [1, 5, 10, 17, 25, 40].entries()) {
      const from = said + 1;
      const worker = new Worker(new URL('./save-on.worker.ts', import.meta.url), { type: 'module' });
      const going = new Promise<void>(resolve => {
        worker.onmessage = ({ data }: MessageEvent<number>) => {
          said = data;
          if (data >= from + 1) resolve();
        };
      });
      worker.postMessage({ name, from, length: round % 2 === 0 ? large : 1000 });
      await going;
      await new Promise(resolve => setTimeout(resolve, waitMs));
      worker.terminate();
      const reader = await openHaversackDB({ name });
      const kept = await keptStep(reader);
      expect(kept).toBeGreaterThanOrEqual(said);
      const row = (await readRun(reader, run.id))!;
      expect(row.slots.map(slot => slot!.step).sort((a, b) => a - b)).toEqual([kept - 1, kept]);
      said = kept;
      reader.close();
    }
  });
});

test('runs are listed by model, the one that went on last first, and can be thrown away', async () => {
  const { db } = await freshDB();
  await saveCheckpoint(db, runOf('1'), stateAt(1));
  await saveCheckpoint(db, runOf('2'), stateAt(1));
  await saveCheckpoint(db, runOf('3', 'iris'), stateAt(1));
  await new Promise(resolve => setTimeout(resolve, 2));
  await saveCheckpoint(db, runOf('1'), stateAt(2));
  const ids = async (model: string) => (await listRuns(db, model)).map(({ id }) => id[0]);
  expect(await ids('digits')).toEqual(['1', '2']);
  await discardRun(db, runOf('1').id);
  await discardRun(db, runOf('9').id);
  expect(await ids('digits')).toEqual(['2']);
  expect(await ids('iris')).toEqual(['3']);
  expect(await db.count('checkpoints')).toBe(2);
});

test('a run that some tab works on can be told from one that was cut short', async () => {
  await withLock(runLock(run.id), undefined, async () => {
    expect(await runningRuns()).toContain(run.id);
  });
  expect(await runningRuns()).not.toContain(run.id);
});
