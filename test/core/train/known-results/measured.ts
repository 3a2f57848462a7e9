// What measurements leave for the docs: tables of text, each under its own name. Knows no host.

/** A column by its heading; a row by its cells. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** From the repository's root; `scripts/measure-training.mjs` reads what lies there. */
export const measuredFolder = '.cache/training';

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
export const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);

export function meanAndSpread(values: readonly number[], show: (value: number) => string): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return `${show(mean)} (${show(Math.min(...values))} to ${show(Math.max(...values))})`;
}
