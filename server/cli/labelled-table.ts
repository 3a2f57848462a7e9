// A table that someone learns from or is judged on: columns of numbers, and one column that is the truth.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { numbersOf, parseTable, type Table } from '../../src/core/data/table.ts';
import { readClasses, readNumbers, readTarget, type Target } from '../../src/core/data/target.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';

export interface LabelledTable {
  /** Names of the columns. */
  readonly features: readonly string[];
  /** [rows, features], row-major. */
  readonly values: Float32Array<ArrayBuffer>;
  readonly rows: number;
  readonly truth: Target;
}

export interface TableOptions {
  readonly data: string;
  readonly target: string;
  /** Columns, parted by commas. */
  readonly features?: string;
}

/** What a model expects of a table, where it says so. */
export interface Expected {
  readonly features: readonly string[] | null;
  readonly labels: readonly string[] | null;
  /** Null: the column itself says whether it holds classes. */
  readonly kind: Target['kind'] | null;
}

export async function readLabelledTable(
  io: Io,
  options: TableOptions,
  expected: Expected,
): Promise<LabelledTable> {
  const table = parseTable(await readText(io, options.data));
  if (table.rows.length === 0) throw new HaversackError('InputInvalid', `${options.data} has no rows.`);
  const truth = truthOf(table, options.target, expected);
  const features = columnsOf(table, options, expected);
  return {
    features,
    // By name, also where the names are only the columns' numbers.
    values: numbersOf({ ...table, headed: true }, features),
    rows: table.rows.length,
    truth,
  };
}

function truthOf(table: Table, column: string, { labels, kind }: Expected): Target {
  if (labels) return readClasses(table, column, labels);
  return kind === 'numbers' ? readNumbers(table, column) : readTarget(table, column);
}

/** Those that were asked for; else those that the model names, if any is there; else all but the target. */
function columnsOf(table: Table, { target, features }: TableOptions, expected: Expected): readonly string[] {
  if (features !== undefined) {
    const names = features.split(',').map(name => name.trim());
    if (names.includes(target))
      throw new UsageError(`--features names the target "${target}".`, 'Leave it out.');
    return names;
  }
  if (expected.features?.some(name => table.columns.includes(name))) return expected.features;
  const others = table.columns.filter(name => name !== target);
  if (others.length > 0) return others;
  throw new HaversackError(
    'InputInvalid',
    `The table has the column "${target}" alone, and none to tell it from.`,
  );
}

async function readText(io: Io, path: string): Promise<string> {
  if (path === '-') return new TextDecoder().decode(await io.stdin());
  return readFile(resolve(io.cwd, path), 'utf8');
}
