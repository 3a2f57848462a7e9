import { deleteDB, openDB } from 'idb';
import { expect, onTestFinished, test } from 'vitest';
import { openHaversackDB } from '../../src/device/db.ts';
import { migrations } from '../../src/device/migrations.ts';
import { databaseVersion } from '../../src/device/schema.ts';
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
      'choices',
      'chunks',
      'downloads',
      'identity',
      'installed',
      'outbox',
      'registry',
      'samples',
      'settings',
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

test('says so where a newer build was here before', async () => {
  const name = ownName();
  (await openDB(name, databaseVersion + 1)).close();
  await expect(openHaversackDB({ name })).rejects.toMatchObject({
    code: 'StorageFailed',
    detail: 'a newer version of this app was here: reload',
  });
});
