// What a run leaves in the store, as the worker leaves it, and whether it can be gone on with.
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type ErrorCode, type Failure, HaversackError } from '../../src/core/errors.ts';
import type { Continuation, FitState } from '../../src/core/train/fit-state.ts';
import { defaultPace } from '../../src/core/train/paced-checkpoints.ts';
import { readRun } from '../../src/device/checkpoints.ts';
import { type Database, openHaversackDB } from '../../src/device/db.ts';
import { openInstalled } from '../../src/device/library.ts';
import { runLock, withLock } from '../../src/device/locks.ts';
import { addSample } from '../../src/device/samples.ts';
import { readVersionData } from '../../src/worker/training-data.ts';
import {
  identityOf,
  keeping,
  obstacleTo,
  openUnfinished,
  type RunIdentity,
} from '../../src/worker/unfinished-run.ts';
import { runOf } from '../device/runs.ts';
import { storeDemo } from './demo-version.ts';

const { request } = runOf('1', 'iris');
let db: Database;
let identity: RunIdentity;

beforeEach(async () => {
  db = await openHaversackDB();
  for (const store of db.objectStoreNames) await db.clear(store);
  await storeDemo(db, { from: 'iris/2', model: 'iris' });
  const installed = await openInstalled(db, 'iris', 1);
  identity = await identityOf(request, installed, await readVersionData(db, installed.manifest));
});
afterAll(() => {
  db.close();
});

const state: FitState = {
  provider: 'wasm',
  threads: 1,
  step: 40,
  steps: 100,
  epoch: 4,
  taken: 10,
  order: Int32Array.of(2, 0, 1),
  random: [1, 2, 3, 4],
  slots: new Map([['w', { datatype: 'FP32', shape: [2], data: Float32Array.of(1, NaN) }]]),
  plateau: { best: Infinity, badEpochs: 0, scale: 1 },
  training: { loss: 1, hits: 2, answers: 3, rows: 3 },
  validation: null,
  kept: null,
  workedMs: 1234,
};

/** Keeps a run that leaves its state once it is due, and then does as it is told. */
async function leaving<T>(end: () => Promise<T>, told: Failure[] = []): Promise<T> {
  const clock = vi.spyOn(performance, 'now');
  onTestFinished(() => clock.mockRestore());
  const kept = { identity, resume: null, onUnkept: (failure: Failure) => told.push(failure) };
  return keeping(db, kept, async ({ checkpoints }: Continuation) => {
    expect(checkpoints!.due()).toBe(false);
    const now = performance.now();
    clock.mockReturnValue(now + defaultPace.everyMs);
    expect(checkpoints!.due()).toBe(true);
    await checkpoints!.save(state);
    clock.mockRestore();
    return end();
  });
}

const breaking = (code: ErrorCode) => () => Promise.reject(new HaversackError(code, 'as the test wants it'));
/** As if its tab had been killed. */
async function leftBehind(): Promise<void> {
  await expect(leaving(breaking('RuntimeFailed'))).rejects.toThrow('as the test wants it');
}

describe('what a run leaves', () => {
  test('is there while it works, and gone when it has ended', async () => {
    const during = await leaving(() => readRun(db, identity.id));
    expect(during).toMatchObject({
      request,
      provider: 'wasm',
      steps: 100,
      slots: [{ step: 40, epoch: 4 }, null],
    });
    expect(await readRun(db, identity.id)).toBeNull();
    expect(await db.count('checkpoints')).toBe(0);
  });

  test.each(['Aborted', 'TrainingDiverged', 'TrainingImpossible'] as const)(
    'goes where it ends with %s',
    async code => {
      await expect(leaving(breaking(code))).rejects.toMatchObject({ code });
      expect(await readRun(db, identity.id)).toBeNull();
    },
  );

  test('stays where something broke, and comes back as it was', async () => {
    await leftBehind();
    expect(await obstacleTo(identity.id)).toBeNull();
    expect(await openUnfinished(identity.id)).toEqual({ request, state });
  });

  test('is not what the run depends on: without room it goes on, and says so once', async () => {
    const told: Failure[] = [];
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('no room', 'QuotaExceededError');
    });
    onTestFinished(() => put.mockRestore());
    expect(await leaving(() => Promise.resolve('done'), told)).toBe('done');
    expect(told).toEqual([{ code: 'QuotaExceeded', detail: 'no room' }]);
  });
});

test('the same run is refused while another tab is at it', async () => {
  await withLock(runLock(identity.id), undefined, async () => {
    await expect(leaving(() => Promise.resolve())).rejects.toMatchObject({ code: 'Conflict' });
  });
});

describe('a run cannot be gone on with', () => {
  test('once the samples are others', async () => {
    await leftBehind();
    await addSample(db, {
      model: 'iris',
      features: [5.01, 3.2, 1.3, 0.2],
      label: 'setosa',
      source: 'form',
      answered: null,
    });
    expect(await obstacleTo(identity.id)).toBe('data');
    await expect(openUnfinished(identity.id)).rejects.toMatchObject({
      code: 'TrainingImpossible',
      detail: 'The run cannot go on: the samples or the data set that it learnt from have changed.',
    });
  });

  test('once the version is another, or gone', async () => {
    await leftBehind();
    await storeDemo(db, { from: 'iris/2', model: 'iris', topology: false });
    expect(await obstacleTo(identity.id)).toBe('version');
    await db.delete('installed', ['iris', 1]);
    expect(await obstacleTo(identity.id)).toBe('version');
  });

  test('once its state is damaged or gone', async () => {
    await leftBehind();
    await db.clear('checkpoints');
    expect(await obstacleTo(identity.id)).toBe('state');
    await db.clear('runs');
    expect(await obstacleTo(identity.id)).toBe('state');
  });
});
