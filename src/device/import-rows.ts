// Brings rows into a project from a table that `exportProject` wrote, in the archive or out of it: each in the part it had.
import { HaversackError } from '../core/errors.ts';
import { matchColumns, type RowTable, readRowTable, rowsOf } from '../core/teach/row-table.ts';
import { classesFor } from './classes-for.ts';
import type { Database } from './db.ts';
import type { ImportedExamples, ImportOptions } from './import-examples.ts';
import type { Project } from './project-schemas.ts';
import { addRows, type GivenRow, nameColumns } from './row-examples.ts';
import { rowsFile, type SaidOfRow, withoutOwnColumns } from './rows-as-table.ts';
import type { ZipArchive } from './zip-archive.ts';

/** A table of ours. */
export type OwnTable = NonNullable<ReturnType<typeof withoutOwnColumns>>;

/**
 * @throws HaversackError `InputInvalid` where there is no such table in it, or one of other columns; and as `importExamples`
 */
export async function importRows(
  db: Database,
  project: Project,
  archive: ZipArchive,
  options: ImportOptions,
): Promise<ImportedExamples> {
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
): Promise<ImportedExamples> {
  const read: RowTable = { ...table, decimal: '.' };
  const matched = matchColumns(read, null, project.columns);
  await nameColumns(db, project.id, matched.columns);
  const classes = await classesFor(db, project, said, rootClass);
  const unreadable: string[] = [];
  const fresh = crypto.randomUUID();
  const given = said.flatMap((of, i): GivenRow[] => {
    const values = rowsOf({ ...read, rows: [read.rows[i]!] }, matched, null).rows[0]?.values;
    const id = classes.get(of.label);
    if (values && id !== undefined)
      return [givenRow(of, { class: id, values, recording: of.recording ?? fresh })];
    unreadable.push(String(i + 1));
    return [];
  });
  const added = await addRows(db, project.id, given, {
    ...(signal && { signal }),
    onProgress: done => onProgress?.({ done, total: given.length }),
  });
  return { ...added, leftOut: 0, unreadable };
}

function givenRow({ part }: SaidOfRow, row: Omit<GivenRow, 'source' | 'part'>): GivenRow {
  return { ...row, source: 'file', ...(part && { part }) };
}
