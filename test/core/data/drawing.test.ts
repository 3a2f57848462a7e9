import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellCounts, type Point } from '../../../src/core/data/drawing.ts';
import { readDigitTraces } from '../../fixtures/digit-traces.ts';

const options = { size: 8, cell: 4 };
const total = (counts: Float32Array) => counts.reduce((sum, count) => sum + count, 0);

describe('cellCounts', () => {
  it('is blank where nothing was drawn', () => {
    expect(total(cellCounts([], options))).toBe(0);
    expect(total(cellCounts([[]], options))).toBe(0);
  });

  it('counts the pixels under the pen in each cell', () => {
    // A level line over the middle of the bitmap: 20 − 4 pixels long, 4 wide, plus the pen's round ends.
    const line = [{ x: 0, y: 5 }, { x: 90, y: 5 }];
    const counts = cellCounts([line], { ...options, penWidth: 4 });
    expect(Array.from(counts.subarray(24, 32))).toEqual([0, 3, 8, 8, 8, 8, 3, 0]);
    expect(Array.from(counts.subarray(32, 40))).toEqual([0, 3, 8, 8, 8, 8, 3, 0]);
    expect(total(counts)).toBe(76);
  });

  it('fills the height, stays in the middle, and has the data set’s share of ink', () => {
    for (const { digit, strokes } of readDigitTraces()) {
      const counts = cellCounts(strokes, options);
      const row = (y: number) => total(counts.subarray(y * 8, y * 8 + 8));
      expect(row(0), `top of ${digit}`).toBeGreaterThan(0);
      expect(row(7), `bottom of ${digit}`).toBeGreaterThan(0);
      expect(total(counts) / 1024, `ink of ${digit}`).toBeGreaterThan(0.25);
      expect(total(counts) / 1024, `ink of ${digit}`).toBeLessThan(0.35);
    }
  });

  it('has about the ink that the data set has: 0.25 to 0.37 in nine of ten images', () => {
    const rows = readFileSync('demo/data/digits.csv', 'utf8').trim().split('\n').slice(1);
    const shares = rows.map(row => row.split(',').slice(0, 64).reduce((sum, count) => sum + Number(count), 0) / 1024);
    const sorted = shares.toSorted((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeCloseTo(0.3, 1);
    expect(sorted[Math.floor(sorted.length * 0.05)]).toBeGreaterThan(0.24);
    expect(sorted[Math.floor(sorted.length * 0.95)]).toBeLessThan(0.37);
  });

  it('keeps a bare vertical line upright and thick, as the data set’s ones are', () => {
    const counts = cellCounts([[{ x: 3, y: 0 }, { x: 3, y: 200 }]], options);
    for (let y = 1; y < 7; y++) {
      expect(Array.from(counts.subarray(y * 8, y * 8 + 8))).toEqual([0, 0, 4, 16, 16, 4, 0, 0]);
    }
  });

  it('takes the slant out', () => {
    const upright = [{ x: 100, y: 0 }, { x: 100, y: 200 }];
    const slanted = [{ x: 160, y: 0 }, { x: 100, y: 200 }];
    expect(cellCounts([slanted], options)).toEqual(cellCounts([upright], options));
  });

  it('does not care where on the pad, how large, and in how many points somebody draws', () => {
    const stroke = fc.array(fc.record({ x: fc.integer({ min: 0, max: 280 }), y: fc.integer({ min: 0, max: 280 }) }), {
      minLength: 2,
      maxLength: 12,
    });
    const change = (points: Point[], by: number, scale: number) =>
      points.map(({ x, y }) => ({ x: x * scale + by, y: y * scale + by }));
    fc.assert(
      fc.property(fc.array(stroke, { minLength: 1, maxLength: 3 }), strokes => {
        const moved = strokes.map(points => change(points, 64, 2));
        const difference = total(cellCounts(moved, options).map((count, i) => Math.abs(count - cellCounts(strokes, options)[i]!)));
        expect(difference).toBeLessThanOrEqual(4);
      }),
      { numRuns: 20 },
    );
  });

  it('gives whole counts of 0 to 16 for anything that can be drawn', () => {
    const point = fc.record({ x: fc.double({ min: -1e4, max: 1e4, noNaN: true }), y: fc.double({ min: -1e4, max: 1e4, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(fc.array(point, { maxLength: 8 }), { maxLength: 3 }), strokes => {
        for (const count of cellCounts(strokes, options)) {
          expect(Number.isInteger(count) && count >= 0 && count <= 16).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});
