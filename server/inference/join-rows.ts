// Requests that run as one: their inputs one behind the other along the first dimension, and the outputs cut apart again.
// Row-major, so that rows are whole runs of elements: joining copies each once, cutting copies none.
import { HaversackError } from '../../src/core/errors.ts';
import type { TensorSpec } from '../../src/core/runtime/session.ts';
import { elements, type Tensor, type TensorData, type TensorMap } from '../../src/core/tensor.ts';

/** Whether a model's interface leaves room for it: every tensor that goes in or out has a free first dimension. */
export function hasFreeRows(specs: readonly TensorSpec[]): boolean {
  return specs.length > 0 && specs.every(({ shape }) => shape[0] === -1);
}

/** Rows of a request; null where its inputs differ in them, so that it has no rows to be joined by. */
export function rowsOf(feeds: TensorMap): number | null {
  let rows: number | null = null;
  for (const { shape } of Object.values(feeds)) {
    const own = shape[0];
    if (own === undefined || (rows !== null && own !== rows)) return null;
    rows = own;
  }
  return rows;
}

/** What requests must have in common beside the model: each input's dimensions but the first. */
export function rowShapeOf(inputs: readonly TensorSpec[], feeds: TensorMap): string {
  let key = '';
  for (const { name, shape } of inputs) {
    for (let axis = 1; axis < shape.length; axis++) {
      if (shape[axis] === -1) key += `${feeds[name]!.shape[axis]},`;
    }
    key += ';';
  }
  return key;
}

/** Into memory of its own. All have the same names, datatypes and row shapes. */
export function joinRows(requests: readonly TensorMap[]): TensorMap {
  const joined: Record<string, Tensor> = {};
  for (const [name, { datatype, shape }] of Object.entries(requests[0]!)) {
    const parts = requests.map(feeds => feeds[name]!);
    const rows = parts.reduce((sum, part) => sum + part.shape[0]!, 0);
    joined[name] = {
      datatype,
      shape: [rows, ...shape.slice(1)],
      data: joinData(parts.map(({ data }) => data)),
    };
  }
  return joined;
}

/**
 * The outputs of each request, as views of the joined ones.
 * @throws HaversackError `RuntimeFailed` where an output has not one row for each
 */
export function splitRows(outputs: TensorMap, rows: readonly number[]): TensorMap[] {
  const total = rows.reduce((sum, each) => sum + each, 0);
  const parts: Record<string, Tensor>[] = rows.map(() => ({}));
  for (const [name, { datatype, shape, data }] of Object.entries(outputs)) {
    if (shape[0] !== total) {
      throw new HaversackError(
        'RuntimeFailed',
        `output ${name} has ${shape[0]} rows for ${total} that went in`,
      );
    }
    const rowShape = shape.slice(1);
    const width = elements(rowShape);
    let start = 0;
    rows.forEach((count, i) => {
      const end = start + count * width;
      parts[i]![name] = { datatype, shape: [count, ...rowShape], data: partOf(data, start, end) };
      start = end;
    });
  }
  return parts;
}

function partOf(data: TensorData, start: number, end: number): TensorData {
  return Array.isArray(data) ? data.slice(start, end) : data.subarray(start, end);
}

type Numbers = Exclude<TensorData, string[]>;

function joinData(parts: readonly TensorData[]): TensorData {
  const [first] = parts;
  if (Array.isArray(first)) return (parts as string[][]).flat();
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const joined = new (first!.constructor as new (length: number) => Numbers)(length);
  let offset = 0;
  for (const part of parts as Numbers[]) {
    // All of one kind: which, the compiler cannot know.
    (joined as Float32Array).set(part as Float32Array, offset);
    offset += part.length;
  }
  return joined;
}
