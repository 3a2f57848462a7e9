import { join } from 'node:path';
import { Kysely, SqliteDialect } from 'kysely';
import Libsql from 'libsql';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../server/storage/database.ts';
import { FolderInUse, lockFolder } from '../../../server/storage/lock.ts';
import { migrations } from '../../../server/storage/migrations.ts';
import type { Tables } from '../../../server/storage/tables.ts';
import { temporaryFolder } from '../support.ts';

const day = '2026-05-03T08:00:00.000Z';

/** A database as the first release left it: one model with a version and an alias. */
async function makeFirstForm(path: string): Promise<void> {
  const database = new Kysely<Tables>({ dialect: new SqliteDialect({ database: new Libsql(path) }) });
  await database.schema
    .createTable('migrations')
    .addColumn('number', 'integer', column => column.primaryKey())
    .addColumn('applied_at', 'text', column => column.notNull())
    .execute();
  await database.transaction().execute(transaction => migrations[0]!(transaction));
  await database.insertInto('migrations').values({ number: 1, applied_at: day }).execute();
  const model = 'sides';
  await database
    .insertInto('models')
    .values({ name: model, task: 'other', created_at: day, updated_at: day })
    .execute();
  await database
    .insertInto('versions')
    .values({ model, version: 1, digest: 'd', candidate: null, manifest: '{}', created_at: day })
    .execute();
  await database
    .insertInto('aliases')
    .values({
      model,
      alias: 'production',
      revision: 4,
      version: 1,
      document: '{"signed":{}}',
      issued_at: day,
    })
    .execute();
  await database.destroy();
}

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

  it('takes what the first release kept into its newest form, and begins the history with it', async () => {
    const path = join(temporaryFolder(), 'registry.sqlite');
    await makeFirstForm(path);
    const database = await openDatabase(path);
    const [model, version, history] = await Promise.all([
      database.selectFrom('models').selectAll().executeTakeFirst(),
      database.selectFrom('versions').selectAll().executeTakeFirst(),
      database.selectFrom('alias_history').selectAll().execute(),
    ]);
    expect(model).toMatchObject({ name: 'sides', card: '', tags: '[]', retention: null });
    expect(version).toMatchObject({ version: 1, retired_at: null, collected_at: null });
    const alias = { model: 'sides', alias: 'production', revision: 4, version: 1, document: '{"signed":{}}' };
    expect(history).toEqual([{ ...alias, at: day, who: 'registry', why: null }]);
    await database.destroy();
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
