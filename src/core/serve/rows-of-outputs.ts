// What one row of a run got, of a model's outputs.
import { HaversackError } from '../errors.ts';
import type { Tensor, TensorMap } from '../tensor.ts';

/** Of one request, in answers that say each row apart: writing 2^24 of them held the host up for more than a minute. */
export const maxRows = 100_000;

/** @throws HaversackError `TooLarge` */
export function assertFewRows(rows: number): void {
  if (rows > maxRows)
    throw new HaversackError('TooLarge', `${rows} rows: send ${maxRows} at most, and more in turns`);
}

/** As many as every output has, where that is as many as went in; else the run is one row. */
export function rowsOfOutputs(rowsIn: number, outputs: TensorMap): number {
  return Object.values(outputs).every(({ shape }) => shape[0] === rowsIn) ? rowsIn : 1;
}

/** @throws HaversackError `RuntimeFailed` where an output has other rows */
export function assertRows(outputs: TensorMap, rows: number): void {
  if (rows === 1) return;
  for (const [name, { shape }] of Object.entries(outputs)) {
    if (shape[0] === rows) continue;
    throw new HaversackError(
      'RuntimeFailed',
      `${name} is [${shape.join(', ')}] for ${rows} rows: give the rows one by one`,
    );
  }
}

/** A view of one row's elements, in the shape that is left. A run of one row is all of it. */
export function rowOfTensor(tensor: Tensor, row: number, rows: number): Tensor {
  const { datatype, shape, data } = tensor;
  if (rows === 1 && shape[0] !== 1) return tensor;
  const width = data.length / rows;
  const [start, end] = [row * width, (row + 1) * width];
  return {
    datatype,
    shape: shape.slice(1),
    data: Array.isArray(data) ? data.slice(start, end) : data.subarray(start, end),
  };
}
