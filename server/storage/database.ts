// The server's database: embedded SQLite behind Kysely. Who asks sees tables, not SQLite.
import Libsql from 'libsql';
import { Kysely, SqliteDialect } from 'kysely';
import { migrate } from './migrations.ts';
import type { Tables } from './tables.ts';

export type Database = Kysely<Tables>;

/** Opens (or makes) the file and brings it to the newest form. A commit that resolved is on disk. */
export async function openDatabase(path: string): Promise<Database> {
  const file = new Libsql(path);
  file.pragma('journal_mode = WAL');
  file.pragma('synchronous = FULL');
  file.pragma('foreign_keys = ON');
  file.pragma('busy_timeout = 5000');
  const database = new Kysely<Tables>({ dialect: new SqliteDialect({ database: file }) });
  try {
    await migrate(database);
  } catch (error) {
    await database.destroy();
    throw error;
  }
  return database;
}

/** Opens a database that is there, without changing it. */
export function readDatabase(path: string): Database {
  const file = new Libsql(path, { readonly: true, fileMustExist: true });
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: file }) });
}
