// What every benchmark shares: interleaved runs, medians with spread, and how a result is told. Knows no browser.
import { median } from '../src/core/median.ts';
import { cpus, totalmem } from 'node:os';

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** One figure: ours beside a peer's, or beside a limit (`peer` then names the limit, `theirs` is it). */
export interface Row {
  readonly case: string;
  /** With its unit; less is better. */
  readonly metric: string;
  /** Null: it cannot be done, and `note` says why; so for `theirs`. */
  readonly ours: Spread | null;
  readonly peer: string;
  readonly theirs: Spread | null;
  /** How many times better ours is: theirs / ours. Null where one of them is. */
  readonly ratio: number | null;
  /** Null: the figure is told, nothing is asked of it. */
  readonly goal: number | null;
  /** Null: there is nothing to hold against the goal. */
  readonly met: boolean | null;
  readonly note?: string;
}

export interface BenchResult {
  readonly bench: string;
  readonly machine: string;
  readonly rows: readonly Row[];
}

export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('spread: no values');
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** One row from measured values, less being better. `goal` is the least `ratio` that will do. */
export function compared(
  row: Pick<Row, 'case' | 'metric' | 'peer' | 'goal'>,
  ours: readonly number[],
  theirs: readonly number[],
): Row {
  const [our, their] = [spread(ours), spread(theirs)];
  const ratio = their.median / our.median;
  return {
    case: row.case,
    metric: row.metric,
    ours: our,
    peer: row.peer,
    theirs: their,
    ratio,
    goal: row.goal,
    met: row.goal === null ? null : ratio >= row.goal,
  };
}

/** A figure against a limit: `ratio` is limit / ours, and 1 is enough. */
export function limited(
  row: Pick<Row, 'case' | 'metric'> & { limit: number; limitName: string },
  ours: readonly number[],
): Row {
  const { limit, limitName, ...rest } = row;
  return compared({ ...rest, peer: limitName, goal: 1 }, ours, [limit]);
}

/** Less than any clock here tells apart: what is no more than the other. */
const noMore = 1e-3;

/** What ours takes more than theirs, round by round, against a limit: what the machine did meanwhile falls on both. */
export function surplus(
  row: Pick<Row, 'case' | 'metric'> & { limit: number; limitName: string },
  ours: readonly number[],
  theirs: readonly number[],
): Row {
  const more = ours.map((value, nth) => Math.max(noMore, value - theirs[nth]!));
  const note = `${figure(median(ours))} beside ${figure(median(theirs))}`;
  return { ...limited(row, more), note };
}

/**
 * Measures A and B in turn, so that what else the machine does falls on both; which of the two is first alternates.
 * `warmUps` pairs are thrown away.
 */
export async function interleaved(
  rounds: { count: number; warmUps: number },
  measureOurs: () => Promise<number>,
  measureTheirs: () => Promise<number>,
): Promise<{ ours: number[]; theirs: number[] }> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = -rounds.warmUps; round < rounds.count; round++) {
    const oursFirst = round % 2 === 0;
    const first = await (oursFirst ? measureOurs : measureTheirs)();
    const second = await (oursFirst ? measureTheirs : measureOurs)();
    if (round < 0) continue;
    ours.push(oursFirst ? first : second);
    theirs.push(oursFirst ? second : first);
  }
  return { ours, theirs };
}

/** Say what it was measured on beside every figure. */
export function machineLine(browser: string): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const processor = processors[0]?.model.trim() ?? 'unknown processor';
  return `${processors.length} × ${processor}, ${memory} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}, ${browser}`;
}

export function render({ bench, machine, rows }: BenchResult): string {
  const header = ['case', 'metric', 'ours', 'peer', 'theirs', 'ratio', 'goal', ''];
  const cells = rows.map(row => [
    row.case,
    row.metric,
    spreadCell(row.ours),
    row.peer,
    spreadCell(row.theirs),
    row.ratio === null ? '' : row.ratio.toFixed(2),
    row.goal === null ? '' : `≥ ${row.goal.toFixed(2)}`,
    [row.met === null ? '' : row.met ? 'met' : 'MISSED', row.note ?? ''].filter(Boolean).join(': '),
  ]);
  const widths = header.map((title, column) =>
    Math.max(...[header, ...cells].map(row => row[column]!.length), title.length),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  return [`${bench} on ${machine}`, '', line(header), ...cells.map(line), ''].join('\n');
}

function spreadCell(value: Spread | null): string {
  if (value === null) return '–';
  const { median, min, max } = value;
  if (min === max) return figure(median);
  return `${figure(median)} (${figure(min)} to ${figure(max)})`;
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
