import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partOf, rowKey, stratifiedSplit } from '../../../src/core/data/split.ts';
import { parseTable } from '../../../src/core/data/table.ts';

function iris() {
  const table = parseTable(readFileSync('demo/data/iris.csv', 'utf8'));
  return {
    keys: table.rows.map(row => rowKey(row.slice(0, 4).map(Number))),
    labels: table.rows.map(row => row[4]!),
  };
}

describe('stratifiedSplit', () => {
  it('splits iris 120 to 30, ten of each species, its twins together', () => {
    const { keys, labels } = iris();
    const parts = stratifiedSplit(keys, labels, { test: 0.2, seed: 42 });
    for (const species of new Set(labels)) {
      expect(parts.filter((part, row) => part === 'test' && labels[row] === species)).toHaveLength(10);
    }
    expect(parts.filter(part => part === 'train')).toHaveLength(120);
    const twins = keys.flatMap((key, row) => (keys.indexOf(key) === row ? [] : [[keys.indexOf(key), row]]));
    expect(twins).toHaveLength(1);
    for (const [first, second] of twins) expect(parts[first!]).toBe(parts[second!]);
  });

  it('chooses the same rows everywhere for seed 42', () => {
    const { keys, labels } = iris();
    const parts = stratifiedSplit(keys, labels, { test: 0.2, seed: 42 });
    expect(parts.flatMap((part, row) => (part === 'test' ? [row] : []))).toMatchInlineSnapshot(`
      [
        3,
        9,
        10,
        15,
        20,
        25,
        27,
        32,
        37,
        46,
        56,
        64,
        65,
        68,
        69,
        74,
        75,
        82,
        85,
        92,
        104,
        111,
        113,
        115,
        121,
        122,
        127,
        132,
        134,
        147,
      ]
    `);
  });

  it('never parts twins, and gives no class more than its share', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.constantFrom('a', 'b', 'c')), { maxLength: 200 }),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        (rows, seed) => {
          const labels = rows.map(([, label]) => label);
          const keys = rows.map(([key, label]) => `${label}${key}`);
          const parts = stratifiedSplit(keys, labels, { test: 0.2, validation: 0.1, seed });
          const partOfKey = new Map<string, string>();
          keys.forEach((key, row) => {
            expect(partOfKey.get(key) ?? parts[row]).toBe(parts[row]);
            partOfKey.set(key, parts[row]!);
          });
          for (const label of new Set(labels)) {
            const own = parts.filter((_, row) => labels[row] === label);
            expect(own.filter(part => part === 'test').length).toBeLessThanOrEqual(Math.round(0.2 * own.length));
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('partOf', () => {
  it('is the same for the same numbers, as binary32 and as binary64, and for both zeros', async () => {
    expect(await partOf([5.1, 0])).toBe(await partOf([Math.fround(5.1), -0]));
  });

  it('follows the first 32 bits of SHA-256 over little-endian binary32', async () => {
    // Python: int(sha256(struct.pack('<f', i)).hexdigest()[:8], 16) / 2**32 < 0.2 for i in range(60)
    const parts = await Promise.all(Array.from({ length: 60 }, (_, i) => partOf([i])));
    expect(parts.flatMap((part, i) => (part === 'test' ? [i] : []))).toEqual([
      8, 16, 18, 21, 22, 26, 28, 31, 37, 38, 39, 43, 50, 54, 57, 59,
    ]);
  });

  it('refuses what is no number', async () => {
    await expect(partOf([1, Number.NaN])).rejects.toThrow('number 1 is NaN');
  });
});
