import { deleteDB, openDB } from 'idb';
import { expect, onTestFinished, test } from 'vitest';
import { openHaversackDB } from '../../src/device/db.ts';
import { migrations } from '../../src/device/migrations.ts';
import { databaseVersion, type HaversackDB, type Sample } from '../../src/device/schema.ts';
import { freshDB } from './fresh-db.ts';

function ownName(): string {
  const name = `test-${crypto.randomUUID()}`;
  onTestFinished(() => deleteDB(name));
  return name;
}

test('there is a migration for every version', () => {
  expect(migrations.length).toBe(databaseVersion);
});

test('makes every store', async () => {
  const { db } = await freshDB();
  expect([...db.objectStoreNames]).toEqual(
    [
      'active',
      'aliases',
      'candidates',
      'checkpoints',
      'marks',
      'peers',
      'trials',
      'choices',
      'chunks',
      'downloads',
      'identity',
      'inbox',
      'installed',
      'notices',
      'outbox',
      'policies',
      'registry',
      'runs',
      'samples',
      'settings',
      'projects',
      'examples',
      'exampleFiles',
      'thumbnails',
      'embeddings',
      'records',
      'recordPhotos',
    ].sort(),
  );
});

test('lets go at once when a newer build wants to change the database', async () => {
  const name = ownName();
  let why = '';
  await openHaversackDB({ name, onLost: reason => (why = reason) });
  const newer = await openDB(name, databaseVersion + 1);
  expect(why).toBe('newer');
  newer.close();
});

test('waits for a tab that holds the old database, says so where it does not let go, and can be opened when it has', async () => {
  const name = ownName();
  // As a build would that does not listen.
  const stubborn = await openDB<HaversackDB>(name, 1, {
    upgrade: (db, _old, _new, tx) => migrations[0]!(db, tx),
  });
  await expect(openHaversackDB({ name, blockedTimeoutMs: 20 })).rejects.toMatchObject({
    code: 'StorageFailed',
    detail: 'another tab holds the old database open',
  });
  stubborn.close();
  const db = await openHaversackDB({ name });
  expect(db.version).toBe(databaseVersion);
  db.close();
});

test('says so where a newer build was here before', async () => {
  const name = ownName();
  (await openDB(name, databaseVersion + 1)).close();
  await expect(openHaversackDB({ name })).rejects.toMatchObject({
    code: 'StorageFailed',
    detail: 'a newer version of this app was here: reload',
  });
});

test('brings a database of the first release to the present form, with all that is in it', async () => {
  const name = ownName();
  const first = await openDB<HaversackDB>(name, 1, {
    upgrade: (db, _old, _new, tx) => migrations[0]!(db, tx),
  });
  const sample: Sample = {
    id: 'a'.repeat(64),
    model: 'digits',
    features: [1, 2],
    label: '7',
    part: 'train',
    source: 'drawing',
    answered: null,
    createdAt: '2026-01-01T00:00:00.000Z',
  };
  const chunk = { digest: 'b'.repeat(64), bytes: new Uint8Array([1, 2, 3]).buffer };
  await first.put('samples', sample);
  await first.put('chunks', chunk);
  first.close();
  const db = await openHaversackDB({ name });
  expect(db.version).toBe(databaseVersion);
  expect([...db.objectStoreNames]).toEqual(expect.arrayContaining(['checkpoints', 'runs', 'samples']));
  expect(await db.getAllFromIndex('samples', 'model', 'digits')).toEqual([sample]);
  expect(await db.get('chunks', chunk.digest)).toEqual(chunk);
  expect(await db.getAll('runs')).toEqual([]);
  db.close();
});
