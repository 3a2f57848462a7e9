// Brings rows into a project from a table that `exportProject` wrote, in the archive or out of it: each in the part it had.
import { HaversackError } from '../core/errors.ts';
import { matchAll, readRowTable, rowsOf } from '../core/teach/row-table.ts';
import { bringRows, type BroughtRow } from './bring-rows.ts';
import type { Database } from './db.ts';
import type { ImportedExamples, ImportOptions } from './import-examples.ts';
import type { Project } from './project-schemas.ts';
import type { AddedRows } from './row-examples.ts';
import { rowsFile, withoutOwnColumns } from './rows-as-table.ts';
import { storing } from './storage-error.ts';
import type { ZipArchive } from './zip-archive.ts';

/** A table of ours. */
export type OwnTable = NonNullable<ReturnType<typeof withoutOwnColumns>>;

export interface ImportedRows extends ImportedExamples {
  readonly rows: AddedRows;
}

/**
 * @throws HaversackError `InputInvalid` where there is no such table in it, or one of other columns; and as `importExamples`
 */
export async function importRows(
  db: Database,
  project: Project,
  archive: ZipArchive,
  options: ImportOptions,
): Promise<ImportedRows> {
  const path = archive.paths.find(each => each.split('/').at(-1) === rowsFile);
  if (path === undefined) {
    throw new HaversackError(
      'InputInvalid',
      `there is no ${rowsFile} in it: a table is brought as it is, without a zip`,
    );
  }
  const own = withoutOwnColumns(readRowTable(new TextDecoder().decode(await archive.read(path)), true));
  if (!own) throw new HaversackError('InputInvalid', `${rowsFile} is no table that this app wrote`);
  return importOwnTable(db, project, own, options);
}

/** @throws HaversackError as `importRows` */
export async function importOwnTable(
  db: Database,
  project: Project,
  { table, said }: OwnTable,
  { rootClass, signal, onProgress }: ImportOptions,
): Promise<ImportedRows> {
  const count = await storing(() => db.countFromIndex('examples', 'project', project.id));
  // Without rows its columns may still be others.
  const matched = matchAll(table, count === 0 ? null : project.columns);
  const unreadable: string[] = [];
  const fresh = crypto.randomUUID();
  const rows = said.flatMap(({ part, recording, ...of }, i): BroughtRow[] => {
    const values = rowsOf({ ...table, rows: [table.rows[i]!] }, matched, null).rows[0]?.values;
    const isOf = of.label !== null || rootClass !== undefined;
    if (values && isOf) return [{ ...of, values, recording: recording ?? fresh, ...(part && { part }) }];
    unreadable.push(String(i + 1));
    return [];
  });
  const added = await bringRows(
    db,
    project.id,
    { columns: matched.columns, rows },
    {
      ...(rootClass !== undefined && { rootClass }),
      ...(signal && { signal }),
      onProgress: done => onProgress?.({ done, total: rows.length }),
    },
  );
  return { ...added, leftOut: 0, unreadable, rows: added };
}
