// What every store of rows does, wherever it keeps them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elements, float32, type Tensor, type TensorMap } from '../../../src/core/tensor.ts';
import type { OpenRowStore, RowSpecs } from '../../../src/core/train/row-store.ts';

const specs: RowSpecs = {
  image: { datatype: 'FP32', shape: [2, 3] },
  number: { datatype: 'FP32', shape: [] },
};

/** Rows whose numbers say which they are. */
function rowsFrom(first: number, count: number): TensorMap {
  const tensor = (shape: readonly number[], offset: number): Tensor => {
    const size = elements(shape);
    const data = Float32Array.from(
      { length: count * size },
      (_, i) => (first + Math.floor(i / size)) * 10 + (i % size) + offset,
    );
    return float32([count, ...shape], data);
  };
  return { image: tensor(specs['image']!.shape, 0), number: tensor(specs['number']!.shape, 0.5) };
}

export function storesRows(name: string, open: OpenRowStore): void {
  describe(`rows in ${name}`, () => {
    it('come back as they were put, in whatever order they are asked for', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
          fc.infiniteStream(fc.nat()),
          async (counts, numbers) => {
            const rows = counts.reduce((a, b) => a + b);
            const store = await open(specs, rows);
            let first = 0;
            for (const count of counts) {
              // What is behind `count` fills the batch up, and is not kept.
              await store.put(rowsFrom(first, count + 2), count);
              first += count;
            }
            const order = Int32Array.from({ length: 7 }, () => numbers.next().value! % rows);
            const taken = await store.take(order);
            const all = rowsFrom(0, rows);
            for (const [name, { shape }] of Object.entries(specs)) {
              const size = elements(shape);
              const data = all[name]!.data as Float32Array;
              const wanted = Array.from(order).flatMap(row => [
                ...data.subarray(row * size, (row + 1) * size),
              ]);
              expect(taken[name]).toEqual(float32([7, ...shape], wanted));
            }
            await store.dispose();
          },
        ),
        { numRuns: 15 },
      );
    });

    it('are its own: tensors that were put or taken may be written to', async () => {
      const store = await open(specs, 2);
      const put = rowsFrom(0, 2);
      await store.put(put, 2);
      (put['image']!.data as Float32Array).fill(-1);
      const order = Int32Array.of(1, 0);
      const first = await store.take(order);
      const image = Array.from(first['image']!.data as Float32Array);
      (first['image']!.data as Float32Array).fill(-2);
      expect(Array.from((await store.take(order))['image']!.data as Float32Array)).toEqual(image);
      expect(image).toEqual([10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5]);
      await store.dispose();
    });

    it('do not mix with those of another store', async () => {
      const [one, two] = [await open(specs, 1), await open(specs, 1)];
      await one.put(rowsFrom(1, 1), 1);
      await two.put(rowsFrom(2, 1), 1);
      const number = async (store: typeof one) => (await store.take(Int32Array.of(0)))['number']!.data[0];
      expect([await number(one), await number(two)]).toEqual([10.5, 20.5]);
      await one.dispose();
      expect(await number(two)).toBe(20.5);
      await two.dispose();
    });
  });
}
