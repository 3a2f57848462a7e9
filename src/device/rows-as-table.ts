// A project's rows as one table that anybody can use, and such a table read again.
import { shortest } from '../core/data/dataset.ts';
import { guarded, unguarded } from '../core/data/formula-guard.ts';
import { writeTable } from '../core/data/table.ts';
import type { ExamplePart } from '../core/teach/place-example.ts';
import type { RowTable } from '../core/teach/row-table.ts';
import type { Database } from './db.ts';
import { type Example, exampleSchema, type Project } from './project-schemas.ts';
import { readRowValues } from './row-examples.ts';

/** The table's name in the archive. */
export const rowsFile = 'rows.csv';

/** Before the project's own columns; a project's that is called so is told by its place. */
const ownColumns = ['label', 'none', 'part', 'recording', 'source', 'time'] as const;

/** CSV: what each row is of and how it was parted, then its numbers, in as few digits as they need. */
export async function rowsAsTable(
  db: Database,
  { classes, columns }: Project,
  examples: readonly Example[],
): Promise<string> {
  const named = columns ?? [];
  const values = await readRowValues(
    db,
    examples.map(({ id }) => id),
  );
  const known = new Map(classes.map(each => [each.id, each]));
  const rows = examples.flatMap(({ id, class: of, part, recording, source, createdAt }) => {
    const [row, said] = [values.get(id), known.get(of)];
    if (!row || !said) return [];
    const own = [guarded(said.label), said.isNone ? '1' : '0', part, recording, source, createdAt];
    return [[...own, ...Array.from(row, shortest)]];
  });
  return writeTable({ columns: [...freeNames(named), ...named.map(guarded)], rows });
}

/** A table names no column twice: ours have another underscore before them where need be. */
function freeNames(taken: readonly string[]): string[] {
  return ownColumns.map(name => {
    let free: string = name;
    while (taken.map(guarded).includes(free)) free = `_${free}`;
    return free;
  });
}

/** Of such a table, what each row says beside its numbers. */
export interface SaidOfRow {
  readonly label: string | null;
  readonly isNone: boolean;
  readonly part: ExamplePart | null;
  /** Null: it says none. */
  readonly recording: string | null;
}

/** The table without what is ours, and that; null: it is none of ours. */
export function withoutOwnColumns(
  table: RowTable,
): { readonly table: RowTable; readonly said: readonly SaidOfRow[] } | null {
  const own = table.columns.slice(0, ownColumns.length).map(name => name.replace(/^_+/, ''));
  if (!table.headed || own.join() !== ownColumns.join()) return null;
  const at = (name: (typeof ownColumns)[number]) => ownColumns.indexOf(name);
  const { part, recording } = exampleSchema.shape;
  return {
    table: {
      ...table,
      columns: table.columns.slice(ownColumns.length).map(unguarded),
      rows: table.rows.map(row => row.slice(ownColumns.length)),
    },
    said: table.rows.map(row => ({
      label: unguarded(row[at('label')]!).trim() || null,
      isNone: row[at('none')] === '1',
      part: part.safeParse(row[at('part')]).data ?? null,
      recording: recording.safeParse(row[at('recording')]).data ?? null,
    })),
  };
}
