// Rows of tensors: what a step is fed from. Knows no graph.
import type { Datatype } from '../datatype.ts';
import { elements, float32, type Tensor, type TensorMap } from '../tensor.ts';

/** Rows that batches are drawn from, wherever they lie. */
export interface SampleSource {
  readonly rows: number;
  /** One sample, by name of the model's input. */
  readonly inputs: Readonly<Record<string, SampleSpec>>;
  /** [rows, …]; what the loss compares with. Small beside the inputs, hence always here. */
  readonly target: Tensor;
  /** [rows, …]; what a teacher answers, in the numbers that the loss reads. */
  readonly teacher?: Tensor;
  /** The inputs of the rows that `order` names, in its order: [order.length, …]. */
  take(order: Int32Array): Promise<TensorMap>;
}

export interface SampleSpec {
  readonly datatype: Datatype;
  /** Without the dimension of rows. */
  readonly shape: readonly number[];
}

/** All of them in memory. */
export interface Samples {
  readonly rows: number;
  /** [rows, …] by name of the model's input. */
  readonly inputs: TensorMap;
  /** [rows, …] */
  readonly target: Tensor;
}

export function inMemory({ rows, inputs, target }: Samples): SampleSource {
  const named = Object.entries(inputs);
  return {
    rows,
    inputs: Object.fromEntries(
      named.map(([name, { datatype, shape }]) => [name, { datatype, shape: shape.slice(1) }]),
    ),
    target,
    take: order =>
      Promise.resolve(Object.fromEntries(named.map(([name, tensor]) => [name, takeRows(tensor, order)]))),
  };
}

/** The rows `order` names, in its order: [order.length, …]. */
export function takeRows({ datatype, shape, data }: Tensor, order: ArrayLike<number>): Tensor {
  if (Array.isArray(data)) throw new RangeError('takeRows: text has no place in a training graph');
  const width = elements(shape.slice(1));
  const taken = new (data.constructor as new (length: number) => typeof data)(order.length * width);
  for (let i = 0; i < order.length; i++) {
    const row = data.subarray(order[i]! * width, (order[i]! + 1) * width);
    (taken as { set(values: typeof row, offset: number): void }).set(row, i * width);
  }
  return { datatype, shape: [order.length, ...shape.slice(1)], data: taken };
}

/**
 * The rows of each batch, all of one size: the last one is filled up with rows from the order's start, `count` of them
 * are its own.
 * @param skipped batches that are left out, from the first
 */
export function* batchesOf(
  order: Int32Array,
  size: number,
  skipped = 0,
): Generator<{ readonly rows: Int32Array; readonly count: number }> {
  for (let from = skipped * size; from < order.length; from += size) {
    const own = order.subarray(from, from + size);
    if (own.length === size) yield { rows: own, count: size };
    else
      yield {
        rows: Int32Array.from({ length: size }, (_, i) => order[(from + i) % order.length]!),
        count: own.length,
      };
  }
}

/** 0, 1, 2 … */
export function inOrder(rows: number): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: rows }, (_, row) => row);
}

/** Joins the first `count` rows of each part: [rows, …], FP32. */
export function joinRows(
  parts: readonly { readonly tensor: Tensor; readonly count: number }[],
  rows: number,
): Tensor {
  const [first] = parts;
  const sample = first!.tensor.shape.slice(1);
  const width = elements(sample);
  const joined = new Float32Array(rows * width);
  let row = 0;
  for (const { tensor, count } of parts) {
    joined.set((tensor.data as Float32Array).subarray(0, count * width), row * width);
    row += count;
  }
  return float32([rows, ...sample], joined);
}

/** Of a batch: what a graph's inputs are fixed to. */
export function inputShapesOf(
  { inputs }: Pick<SampleSource, 'inputs'>,
  batch: number,
): Record<string, readonly number[]> {
  return Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, [batch, ...shape]]));
}
