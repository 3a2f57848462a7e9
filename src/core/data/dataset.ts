// A data set: rows of numbers with a label and a permanent part, as CSV and in memory. Knows no model.
import { type Part, partSchema } from '../artifact/documents.ts';
import { HaversackError } from '../errors.ts';
import type { LabelledRows } from './labelled-rows.ts';
import { type Table, numbersOf, parseTable, writeTable } from './table.ts';

/** A data set's decoded CSV may be this large. */
export const maxDatasetBytes = 512 * 2 ** 20;

/** Column names: of the features in the order of the model's input, of the label, of the part. */
export interface DatasetSchema {
  readonly features: readonly string[];
  readonly target: string;
  readonly split: string;
}

export interface Dataset {
  features: string[];
  target: string;
  split: string;
  rows: number;
  /** [rows, features], row-major. */
  values: Float32Array<ArrayBuffer>;
  /** Per row. */
  labels: string[];
  parts: Part[];
}

/** @throws HaversackError `InputInvalid` naming row and column. */
export function parseDataset(csv: string, schema: DatasetSchema): Dataset {
  const table = parseTable(csv);
  const values = numbersOf(table, schema.features);
  const labels = column(table, schema.target);
  const parts = column(table, schema.split).map((cell, i) => {
    const part = partSchema.safeParse(cell);
    if (part.success) return part.data;
    throw new HaversackError(
      'InputInvalid',
      `row ${i + 1}: the part is "${cell.slice(0, 40)}", wanted train, validation or test.`,
    );
  });
  return {
    features: [...schema.features],
    target: schema.target,
    split: schema.split,
    rows: table.rows.length,
    values,
    labels,
    parts,
  };
}

/** Numbers in the shortest form that reads back as the same binary32. */
export function writeDataset(dataset: Dataset): string {
  const width = dataset.features.length;
  const rows = dataset.labels.map((label, row) => [
    ...Array.from(dataset.values.subarray(row * width, (row + 1) * width), shortest),
    label,
    dataset.parts[row]!,
  ]);
  return writeTable({ columns: [...dataset.features, dataset.target, dataset.split], rows });
}

/**
 * The rows of one part, labels as indices into `labels`.
 * @throws HaversackError `InputInvalid` for a label that is not among them.
 */
export function datasetRows(dataset: Dataset, part: Part, labels: readonly string[]): LabelledRows {
  const width = dataset.features.length;
  const chosen = dataset.parts.flatMap((each, row) => (each === part ? [row] : []));
  const features = new Float32Array(chosen.length * width);
  const indices = new Int32Array(chosen.length);
  const indexOf = new Map(labels.map((label, i) => [label, i]));
  chosen.forEach((row, i) => {
    const label = dataset.labels[row]!;
    const index = indexOf.get(label);
    if (index === undefined) {
      throw new HaversackError(
        'InputInvalid',
        `row ${row + 1} is labelled "${label}", the model knows ${labels.slice(0, 12).join(', ')}.`,
      );
    }
    features.set(dataset.values.subarray(row * width, (row + 1) * width), i * width);
    indices[i] = index;
  });
  return { features, labels: indices, rows: chosen.length };
}

function column(table: Table, name: string): string[] {
  const position = table.columns.indexOf(name);
  if (position === -1) {
    throw new HaversackError('InputInvalid', `the column "${name}" is missing.`);
  }
  return table.rows.map(row => row[position]!);
}

/** A number of 32 bits in as few digits as tell it from its neighbours. */
export function shortest(value: number): string {
  // Nine significant digits always suffice for binary32 (IEEE 754-2019 §5.12.2).
  for (let digits = 1; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(Number(value.toPrecision(9)));
}
