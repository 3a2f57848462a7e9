// Versions that the user wants kept here whatever else is short of room.
import { HaversackError } from '../core/errors.ts';
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { readRow } from './rows.ts';
import { installedSchema } from './schema.ts';
import { storing } from './storage-error.ts';

/** A pinned version is never thrown out to make room. @throws HaversackError `NotInstalled` */
export async function setPinned(
  db: Database,
  model: string,
  version: number,
  pinned: boolean,
): Promise<void> {
  await storing(async () => {
    const tx = db.transaction('installed', 'readwrite', { durability: 'strict' });
    const row = readRow(installedSchema, await tx.store.get([model, version]), 'installed');
    if (!row) throw new HaversackError('NotInstalled', `${model}@${version} is not here`);
    await tx.store.put({ ...row, pinned });
    await tx.done;
  });
  postChange('installed', model);
}
