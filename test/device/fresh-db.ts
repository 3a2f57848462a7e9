// A database of its own for every test, gone afterwards.
import { deleteDB } from 'idb';
import { onTestFinished } from 'vitest';
import { type Database, openHaversackDB } from '../../src/device/db.ts';

let count = 0;

export interface FreshDB {
  readonly name: string;
  readonly db: Database;
  /** As after a kill: a new connection to what was committed. */
  reopen(): Promise<Database>;
}

export async function freshDB(): Promise<FreshDB> {
  count += 1;
  const name = `test-${count}-${crypto.randomUUID()}`;
  const open: Database[] = [await openHaversackDB({ name })];
  onTestFinished(async () => {
    for (const db of open) db.close();
    await deleteDB(name);
  });
  return {
    name,
    db: open[0]!,
    async reopen() {
      for (const db of open) db.close();
      const db = await openHaversackDB({ name });
      open.push(db);
      return db;
    },
  };
}
