// A table that somebody gave, as it would be brought in: what it has, what is taken, and what is not.
import {
  compareColumns,
  type MatchedColumns,
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
}

export interface LookedAtTable {
  readonly table: RowTable;
  readonly label: string | null;
  readonly matched: MatchedColumns;
  /** Nothing where the columns do not fit. */
  readonly read: ReadRows;
  /** Label → rows, the first first. */
  readonly labels: ReadonlyMap<string, number>;
}

const nothing: ReadRows = { rows: [], unreadable: 0, unlabelled: 0 };

/**
 * @param known columns of the project; null: it has none yet
 * @throws HaversackError `InputInvalid` for what is no table
 */
export function lookAtTable(
  { text }: GivenTable,
  known: readonly string[] | null,
  { headed, label: said }: TableReading = {},
): LookedAtTable {
  const table = readRowTable(text, headed);
  const isThere = said === null || (said !== undefined && table.columns.includes(said));
  const label = isThere ? said : proposedLabel(table, known ?? []);
  const matched = compareColumns(table, label, known);
  const fits = matched.columns.length > 0 && matched.missing.length === 0 && matched.extra.length === 0;
  const read = fits ? rowsOf(table, matched, label) : nothing;
  const labels = new Map<string, number>();
  for (const row of read.rows) {
    if (row.label !== null) labels.set(row.label, (labels.get(row.label) ?? 0) + 1);
  }
  return { table, label, matched, read, labels };
}
