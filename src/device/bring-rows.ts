// Brings the rows of a whole table into a project: all that can refuse them is asked before the first thing is kept.
import { rowBytes } from '../core/teach/row-bytes.ts';
import { assertColumns, rowLimits } from '../core/teach/row-limits.ts';
import { classesFor, type Labelled, newClassesFor } from './classes-for.ts';
import type { Database } from './db.ts';
import { exampleIdOf } from './examples.ts';
import { assertRoom } from './place-shown.ts';
import { readProject } from './projects.ts';
import { type AddedRows, addRows, type GivenRow, nameColumns } from './row-examples.ts';
import { storing } from './storage-error.ts';

/** A row of a table, with what it is. */
export interface BroughtRow extends Labelled, Omit<GivenRow, 'class' | 'source'> {}

export interface BroughtRows {
  readonly columns: readonly string[];
  readonly rows: readonly BroughtRow[];
  /** In the order in which classes are to be made that are new; what else rows are labelled comes after. */
  readonly labels?: readonly string[];
}

export interface BringOptions {
  /** Of rows that say nothing themselves; absent: they are left aside. */
  readonly rootClass?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number) => void;
}

/**
 * A class is made for each label that the project has none for. What was added stays where it is stopped.
 * @throws HaversackError `InputInvalid` for a label, or for columns, that cannot be; `TooLarge` for more rows than a project may have: then
 * nothing is kept; and as `addRows`
 */
export async function bringRows(
  db: Database,
  project: string,
  { columns, rows, labels = [] }: BroughtRows,
  { rootClass, ...options }: BringOptions = {},
): Promise<AddedRows> {
  const owner = await readProject(db, project);
  const labelled = [...labels.map(label => ({ label, isNone: false })), ...rows];
  newClassesFor(owner, labelled);
  assertColumns(columns);
  const values = rows.map(row => row.values);
  assertRoom(owner, await rowsWith(db, project, values));
  await nameColumns(db, project, columns);
  const classes = await classesFor(db, owner, labelled, rootClass);
  const given = rows.flatMap(({ label, isNone: _, ...row }): GivenRow[] => {
    const id = classes.get(label);
    return id === undefined ? [] : [{ ...row, class: id, source: 'file' }];
  });
  return addRows(db, project, { columns, rows: given }, options);
}

/** How many rows a project would have with these; of those that it has some may be among them. Not exact where there is room for all. */
export async function rowsWith(
  db: Database,
  project: string,
  rows: readonly Float32Array[],
): Promise<number> {
  const here = await storing(() => db.getAllKeysFromIndex('examples', 'project', project));
  if (here.length + rows.length <= rowLimits.rows) return here.length + rows.length;
  const ids = await Promise.all(rows.map(values => exampleIdOf(project, rowBytes(values))));
  return new Set([...here, ...ids]).size;
}
