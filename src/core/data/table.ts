// Tables as people have them: CSV (RFC 4180) and what spreadsheets copy (tabs) or save (semicolons).
import Papa from 'papaparse';
import { HaversackError } from '../errors.ts';

/** A table may have this many rows. */
export const maxTableRows = 1_000_000;
export const maxTableColumns = 16_384;

export interface Table {
  readonly columns: readonly string[];
  /** As many cells a row as there are columns. */
  readonly rows: readonly (readonly string[])[];
  /** False where the first line was numbers already; the columns are then called 1, 2, 3 … */
  readonly headed: boolean;
}

/**
 * @param said whether the first line says the names; absent: it does unless it is nothing but numbers
 * @throws HaversackError `InputInvalid` naming the line.
 */
export function parseTable(text: string, said?: boolean): Table {
  return tableOf(tableLines(text).lines, said);
}

/** @param said as in `parseTable` @throws HaversackError `InputInvalid` naming the line. */
export function tableOf([first, ...rest]: readonly string[][], said?: boolean): Table {
  if (!first) throw invalid('the table is empty');
  if (first.length > maxTableColumns)
    throw invalid(`${first.length} columns, at most ${maxTableColumns} are read`);

  const headed = said ?? !first.every(isNumber);
  const columns = headed ? first : first.map((_, i) => String(i + 1));
  const rows = headed ? rest : [first, ...rest];
  if (rows.length > maxTableRows) throw invalid(`more than ${maxTableRows} rows`);
  const twice = columns.find((name, i) => columns.indexOf(name) !== i);
  if (twice !== undefined) throw invalid(`the column "${twice}" is there twice`);
  rows.forEach((row, i) => {
    if (row.length !== columns.length) {
      throw invalid(`row ${i + 1} has ${row.length} cells, wanted ${columns.length}`);
    }
  });
  return { columns, rows, headed };
}

/**
 * A table's lines, each as its cells, whether the first says names or not; and what parts those.
 * @throws HaversackError `InputInvalid` naming the line
 */
export function tableLines(text: string): {
  readonly lines: readonly string[][];
  readonly delimiter: string;
} {
  const plain = text.replace(/^\uFEFF/, '');
  const delimiter = surelyParts(plain);
  const parsed = Papa.parse(plain, {
    ...(delimiter === null ? { delimitersToGuess: [',', '\t', ';'] } : { delimiter }),
    skipEmptyLines: 'greedy',
    preview: maxTableRows + 2,
  });
  const quote = parsed.errors.find(error => error.type === 'Quotes');
  if (quote) throw invalid(`line ${(quote.row ?? 0) + 1}: ${quote.message}`);
  return { lines: parsed.data.map(row => row.map(cell => cell.trim())), delimiter: parsed.meta.delimiter };
}

/** So many first lines tell what parts cells. */
const tellingLines = 10;

/**
 * Tabs, else semicolons, where they part the first lines alike: nobody writes them into each line otherwise, while commas may be decimal ones
 * in as many cells of each. Null: that is to be guessed.
 */
function surelyParts(text: string): string | null {
  const areAlike = (delimiter: string): boolean => {
    const { data, errors } = Papa.parse(text, { delimiter, skipEmptyLines: 'greedy', preview: tellingLines });
    const cells = data[0]?.length ?? 0;
    return cells > 1 && errors.length === 0 && data.every(row => row.length === cells);
  };
  return ['\t', ';'].find(areAlike) ?? null;
}

/** CSV with CRLF-free lines, a header, and a last line break: the same table gives the same bytes everywhere. */
export function writeTable(table: {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}): string {
  return Papa.unparse([table.columns, ...table.rows], { newline: '\n' }) + '\n';
}

/**
 * The columns called `names` as numbers, [rows, names], row-major. A table without a header is read by position.
 * @throws HaversackError `InputInvalid` naming what is missing or no number.
 */
export function numbersOf(table: Table, names: readonly string[]): Float32Array<ArrayBuffer> {
  const positions = positionsOf(table, names);
  const values = new Float32Array(table.rows.length * names.length);
  table.rows.forEach((row, r) => {
    positions.forEach((position, c) => {
      const cell = row[position]!;
      if (!isNumber(cell)) {
        throw invalid(`row ${r + 1}, column "${names[c]!}": "${cell.slice(0, 40)}" is not a number`);
      }
      values[r * names.length + c] = Number(cell);
    });
  });
  return values;
}

function positionsOf(table: Table, names: readonly string[]): number[] {
  if (!table.headed) {
    if (table.columns.length < names.length) {
      throw invalid(
        `${table.columns.length} columns without names, wanted ${names.length}: ${names.slice(0, 8).join(', ')}`,
      );
    }
    return names.map((_, i) => i);
  }
  const positions = names.map(name => table.columns.indexOf(name));
  const missing = names.filter((_, i) => positions[i] === -1);
  if (missing.length > 0) {
    throw invalid(
      `the columns ${missing.slice(0, 8).join(', ')}${missing.length > 8 ? ' …' : ''} are missing ` +
        `(got ${table.columns.slice(0, 8).join(', ')}${table.columns.length > 8 ? ' …' : ''})`,
    );
  }
  return positions;
}

function isNumber(cell: string): boolean {
  return cell !== '' && Number.isFinite(Number(cell));
}

function invalid(detail: string): HaversackError {
  return new HaversackError('InputInvalid', `${detail}.`);
}
