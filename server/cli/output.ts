// What the command prints: one JSON value, or tables and bytes for people.
import type { Io } from './io.ts';

export interface OutputOptions {
  readonly json?: boolean;
}

/** With `--json` exactly one value on stdout; else what `human` writes. */
export function print(io: Io, options: OutputOptions, value: unknown, human: () => string): void {
  io.stdout(options.json ? `${JSON.stringify(value, null, 2)}\n` : human());
}

/** What a server or a file said, without what a terminal obeys (escape sequences, line breaks). */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\ufffd');
}

/** What a person should know, a line each after an empty one; nothing where there is nothing. */
export function noteLines(notes: readonly string[]): string {
  return notes.length === 0 ? '' : `\n${notes.map(note => `${printable(note)}\n`).join('')}`;
}

/** Columns padded to their widest cell; columns of numbers to the right. */
export function table(header: readonly string[], given: readonly (readonly string[])[]): string {
  const rows = given.map(cells => cells.map(printable));
  const widths = header.map((title, column) =>
    Math.max(width(title), ...rows.map(row => width(row[column] ?? ''))),
  );
  const right = header.map((_, column) => rows.length > 0 && rows.every(row => isNumber(row[column] ?? '')));
  const line = (cells: readonly string[]) =>
    widths
      .map((size, column) => pad(cells[column] ?? '', size, right[column] === true))
      .join('  ')
      .trimEnd();
  return [line(header), ...rows.map(line)].map(text => `${text}\n`).join('');
}

function isNumber(cell: string): boolean {
  return cell === '' || cell === '–' || /^-?[\d.]+( ?(%|[kMG]?B))?$/.test(cell);
}

/** Chinese, Japanese and Korean letters take two columns (Unicode TR11). */
function width(text: string): number {
  return Array.from(text).reduce(
    (sum, letter) =>
      sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/.test(letter) ? 2 : 1),
    0,
  );
}

function pad(text: string, size: number, right: boolean): string {
  const space = ' '.repeat(size - width(text));
  return right ? space + text : text + space;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB'];
  const step = Math.min(Math.floor(Math.log10(bytes) / 3), units.length);
  const value = bytes / 1000 ** step;
  return `${value.toFixed(value < 100 ? 1 : 0)} ${units[step - 1]!}`;
}

/** Of an ISO 8601 time in UTC: `2026-05-03 14:30`. */
export function formatMinute(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
}

export function formatShare(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

const barCells = 24;
const clearLine = '\r\u001b[K';

/** A progress line on stderr where that is a terminal; `end` takes it away. */
export function progressLine(io: Io, title: string) {
  let drawn = false;
  const draw = (done: number, total: number, format: (value: number) => string) => {
    if (!io.terminal || total === 0) return;
    const full = Math.round((done / total) * barCells);
    const bar = '█'.repeat(full) + '░'.repeat(barCells - full);
    io.stderr(`${clearLine}${title}  ${bar}  ${format(done)} of ${format(total)}`);
    drawn = true;
  };
  return {
    show: (doneBytes: number, totalBytes: number) => draw(doneBytes, totalBytes, formatBytes),
    count: (done: number, total: number) => draw(done, total, String),
    end: () => {
      if (drawn) io.stderr(clearLine);
    },
  };
}
