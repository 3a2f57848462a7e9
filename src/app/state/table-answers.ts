// A table of samples, answered row by row, and the table that comes out of it. Loaded with the CSV reader, on demand.
import type { InputInterface } from '../../core/artifact/interface.ts';
import type { Decided } from '../../core/evaluate/decide.ts';
import { columnNames, sampleSize } from '../../core/data/columns.ts';
import { numbersOf, parseTable, type Table, writeTable } from '../../core/data/table.ts';
import { ok, type Result } from '../../core/result.ts';
import { answerTo } from './answers.ts';
import { takesBatches, toInput } from './inputs.ts';
import type { VersionInUse } from './version.ts';

/** Rows that go through the model in one run, where it takes many. */
const rowsARun = 512;

export interface AnsweredTable {
  readonly table: Table;
  readonly decided: readonly Decided[];
  readonly totalMs: number;
}

/** @throws HaversackError `InputInvalid` naming row and column */
export function readSamples(text: string, input: InputInterface): { table: Table; values: Float32Array } {
  const names = columnNames(input);
  const table = named(parseTable(text), names);
  return { table, values: numbersOf(byOrder(table, names), names) };
}

/** Columns without names get those they are read as. */
function named(table: Table, names: readonly string[]): Table {
  return table.headed || table.columns.length !== names.length ? table : { ...table, columns: [...names] };
}

/** A table none of whose columns has a wanted name is read by order. */
function byOrder(table: Table, names: readonly string[]): Table {
  const known = table.columns.some(column => names.includes(column));
  return known ? table : { ...table, headed: false };
}

export async function answerTable(
  version: VersionInUse,
  variant: string,
  { table, values }: { readonly table: Table; readonly values: Float32Array },
): Promise<Result<AnsweredTable>> {
  const input = version.manifest.interface.inputs[0]!;
  const width = sampleSize(input);
  const step = takesBatches(input) ? rowsARun : 1;
  const decided: Decided[] = [];
  const started = performance.now();
  for (let row = 0; row < table.rows.length; row += step) {
    const part = values.subarray(row * width, (row + step) * width);
    const answer = await answerTo({ version, variant, inputs: { [input.name]: toInput(input, part) } });
    if (!answer.ok) return answer;
    decided.push(...answer.value.decided);
  }
  return ok({ table, decided, totalMs: performance.now() - started });
}

/** The table as it came, with the answers as further columns. */
export function writeAnswers({ table, decided }: AnsweredTable): string {
  const taken = new Set(table.columns);
  const added = ['answer', 'probability', 'sure'].map(name => (taken.has(name) ? `model_${name}` : name));
  return writeTable({
    columns: [...table.columns, ...added],
    rows: table.rows.map((row, i) => {
      const answer = decided[i];
      const figure = answer?.probability ?? answer?.score;
      return [
        ...row,
        answer?.label ?? '',
        figure === null || figure === undefined ? '' : String(figure),
        String(answer?.sure ?? ''),
      ];
    }),
  });
}
