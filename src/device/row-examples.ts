// Rows of numbers in the store: what their columns are called, many added at once, and read again.
import { throwIfAborted } from '../client/backoff.ts';
import { HaversackError } from '../core/errors.ts';
import type { ExamplePart } from '../core/teach/place-example.ts';
import { rowOfBytes } from '../core/teach/row-bytes.ts';
import { assertColumns } from '../core/teach/row-limits.ts';
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { type Added, addExamples, type Move } from './examples.ts';
import { prepareRow } from './prepare-row.ts';
import type { Example, Project } from './project-schemas.ts';
import { changedProject, projectOf } from './projects.ts';
import { storing } from './storage-error.ts';

/** Rows that are kept in one transaction: a fraction of a second of work, and a stop between. */
const batch = 500;

/**
 * Says what the numbers of a project's rows are, for as long as there are any.
 * @throws HaversackError `NotFound`; `InputInvalid` for columns that are none, and where there are rows of others; `TooLarge`
 */
export async function nameColumns(db: Database, id: string, columns: readonly string[]): Promise<Project> {
  assertColumns(columns);
  const { changed, before } = await storing(async () => {
    const tx = db.transaction(['projects', 'examples'], 'readwrite', { durability: 'strict' });
    const project = projectOf(await tx.objectStore('projects').get(id), id);
    if (project.columns?.join('\n') === columns.join('\n')) return { changed: project, before: project };
    const rows = await tx.objectStore('examples').index('project').count(id);
    if (project.kind !== 'row' || (project.columns && rows > 0)) throw fixed(project, rows);
    const named = changedProject(project, { columns: [...columns] });
    await tx.objectStore('projects').put(named);
    await tx.done;
    return { changed: named, before: project };
  });
  if (changed !== before) postChange('projects', changed.model);
  return changed;
}

function fixed({ kind, columns }: Project, rows: number): HaversackError {
  if (kind !== 'row') return new HaversackError('InputInvalid', `a project of ${kind}s has no columns`);
  return new HaversackError('InputInvalid', `${rows} rows have the columns ${columns?.join(', ')} already`);
}

export interface GivenRow {
  readonly class: string;
  /** [columns] */
  readonly values: Float32Array;
  /** What was recorded, or brought, in one go. */
  readonly recording: string;
  readonly source: Extract<Example['source'], 'file' | 'form' | 'correction'>;
  /** As in `NewExample`. */
  readonly part?: ExamplePart;
}

export interface AddedRows {
  readonly added: number;
  /** That were here already, and are what they were. */
  readonly known: number;
  /** That were here already, under another class; they are of the one that was said last. */
  readonly moved: number;
  /** The classes that those are of now, each once. */
  readonly movedTo: readonly string[];
  /** For `takeBackExamples`. */
  readonly back: Pick<Added, 'examples' | 'before' | 'removed'>;
}

/** Rows, and what their numbers are. */
export interface GivenRows {
  readonly columns: readonly string[];
  readonly rows: readonly GivenRow[];
}

/**
 * In their order: each counts as shown a millisecond after the one before it, the last of them now. What was added stays where it is
 * stopped, and where it fails.
 * @throws HaversackError as `addExamples`; `Aborted`
 */
export async function addRows(
  db: Database,
  project: string,
  { columns, rows: given }: GivenRows,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (done: number) => void } = {},
): Promise<AddedRows> {
  const start = Date.now() - given.length;
  const all: Added[] = [];
  for (let from = 0; from < given.length; from += batch) {
    throwIfAborted(options.signal);
    const some = given.slice(from, from + batch).map(({ values, ...row }, i) => ({
      ...row,
      columns,
      shown: prepareRow(values),
      at: new Date(start + from + i + 1),
    }));
    all.push(await addExamples(db, project, some));
    options.onProgress?.(Math.min(given.length, from + batch));
  }
  return together(all);
}

/** A row that is given twice may have been added by one transaction, and be known to a later one: it is of this table all the same. */
function together(all: readonly Added[]): AddedRows {
  const now = new Map<string, Example>();
  const before = new Map<string, Move>();
  let [given, added] = [0, 0];
  for (const { examples, known, before: were } of all) {
    for (const move of were) if (!now.has(move.id)) before.set(move.id, move);
    for (const example of examples) now.set(example.id, example);
    given += examples.length;
    added += examples.length - known;
  }
  const moves = [...before.values()].filter(({ id, class: of }) => now.get(id)!.class !== of);
  return {
    added,
    known: given - added - moves.length,
    moved: moves.length,
    movedTo: [...new Set(moves.map(({ id }) => now.get(id)!.class))],
    back: {
      examples: [...now.values()],
      before: [...before.values()],
      removed: all.flatMap(({ removed }) => removed),
    },
  };
}

/** By id; those that are gone are not in it. */
export async function readRowValues(
  db: Database,
  ids: readonly string[],
): Promise<Map<string, Float32Array<ArrayBuffer>>> {
  const files = await storing(() => {
    const { store } = db.transaction('exampleFiles');
    return Promise.all(ids.map(id => store.get(id)));
  });
  return new Map(files.flatMap(file => (file ? [[file.id, rowOfBytes(file.bytes)] as const] : [])));
}
