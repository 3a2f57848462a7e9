// A table that somebody gave, as it would be brought in: what it has, what is taken, and what is not.
import { type Oddity, oddColumns } from '../../../core/teach/odd-columns.ts';
import { rowLimits } from '../../../core/teach/row-limits.ts';
import {
  compareColumns,
  type LabelledRow,
  type MatchedColumns,
  numberColumns,
  proposedLabel,
  type ReadRows,
  readRowTable,
  type RowTable,
  rowsOf,
} from '../../../core/teach/row-table.ts';

/** As it was given. */
export interface GivenTable {
  /** Of the file, without its ending; null: it was pasted. */
  readonly name: string | null;
  readonly text: string;
}

/** How it is to be read; absent: as it is proposed. */
export interface TableReading {
  readonly headed?: boolean;
  /** Null: no column says what a row is. */
  readonly label?: string | null;
  /** Columns of numbers: whether they are taken. */
  readonly taken?: ReadonlyMap<string, boolean>;
}

/** A column of numbers that may be taken or not. */
export interface ColumnChoice {
  readonly name: string;
  readonly isTaken: boolean;
  /** Why it is proposed not to be; null: it is proposed. */
  readonly oddity: Oddity | null;
  /** Nobody can take it. */
  readonly isBarred: boolean;
}

export interface LookedAtTable {
  readonly table: RowTable;
  readonly label: string | null;
  /** Without those of the project: these are always taken. */
  readonly choices: readonly ColumnChoice[];
  readonly matched: MatchedColumns;
  /** Nothing where the columns do not fit. */
  readonly read: ReadRows;
  /** Label → rows, the first first. */
  readonly labels: ReadonlyMap<string, number>;
  /** Rows, the same but once. */
  readonly different: number;
  /** Rows whose numbers another row before them has, under another label. */
  readonly conflicts: number;
}

const nothing: ReadRows = { rows: [], unreadable: 0, unlabelled: 0 };

/**
 * @param known columns of the project; null: it has none yet
 * @throws HaversackError `InputInvalid` for what is no table
 */
export function lookAtTable(
  given: GivenTable,
  known: readonly string[] | null,
  { headed, label: said, taken }: TableReading = {},
): LookedAtTable {
  const table = tableOf(given, headed);
  const isThere = said === null || (said !== undefined && table.columns.includes(said));
  const label = isThere ? said : proposedLabel(table, known ?? []);
  const choices = choicesOf(table, label, taken).filter(({ name }) => !known?.includes(name));
  const left = choices.filter(({ isTaken }) => !isTaken).map(({ name }) => name);
  const matched = compareColumns(table, label, known, new Set(left));
  const { columns, missing, extra } = matched;
  const isWide = columns.length > 0 && columns.length <= rowLimits.columns;
  const fits = isWide && missing.length === 0 && extra.length === 0;
  const read = fits ? rowsOf(table, matched, label) : nothing;
  const labels = new Map<string, number>();
  for (const row of read.rows) {
    if (row.label !== null) labels.set(row.label, (labels.get(row.label) ?? 0) + 1);
  }
  return { table, label, choices, matched, read, labels, ...repeatsIn(read.rows) };
}

/** What a table is read as does not change, however it is looked at. */
const tables = new WeakMap<GivenTable, Map<boolean | undefined, RowTable>>();

function tableOf(given: GivenTable, headed: boolean | undefined): RowTable {
  const known = tables.get(given) ?? new Map<boolean | undefined, RowTable>();
  tables.set(given, known);
  const table = known.get(headed) ?? readRowTable(given.text, headed);
  known.set(headed, table);
  return table;
}

function choicesOf(table: RowTable, label: string | null, taken: TableReading['taken']): ColumnChoice[] {
  const odd = oddColumns(table);
  return numberColumns(table)
    .filter(name => name !== label)
    .map(name => {
      const oddity = odd.get(name) ?? null;
      const isBarred = oddity === 'unnamed' || oddity === 'long';
      return { name, oddity, isBarred, isTaken: !isBarred && (taken?.get(name) ?? oddity === null) };
    });
}

function repeatsIn(rows: readonly LabelledRow[]): Pick<LookedAtTable, 'different' | 'conflicts'> {
  const labels = new Map<string, string | null>();
  let conflicts = 0;
  for (const { label, values } of rows) {
    const row = values.join();
    if (labels.has(row) && labels.get(row) !== label) conflicts++;
    labels.set(row, label);
  }
  return { different: labels.size, conflicts };
}
