// What `predict --input` takes (CSV, JSON rows, a protocol body), as the tensors that one run after the other is fed.
import type { InputInterface, ModelInterface } from '../../src/core/artifact/interface.ts';
import { numbersOf, parseTable } from '../../src/core/data/table.ts';
import type { Datatype } from '../../src/core/datatype.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { elements } from '../../src/core/tensor.ts';
import { z } from '../../src/core/zod.ts';

/** Rows that go into one run where the model's first dimension is free. */
const rowsPerRun = 256;

export type Value = number | string | boolean;

/** An input as the Open Inference Protocol writes it in JSON: flat, row-major. */
export interface JsonTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: readonly Value[];
}

export type Run = readonly JsonTensor[];

const value = z.union([z.number(), z.string(), z.boolean()]);
const nested: z.ZodType<Value | Nested[]> = z.lazy(() => z.union([value, z.array(nested)]));
type Nested = Value | Nested[];
const namedRow = z.record(z.string(), nested);
const bodySchema = z.object({
  inputs: z.array(
    z.object({
      name: z.string(),
      datatype: z.string(),
      shape: z.array(z.number().int().min(0)),
      data: z.array(nested),
    }),
  ),
});

/** @throws HaversackError `InputInvalid` naming the row and what was wanted */
export function readInput(text: string, { inputs }: Pick<ModelInterface, 'inputs'>): Run[] {
  const json = parseJson(text);
  if (json === undefined) return runsOf(inputs, tableRows(text, inputs));
  const body = bodySchema.safeParse(json);
  if (body.success) return [bodyRun(body.data, inputs)];
  return runsOf(inputs, jsonRows(json, inputs));
}

/** One row: for each input of the model, in its order, the numbers of one sample. */
type Row = readonly (readonly Value[])[];

function parseJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw invalid(`not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

function tableRows(text: string, inputs: readonly InputInterface[]): Row[] {
  const input = onlyInput(inputs, 'a table');
  const table = parseTable(text);
  const names = input.meaning?.names ?? null;
  const size = names?.length ?? sampleSize(input) ?? table.columns.length;
  const byName = names?.some(name => table.columns.includes(name)) === true;
  if (!byName && table.columns.length < size) {
    throw invalid(`the table has ${table.columns.length} columns, ${input.name} takes ${size}`);
  }
  // Without a name in common the columns are taken in order.
  const columns = byName ? names : table.columns.slice(0, size);
  const numbers = numbersOf(table, columns);
  return table.rows.map((_, row) => [[...numbers.subarray(row * size, (row + 1) * size)]]);
}

function jsonRows(json: unknown, inputs: readonly InputInterface[]): Row[] {
  const rows =
    Array.isArray(json) && (json.length === 0 || !json.every(isValue)) ? (json as unknown[]) : [json];
  return rows.map((row, index) => {
    const at = `row ${index + 1}`;
    const named = namedRow.safeParse(row);
    if (named.success) return namedValues(named.data, inputs, at);
    const list = z.array(nested).safeParse(row);
    if (!list.success) throw invalid(`${at} is neither an array of numbers nor an object`);
    onlyInput(inputs, 'an array');
    return [flat(list.data)];
  });
}

function isValue(item: unknown): boolean {
  return value.safeParse(item).success;
}

function namedValues(row: z.infer<typeof namedRow>, inputs: readonly InputInterface[], at: string): Row {
  if (inputs.some(({ name }) => name in row)) {
    return inputs.map(({ name }) => flat([pick(row, name, at)]));
  }
  const input = onlyInput(inputs, 'an object of features');
  const names = input.meaning?.names;
  if (!names)
    throw invalid(`${at}: features have no names here; name the input ${input.name}, or give an array`);
  return [flat(names.map(name => pick(row, name, at)))];
}

function pick(row: z.infer<typeof namedRow>, name: string, at: string): Nested {
  const found = row[name];
  if (found === undefined) throw invalid(`${at}: ${name} is missing (got ${Object.keys(row).join(', ')})`);
  return found;
}

function flat(values: readonly Nested[]): Value[] {
  return values.flatMap(item => (Array.isArray(item) ? flat(item) : [item]));
}

function onlyInput(inputs: readonly InputInterface[], what: string): InputInterface {
  const [input, ...more] = inputs;
  if (input && more.length === 0) return input;
  const names = inputs.map(({ name }) => name).join(', ');
  throw invalid(
    `${what} feeds one input, the model has ${inputs.length} (${names}); name them in JSON objects`,
  );
}

/** Null where a dimension of the sample is free. */
function sampleSize({ shape }: InputInterface): number | null {
  const sample = shape.slice(1);
  return sample.includes(-1) ? null : elements(sample);
}

function bodyRun({ inputs: given }: z.infer<typeof bodySchema>, inputs: readonly InputInterface[]): Run {
  return given.map(tensor => {
    const input = inputs.find(({ name }) => name === tensor.name);
    if (!input)
      throw invalid(`no input is called ${tensor.name}; there are ${inputs.map(i => i.name).join(', ')}`);
    if (tensor.datatype !== input.datatype) {
      throw invalid(`${tensor.name} is ${tensor.datatype}, wanted ${input.datatype}`);
    }
    return { name: input.name, datatype: input.datatype, shape: tensor.shape, data: flat(tensor.data) };
  });
}

function runsOf(inputs: readonly InputInterface[], rows: readonly Row[]): Run[] {
  if (rows.length === 0) throw invalid('there are no rows');
  const size = rowsOfARun(inputs);
  if (rows.length % size !== 0 && size !== rowsPerRun) {
    throw invalid(`the model takes ${size} rows at once, got ${rows.length}`);
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
function rowsOfARun(inputs: readonly InputInterface[]): number {
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
    throw invalid(
      `${name} has ${free} free dimensions [${shape.join(', ')}]: give a protocol body with its shape`,
    );
  }
  if (free === 0 ? count !== fixed : count % fixed !== 0) {
    throw invalid(
      `${at} has ${count} values, ${name} takes ${free === 0 ? fixed : `a multiple of ${fixed}`}`,
    );
  }
  return sample.map(size => (size === -1 ? count / fixed : size));
}

function invalid(detail: string): HaversackError {
  return new HaversackError('InputInvalid', detail);
}
