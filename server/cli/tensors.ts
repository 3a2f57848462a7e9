// Values of people's tables and JSON as typed tensors, and a model's outputs as values again.
import { blaming } from '../../src/core/protocol/blaming.ts';
import { tensorFromJson } from '../../src/core/protocol/codec-json.ts';
import { assertRows, rowOfTensor } from '../../src/core/serve/rows-of-outputs.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import type { JsonTensor, Value } from '../../src/core/serve/json-rows.ts';

/** @throws HaversackError `InputInvalid` where a value does not fit the datatype */
export function toTensor({ name, datatype, shape, data }: JsonTensor): Tensor {
  return blaming('InputInvalid', () => tensorFromJson(name, datatype, shape, data));
}

/**
 * What one row of a run got: its slice of every output.
 * @throws HaversackError `RuntimeFailed` where an output has other rows than went in
 */
export function rowOfOutputs(
  outputs: Readonly<Record<string, Tensor>>,
  row: number,
  rows: number,
): Record<string, Value[]> {
  assertRows(outputs, rows);
  const slices = Object.entries(outputs).map(
    ([name, tensor]) => [name, Array.from(rowOfTensor(tensor, row, rows).data, plain)] as const,
  );
  return Object.fromEntries(slices);
}

/** JSON has no 64-bit integers: what is too large for a number is its digits. */
function plain(value: number | bigint | string): Value {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}
