// Rows as people write them in JSON (numbers, named features, named inputs), as the tensors that one run after the other is
// fed. Knows neither schemas nor the catalogue of errors: a small client carries this too.
import type { InputInterface } from '../artifact/interface.ts';
import { saidNames } from '../data/columns.ts';
import type { Datatype } from '../datatype.ts';
import { Malformed } from '../protocol/malformed.ts';
import { elements } from '../tensor.ts';

/** Rows that go into one run where the model's first dimension is free. */
const rowsPerRun = 256;
/** Arrays in each other. */
const maxNesting = 32;

export type Value = number | string | boolean | null;

/** An input as the Open Inference Protocol writes it in JSON: flat, row-major. */
export interface JsonTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: readonly Value[];
}

export type Run = readonly JsonTensor[];

/** One row: for each input of the model, in its order, the values of one sample. */
export type Row = readonly (readonly Value[])[];

type Inputs = readonly InputInterface[];
type NamedRow = Readonly<Record<string, unknown>>;

/**
 * One row or many: `[1, 2]`, `[[1, 2]]`, `{ "width": 2, "length": 1 }`, `{ "input": [1, 2] }`, or an array of such.
 * @throws Malformed naming the row and what was wanted
 */
export function rowsOfJson(json: unknown, inputs: Inputs): Row[] {
  return listOf(json).map((row, index) => rowOf(row, inputs, `row ${index + 1}`));
}

/** As `rowsOfJson`, where it is known that each item is a row: one value is a row of one. @throws Malformed */
export function rowsOfList(list: readonly unknown[], inputs: Inputs): Row[] {
  return list.map((row, index) => rowOf(isValue(row) ? [row] : row, inputs, `row ${index + 1}`));
}

/**
 * Whether each name in a row is one of the model's: a feature that is misspelt is not passed over.
 * @throws Malformed naming the row, the name and what was wanted
 */
export function assertKnownNames(json: unknown, inputs: Inputs): void {
  listOf(json).forEach((row, index) => {
    if (!isNamedRow(row)) return;
    const names = wantedNames(row, inputs);
    const unknown = Object.keys(row).find(name => !names.includes(name));
    if (unknown === undefined) return;
    throw new Malformed(
      `row ${index + 1}: there is no '${shorten(unknown)}', wanted ${names.map(shorten).join(', ')}`,
    );
  });
}

function listOf(json: unknown): readonly unknown[] {
  return Array.isArray(json) && (json.length === 0 || !json.every(isValue)) ? json : [json];
}

function rowOf(row: unknown, inputs: Inputs, at: string): Row {
  if (isNamedRow(row)) return namedValues(row, inputs, at);
  if (!Array.isArray(row)) throw new Malformed(`${at} is neither an array of numbers nor an object`);
  onlyInput(inputs, 'an array');
  return [flatten(row, at)];
}

function namedValues(row: NamedRow, inputs: Inputs, at: string): Row {
  if (namesInputs(row, inputs)) return inputs.map(({ name }) => flatten([pick(row, name, at)], at));
  const input = onlyInput(inputs, 'an object of features');
  const names = saidNames(input);
  if (!names) {
    throw new Malformed(`${at}: features have no names here; name the input ${input.name}, or give an array`);
  }
  return [
    flatten(
      names.map(name => pick(row, name, at)),
      at,
    ),
  ];
}

function wantedNames(row: NamedRow, inputs: Inputs): readonly string[] {
  const inputNames = inputs.map(({ name }) => name);
  return namesInputs(row, inputs) ? inputNames : ((inputs[0] && saidNames(inputs[0])) ?? inputNames);
}

function namesInputs(row: NamedRow, inputs: Inputs): boolean {
  return inputs.some(({ name }) => Object.hasOwn(row, name));
}

function pick(row: NamedRow, name: string, at: string): unknown {
  if (Object.hasOwn(row, name)) return row[name];
  throw new Malformed(`${at}: ${name} is missing (got ${Object.keys(row).map(shorten).join(', ')})`);
}

function flatten(values: readonly unknown[], at: string, depth = 0): Value[] {
  if (depth > maxNesting) throw new Malformed(`${at} is nested deeper than ${maxNesting}`);
  const flat: Value[] = [];
  for (const value of values) {
    if (isValue(value)) flat.push(value);
    else if (Array.isArray(value)) for (const part of flatten(value, at, depth + 1)) flat.push(part);
    else throw new Malformed(`${at} holds an object where a value belongs`);
  }
  return flat;
}

function isValue(item: unknown): item is Value {
  return item === null || typeof item !== 'object';
}

function isNamedRow(row: unknown): row is NamedRow {
  return typeof row === 'object' && row !== null && !Array.isArray(row);
}

/** @throws Malformed where there are several: `what` feeds one */
export function onlyInput(inputs: Inputs, what: string): InputInterface {
  const [input, ...more] = inputs;
  if (input && more.length === 0) return input;
  const names = inputs.map(({ name }) => name).join(', ');
  throw new Malformed(
    `${what} feeds one input, the model has ${inputs.length} (${names}); name them in JSON objects`,
  );
}

/** @throws Malformed naming the row that has another size */
export function runsOfRows(inputs: Inputs, rows: readonly Row[]): Run[] {
  if (rows.length === 0) throw new Malformed('there are no rows');
  const size = rowsOfARun(inputs);
  if (rows.length % size !== 0 && size !== rowsPerRun) {
    throw new Malformed(`the model takes ${size} rows at once, got ${rows.length}`);
  }
  const runs: Run[] = [];
  for (let start = 0; start < rows.length; start += size) {
    const group = rows.slice(start, start + size);
    runs.push(
      inputs.map((input, column) =>
        tensorOf(
          input,
          group.map(row => row[column]!),
          start,
        ),
      ),
    );
  }
  return runs;
}

/** A free dimension inside a sample may differ from row to row: such rows run one by one. */
function rowsOfARun(inputs: Inputs): number {
  if (inputs.some(({ shape }) => shape.length === 0 || shape.slice(1).includes(-1))) return 1;
  return inputs.map(({ shape }) => shape[0]!).find(size => size > 0) ?? rowsPerRun;
}

function tensorOf(input: InputInterface, rows: readonly (readonly Value[])[], firstRow: number): JsonTensor {
  const shapes = rows.map((values, i) => sampleShape(input, values.length, `row ${firstRow + i + 1}`));
  const shape = input.shape.length === 0 ? [] : [rows.length, ...shapes[0]!];
  return { name: input.name, datatype: input.datatype, shape, data: rows.flat() };
}

/** The sample's shape with its free dimension, if it has one, filled from the count of values. */
function sampleShape({ name, shape }: InputInterface, count: number, at: string): number[] {
  const sample = shape.slice(1);
  const fixed = elements(sample.filter(size => size !== -1));
  const free = sample.filter(size => size === -1).length;
  if (free > 1) {
    throw new Malformed(
      `${name} has ${free} free dimensions [${shape.join(', ')}]: give a protocol body with its shape`,
    );
  }
  if (free === 0 ? count !== fixed : count % fixed !== 0) {
    throw new Malformed(
      `${at} has ${count} values, ${name} takes ${free === 0 ? fixed : `a multiple of ${fixed}`}`,
    );
  }
  return sample.map(size => (size === -1 ? count / fixed : size));
}

function shorten(name: string): string {
  return name.slice(0, 64);
}
