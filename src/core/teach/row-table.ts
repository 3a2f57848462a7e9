// A table that somebody brings to show rows of numbers: which of its columns are numbers, which says what each row is, and how
// its columns go with those of the project. Knows no store.
import { HaversackError } from '../errors.ts';
import { type Table, tableLines, tableOf } from '../data/table.ts';
import { assertColumns } from './row-limits.ts';

export interface RowTable extends Table {
  /** Where semicolons or tabs part the cells, commas are decimal, unless points are. */
  readonly decimal: '.' | ',';
}

/**
 * @param headed whether the first line says the names; absent: it does unless there is a number wherever the next line has one, or
 * there is a number and no next line
 * @throws HaversackError `InputInvalid` naming the line
 */
export function readRowTable(text: string, headed?: boolean): RowTable {
  const { lines, delimiter } = tableLines(text);
  const hasPoint = delimiter === ',' || lines.some(cells => cells.some(cell => pointed.test(cell)));
  const decimal = hasPoint ? '.' : ',';
  const [first = [], second = first] = lines;
  const numbers = [...second.keys()].filter(at => numberOf(second[at]!, decimal) !== null);
  const isData = numbers.length > 0 && numbers.every(at => numberOf(first[at] ?? '', decimal) !== null);
  return { ...tableOf(lines, headed ?? (isData ? false : undefined)), decimal };
}

/** A number with a decimal point. Whoever writes such parts thousands by commas, if anything. */
const pointed = /^[+-]?[\d,]*\.\d+(?:e[+-]?\d+)?$/i;

/** Finite in 32 bits; null: it is no such number. */
export function numberOf(cell: string, decimal: RowTable['decimal']): number | null {
  const text = decimal === ',' && /^[^.,]*,[^.,]*$/.test(cell) ? cell.replace(',', '.') : cell;
  const value = Math.fround(Number(text));
  return text !== '' && Number.isFinite(value) ? value : null;
}

/** Of the cells that hold anything, so many must be numbers for a column to be one of numbers. */
const leastShare = 0.5;

/** Names of the columns whose cells are mostly numbers. */
export function numberColumns({ columns, rows, decimal }: RowTable): string[] {
  return columns.filter((_, at) => {
    const said = rows.map(row => row[at]!).filter(cell => cell !== '');
    const numbers = said.filter(cell => numberOf(cell, decimal) !== null).length;
    return numbers > 0 && numbers >= leastShare * said.length;
  });
}

/** What people call the column that says what a row is; the likeliest first. */
const labelNames = [
  'label',
  'class',
  'species',
  'target',
  'category',
  'diagnosis',
  'activity',
  'variety',
  'type',
];
/** Of different texts in it. More name the rows one by one. */
const mostLabels = 50;

/**
 * The column that most likely says what each row is: one that is called so, else the last of texts of which few differ. Null:
 * there is none such.
 * @param known columns of the project, if it has any: none of those does
 */
export function proposedLabel(table: RowTable, known: readonly string[] = []): string | null {
  const { columns } = table;
  const candidates = columns.filter((column, at) => {
    const different = new Set(table.rows.map(row => row[at]!).filter(cell => cell !== ''));
    return !known.includes(column) && different.size >= 1 && different.size <= mostLabels;
  });
  const called = labelNames.flatMap(name => candidates.filter(column => column.toLowerCase() === name));
  const numbers = new Set(numberColumns(table));
  const texts = candidates.filter(column => !numbers.has(column));
  const isRepeated = (column: string): boolean => {
    const at = columns.indexOf(column);
    const cells = table.rows.map(row => row[at]!);
    return new Set(cells).size < cells.length || cells.length === 1;
  };
  return called[0] ?? texts.filter(isRepeated).at(-1) ?? null;
}

/** How a table's columns go with a project's. */
export interface MatchedColumns {
  /** Of the project. */
  readonly columns: readonly string[];
  /** Where each lies in the table; −1: nowhere. */
  readonly places: readonly number[];
  /** Names of those that are no numbers, and are not taken. */
  readonly leftOut: readonly string[];
  /** Of the project, and not in the table. */
  readonly missing: readonly string[];
  /** Numbers that the project has no column for. */
  readonly extra: readonly string[];
}

/**
 * By name, in whatever order the table has them; by place where the table says no names.
 * @param label the column that says what a row is; null: none does
 * @param known columns of the project; null: the table says which there are
 * @param not columns of numbers that are not to be taken; those of the project are all the same
 */
export function compareColumns(
  table: RowTable,
  label: string | null,
  known: readonly string[] | null,
  not: ReadonlySet<string> = new Set(),
): MatchedColumns {
  const all = numberColumns(table).filter(column => column !== label);
  const numbers = all.filter(column => !not.has(column));
  const others = table.columns.filter(column => column !== label && !all.includes(column));
  const placeOf = (column: string): number => (column === label ? -1 : table.columns.indexOf(column));
  if (!table.headed && known && numbers.length === known.length) {
    return { columns: known, places: numbers.map(placeOf), leftOut: others, missing: [], extra: [] };
  }
  const columns = known ?? numbers;
  return {
    columns,
    // A column of the project is taken whatever is in it: its cells are looked at one by one.
    places: columns.map(placeOf),
    leftOut: others.filter(column => !columns.includes(column)),
    missing: columns.filter(column => placeOf(column) < 0),
    extra: numbers.filter(column => !columns.includes(column)),
  };
}

/**
 * As `compareColumns`, where they go together.
 * @throws HaversackError `InputInvalid` with the names of the columns that are missing, and of those that are too many; `TooLarge`
 */
export function matchColumns(
  table: RowTable,
  label: string | null,
  known: readonly string[] | null,
): MatchedColumns {
  return fitting(compareColumns(table, label, known));
}

/**
 * As `matchColumns`, of a table all of whose columns are of numbers: a column is taken whatever is in it, and its rows are looked at.
 * @throws HaversackError as `matchColumns`
 */
export function matchAll({ columns: there }: RowTable, known: readonly string[] | null): MatchedColumns {
  const columns = known ?? there;
  const places = columns.map(column => there.indexOf(column));
  return fitting({
    columns,
    places,
    leftOut: [],
    missing: columns.filter((_, i) => places[i]! < 0),
    extra: there.filter(column => !columns.includes(column)),
  });
}

function fitting(matched: MatchedColumns): MatchedColumns {
  assertColumns(matched.columns);
  const { missing, extra } = matched;
  if (missing.length === 0 && extra.length === 0) return matched;
  throw new HaversackError(
    'InputInvalid',
    `columns missing: ${namesOf(missing)}; too many: ${namesOf(extra)}`,
  );
}

/** Of a list, so many names are said. */
const namedAtMost = 12;

function namesOf(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const more = names.length > namedAtMost ? ` … (${names.length})` : '';
  return names.slice(0, namedAtMost).join(', ') + more;
}

/** A row as a project is shown it. */
export interface LabelledRow {
  /** Null: nothing says what it is. */
  readonly label: string | null;
  /** [columns] */
  readonly values: Float32Array<ArrayBuffer>;
}

export interface ReadRows {
  readonly rows: readonly LabelledRow[];
  /** With a cell, of a column that is taken, that is no finite number. */
  readonly unreadable: number;
  /** Whose label is empty. */
  readonly unlabelled: number;
}

/** What cannot be taken is counted. @param label as in `matchColumns` */
export function rowsOf(
  { columns, rows, decimal }: RowTable,
  { places }: Pick<MatchedColumns, 'places'>,
  label: string | null,
): ReadRows {
  const at = label === null ? -1 : columns.indexOf(label);
  const read: LabelledRow[] = [];
  let [unreadable, unlabelled] = [0, 0];
  for (const row of rows) {
    const values = places.map(place => numberOf(row[place]!, decimal));
    if (values.some(value => value === null)) unreadable++;
    else if (at >= 0 && row[at] === '') unlabelled++;
    else read.push({ label: at < 0 ? null : row[at]!, values: Float32Array.from(values as number[]) });
  }
  return { rows: read, unreadable, unlabelled };
}
