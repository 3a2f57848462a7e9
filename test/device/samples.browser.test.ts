import { expect, test } from 'vitest';
import { partOf } from '../../src/core/data/split.ts';
import { type Change, onChanges } from '../../src/device/changes.ts';
import {
  addSample,
  listSamples,
  type NewSample,
  removeSample,
  restoreSample,
} from '../../src/device/samples.ts';
import type { Sample } from '../../src/device/schema.ts';
import { changeSettings, defaultSettings, readSettings } from '../../src/device/settings.ts';
import { freshDB } from './fresh-db.ts';

const sample: NewSample = {
  model: 'iris',
  features: [5.1, 3.5, 1.4, 0.2],
  label: 'setosa',
  source: 'form',
  answered: 'versicolor',
};

test('a sample has its part from its numbers, and is one row however often it is given', async () => {
  const { db } = await freshDB();
  const first = await addSample(db, sample);
  expect(first.part).toBe(await partOf(sample.features));
  expect(await addSample(db, { ...sample, source: 'table', answered: null })).toEqual(first);
  const relabelled = await addSample(db, { ...sample, label: 'virginica' });
  expect(relabelled.part).toBe(first.part);
  await addSample(db, { ...sample, model: 'other' });
  expect((await listSamples(db, 'iris')).map(row => row.label).sort()).toEqual(['setosa', 'virginica']);
  await removeSample(db, first.id);
  expect(await listSamples(db, 'iris')).toEqual([relabelled]);
});

test('a sample of a model without data has its part by turns, with those of its session', async () => {
  const { db } = await freshDB();
  const made: Sample[] = [];
  for (let i = 0; i < 15; i++) made.push(await addSample(db, { ...sample, features: [i] }, 'session'));
  const parts = made.map(({ part }) => part);
  expect(parts.flatMap((part, i) => (part === 'test' ? [i] : []))).toEqual([4, 13, 14]);
  expect(made[13]!.session).toBe(made[13]!.id);
  expect(made[14]!.session).toBe(made[13]!.id);
  const twin = await addSample(db, { ...sample, features: [4], label: 'virginica' }, 'session');
  expect(twin).toMatchObject({ part: 'test', session: made[4]!.session });
  expect((await listSamples(db, 'iris')).find(({ id }) => id === twin.id)).toEqual(twin);
});

test('two pages that label at once do not both take the fifth turn', async () => {
  const { db } = await freshDB();
  const made = await Promise.all(
    Array.from({ length: 10 }, (_, i) => addSample(db, { ...sample, features: [i] }, 'session')),
  );
  expect(made.filter(({ part }) => part === 'test')).toHaveLength(1);
});

test('a removed sample goes back to its part: put back as it was, or labelled anew into the session it began', async () => {
  const { db } = await freshDB();
  const made: Sample[] = [];
  for (let i = 0; i < 15; i++) made.push(await addSample(db, { ...sample, features: [i] }, 'session'));
  await removeSample(db, made[14]!.id);
  await restoreSample(db, made[14]!);
  await removeSample(db, made[13]!.id);
  const again = await addSample(db, { ...sample, features: [13] }, 'session');
  expect(again).toMatchObject({ part: 'test', session: made[13]!.id });
  const rows = await listSamples(db, 'iris');
  expect(rows.find(({ id }) => id === made[14]!.id)).toEqual(made[14]);
});

test('a sample with a number that is none is refused', async () => {
  const { db } = await freshDB();
  await expect(addSample(db, { ...sample, features: [1, Number.NaN] })).rejects.toMatchObject({
    code: 'InputInvalid',
    detail: 'number 2 of the sample is NaN',
  });
});

test('changes are told after they are committed', async () => {
  const { db } = await freshDB();
  const heard: { change: Change; rows: number }[] = [];
  const reads: Promise<unknown>[] = [];
  const stop = onChanges(change => {
    reads.push(listSamples(db, 'iris').then(rows => heard.push({ change, rows: rows.length })));
  });
  await addSample(db, sample);
  stop();
  await addSample(db, { ...sample, label: 'virginica' });
  await Promise.all(reads);
  expect(heard).toEqual([{ change: { type: 'samples', model: 'iris' }, rows: 1 }]);
});

test('changes reach other tabs, and nonsense from them is not passed on', async () => {
  const { db } = await freshDB();
  const other = new BroadcastChannel('haversack');
  const there = new Promise(resolve => {
    other.addEventListener('message', event => resolve(event.data), { once: true });
  });
  await addSample(db, sample);
  expect(await there).toEqual({ type: 'samples', model: 'iris' });
  const heard: Change[] = [];
  const here = new Promise<void>(resolve => {
    const stop = onChanges(change => {
      heard.push(change);
      stop();
      resolve();
    });
  });
  other.postMessage({ type: 'of a later build' });
  other.postMessage({ type: 'active', model: 'iris' });
  await here;
  expect(heard).toEqual([{ type: 'active', model: 'iris' }]);
  other.close();
});

test('settings are changed one by one, and two changes at once are both kept', async () => {
  const { db } = await freshDB();
  expect(await readSettings(db)).toEqual(defaultSettings);
  await Promise.all([changeSettings(db, { theme: 'dark' }), changeSettings(db, { language: 'zh-CN' })]);
  expect(await readSettings(db)).toEqual({ ...defaultSettings, theme: 'dark', language: 'zh-CN' });
});
