import { join } from 'node:path';
import Libsql from 'libsql';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../server/storage/database.ts';
import { FolderInUse, lockFolder } from '../../../server/storage/lock.ts';
import { migrations } from '../../../server/storage/migrations.ts';
import { temporaryFolder } from '../support.ts';

describe('the database', () => {
  it('comes from empty to its newest form, and stays there', async () => {
    const path = join(temporaryFolder(), 'registry.sqlite');
    for (let start = 0; start < 2; start += 1) {
      const database = await openDatabase(path);
      const applied = await database.selectFrom('migrations').select('number').execute();
      expect(applied.map(each => each.number)).toEqual(migrations.map((_, i) => i + 1));
      expect(await database.selectFrom('versions').selectAll().execute()).toEqual([]);
      await database.destroy();
    }
  });

  it('refuses what a newer release has made', async () => {
    const path = join(temporaryFolder(), 'registry.sqlite');
    const database = await openDatabase(path);
    await database
      .insertInto('migrations')
      .values({ number: migrations.length + 1, applied_at: 'later' })
      .execute();
    await database.destroy();
    await expect(openDatabase(path)).rejects.toThrow('a newer one');
  });

  it('keeps references whole', async () => {
    const database = await openDatabase(join(temporaryFolder(), 'registry.sqlite'));
    const orphan = { model: 'absent', version: 1, alias: 'a', revision: 1, document: '{}', issued_at: '' };
    await expect(database.insertInto('aliases').values(orphan).execute()).rejects.toThrow(/FOREIGN KEY/);
    await database.destroy();
  });
});

describe('the lock', () => {
  it('is held by one, and free again when it is let go', () => {
    const path = join(temporaryFolder(), 'lock.sqlite');
    const lock = lockFolder(path);
    expect(() => lockFolder(path)).toThrow(FolderInUse);
    lock.release();
    lockFolder(path).release();
    expect(new Libsql(path).prepare('select 1 as one').get()).toMatchObject({ one: 1 });
  });
});
