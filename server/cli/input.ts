// What `predict --input` takes (CSV, JSON rows, a protocol body), as the tensors that one run after the other is fed.
import type { InputInterface, ModelInterface } from '../../src/core/artifact/interface.ts';
import { saidNames } from '../../src/core/data/columns.ts';
import { numbersOf, parseTable } from '../../src/core/data/table.ts';
import { datatypes } from '../../src/core/datatype.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { blaming } from '../../src/core/protocol/blaming.ts';
import {
  onlyInput,
  type Row,
  rowsOfJson,
  type Run,
  runsOfRows,
  type Value,
} from '../../src/core/serve/json-rows.ts';
import { elements } from '../../src/core/tensor.ts';
import { z } from '../../src/core/zod.ts';

const value = z.union([z.number(), z.string(), z.boolean()]);
const nested: z.ZodType<Value | Nested[]> = z.lazy(() => z.union([value, z.array(nested)]));
type Nested = Value | Nested[];
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
  return blaming('InputInvalid', () => {
    const json = parseJson(text);
    if (json === undefined && inputs.length > 0) return runsOfRows(inputs, tableRows(text, inputs));
    const body = bodySchema.safeParse(json);
    if (body.success) return [bodyRun(body.data, inputs)];
    if (inputs.length === 0) {
      throw invalid(
        'the server does not say what the model takes: give a body, { "inputs": [{ "name", … }] }',
      );
    }
    return runsOfRows(inputs, rowsOfJson(json, inputs));
  });
}

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
  const names = saidNames(input);
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

/** Null where a dimension of the sample is free. */
function sampleSize({ shape }: InputInterface): number | null {
  const sample = shape.slice(1);
  return sample.includes(-1) ? null : elements(sample);
}

function bodyRun({ inputs: given }: z.infer<typeof bodySchema>, inputs: readonly InputInterface[]): Run {
  return given.map(tensor => {
    const input = inputs.length === 0 ? unsaid(tensor) : inputs.find(({ name }) => name === tensor.name);
    if (!input)
      throw invalid(`no input is called ${tensor.name}; there are ${inputs.map(i => i.name).join(', ')}`);
    if (tensor.datatype !== input.datatype) {
      throw invalid(`${tensor.name} is ${tensor.datatype}, wanted ${input.datatype}`);
    }
    return { name: input.name, datatype: input.datatype, shape: tensor.shape, data: flat(tensor.data) };
  });
}

/** Some servers do not say what a model takes: the body is then taken at its word. */
function unsaid({
  name,
  datatype,
}: {
  name: string;
  datatype: string;
}): Pick<InputInterface, 'name' | 'datatype'> {
  const known = datatypes.find(one => one === datatype);
  if (known) return { name, datatype: known };
  throw invalid(`${name} is ${datatype}, which is no datatype; there are ${datatypes.join(', ')}`);
}

function flat(values: readonly Nested[]): Value[] {
  return values.flatMap(item => (Array.isArray(item) ? flat(item) : [item]));
}

function invalid(detail: string): HaversackError {
  return new HaversackError('InputInvalid', detail);
}
