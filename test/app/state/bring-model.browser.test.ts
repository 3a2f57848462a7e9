// A model that is brought to the Library and kept, with the real store and worker.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WorkerBridge } from '../../../src/app/bridge/worker-bridge.ts';
import { bringFiles, bringing, keepBrought, leaveBrought } from '../../../src/app/state/bring-model.ts';
import { type Services, services } from '../../../src/app/state/services.ts';
import { discardCandidate, listCandidates } from '../../../src/device/candidates.ts';
import { type Database, openHaversackDB } from '../../../src/device/db.ts';
import { smallModel } from '../../worker/stored.ts';

const serving = new WorkerBridge('serving');
const said = { labels: null, pixels: null, note: null };
const given = (name: string) => ({ path: name, file: new File([smallModel()], name) });
let db: Database;

beforeAll(async () => {
  // The worker's own.
  db = await openHaversackDB();
});
afterEach(async () => {
  leaveBrought();
  services.value = null;
  for (const { digest } of await listCandidates(db)) await discardCandidate(db, digest);
});
afterAll(() => {
  serving.stop();
  db.close();
});

test('one that comes while another is kept is turned away by name, and the first is kept', async () => {
  services.value = { db, serving } as Services;
  await bringFiles([given('first.onnx')]);
  expect(bringing.value).toMatchObject({ phase: 'ready', inspected: { name: 'first.onnx' } });
  const keeping = keepBrought('first', said);
  await bringFiles([given('second.onnx')]);
  expect(bringing.value).toMatchObject({
    phase: 'keeping',
    inspected: { name: 'first.onnx' },
    turnedAway: 'second.onnx',
  });
  expect(await keeping).toBe(true);
  expect(bringing.value).toEqual({ phase: 'empty' });
  expect(await listCandidates(db)).toMatchObject([{ model: 'first' }]);
});

test('nothing is left of one that is stored and then cannot be put to use', async () => {
  const refusing = new Proxy(db, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (key === 'transaction' && args[0] === 'active')
          throw new DOMException('full', 'QuotaExceededError');
        return Reflect.apply(value, target, args);
      };
    },
  });
  services.value = { db: refusing, serving } as Services;
  await bringFiles([given('first.onnx')]);
  expect(await keepBrought('first', said)).toBe(false);
  expect(bringing.value).toMatchObject({ phase: 'ready', failure: { code: 'QuotaExceeded' } });
  expect(await listCandidates(db)).toEqual([]);
});
