// Rows of numbers that are written once, in order, and read back in any: in memory here, elsewhere by whoever has a disk.
import { elements, float32, type TensorMap } from '../tensor.ts';
import { type SampleSpec, takeRows } from './samples.ts';

export interface RowStore {
  /**
   * Adds the first `count` rows of each tensor [≥ count, …], FP32, behind those that are there. The tensors still belong to
   * the caller, who may write to them once this has resolved.
   * @throws HaversackError `QuotaExceeded`, `StorageFailed`: the store is then of no further use
   */
  put(rows: TensorMap, count: number): Promise<void>;
  /** The rows that `order` names, in its order: [order.length, …]. @throws HaversackError `StorageFailed` */
  take(order: Int32Array): Promise<TensorMap>;
  /** Frees what it holds. */
  dispose(): Promise<void>;
}

/** By name; FP32. */
export type RowSpecs = Readonly<Record<string, SampleSpec>>;

/** @throws HaversackError `QuotaExceeded`, `StorageFailed` where there is no room for so many */
export type OpenRowStore = (specs: RowSpecs, rows: number) => Promise<RowStore>;

/** A row as one run of numbers, for stores that keep bytes. */
export interface RowLayout {
  /** Numbers a row. */
  readonly width: number;
  /** [count · width]: rows `from … from + count` of the tensors. */
  readonly pack: (rows: TensorMap, from: number, count: number) => Float32Array<ArrayBuffer>;
  /** Of rows one behind the other: [rows, …]. */
  readonly unpack: (packed: Float32Array<ArrayBuffer>) => TensorMap;
}

export function rowLayout(specs: RowSpecs): RowLayout {
  let width = 0;
  const fields = Object.entries(specs).map(([name, { shape }]) => {
    const field = { name, shape, start: width, size: elements(shape) };
    width += field.size;
    return field;
  });
  return {
    width,
    pack(rows, from, count) {
      const packed = new Float32Array(count * width);
      for (const { name, start, size } of fields) {
        const data = rows[name]!.data as Float32Array;
        for (let row = 0; row < count; row++) {
          packed.set(data.subarray((from + row) * size, (from + row + 1) * size), row * width + start);
        }
      }
      return packed;
    },
    unpack(packed) {
      const rows = packed.length / width;
      return Object.fromEntries(
        fields.map(({ name, shape, start, size }) => {
          const data = new Float32Array(rows * size);
          for (let row = 0; row < rows; row++) {
            const at = row * width + start;
            data.set(packed.subarray(at, at + size), row * size);
          }
          return [name, float32([rows, ...shape], data)];
        }),
      );
    },
  };
}

export function memoryRowStore(specs: RowSpecs, rows: number): RowStore {
  const fields = new Map(
    Object.entries(specs).map(([name, { shape }]) => {
      const size = elements(shape);
      return [name, { size, held: float32([rows, ...shape], new Float32Array(rows * size)) }];
    }),
  );
  let filled = 0;
  return {
    put(added, count) {
      for (const [name, { size, held }] of fields) {
        const data = added[name]!.data as Float32Array;
        (held.data as Float32Array).set(data.subarray(0, count * size), filled * size);
      }
      filled += count;
      return Promise.resolve();
    },
    take: order =>
      Promise.resolve(
        Object.fromEntries(Array.from(fields, ([name, { held }]) => [name, takeRows(held, order)])),
      ),
    dispose() {
      fields.clear();
      return Promise.resolve();
    },
  };
}

/** The first `firstRows` rows in one store, what comes behind them in another. Owns both. */
export function layeredRowStore(first: RowStore, firstRows: number, rest: RowStore): RowStore {
  let filled = 0;
  return {
    async put(rows, count) {
      const own = Math.min(count, Math.max(0, firstRows - filled));
      filled += count;
      if (own > 0) await first.put(rows, own);
      if (own < count) await rest.put(rowsFrom(rows, own), count - own);
    },
    async take(order) {
      const isFirst = (row: number) => row < firstRows;
      const [near, far] = [
        order.filter(isFirst),
        order.filter(row => !isFirst(row)).map(row => row - firstRows),
      ];
      if (far.length === 0) return first.take(order);
      if (near.length === 0) return rest.take(far);
      const [nearRows, farRows] = await Promise.all([first.take(near), rest.take(far)]);
      return interleaved(nearRows, farRows, Array.from(order, isFirst));
    },
    async dispose() {
      await first.dispose();
      await rest.dispose();
    },
  };
}

function rowsFrom(rows: TensorMap, from: number): TensorMap {
  if (from === 0) return rows;
  return Object.fromEntries(
    Object.entries(rows).map(([name, { shape, data }]) => {
      const size = elements(shape.slice(1));
      const left = (data as Float32Array<ArrayBuffer>).subarray(from * size);
      return [name, float32([shape[0]! - from, ...shape.slice(1)], left)];
    }),
  );
}

/** Row i is the next one of `a` where `fromA[i]`, else of `b`. */
function interleaved(a: TensorMap, b: TensorMap, fromA: readonly boolean[]): TensorMap {
  return Object.fromEntries(
    Object.entries(a).map(([name, { shape, data }]) => {
      const size = elements(shape.slice(1));
      const joined = new Float32Array(fromA.length * size);
      const sources = { a: data as Float32Array, b: b[name]!.data as Float32Array };
      const next = { a: 0, b: 0 };
      fromA.forEach((isA, row) => {
        const side = isA ? 'a' : 'b';
        const at = next[side]++ * size;
        joined.set(sources[side].subarray(at, at + size), row * size);
      });
      return [name, float32([fromA.length, ...shape.slice(1)], joined)];
    }),
  );
}
