// Handwriting as strokes: thinned, walked along, and drawn as the app draws.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { drawnDigits, likeness, strokesOf } from '../../bench/teach/drawn-digits.ts';
import { around, type Bitmap, thinned } from '../../bench/teach/skeleton.ts';
import { traced } from '../../bench/teach/trace.ts';
import type { Stroke } from '../../src/core/data/drawing.ts';
import { parseTable } from '../../src/core/data/table.ts';

const side = 60;

function bitmap(isInk: (x: number, y: number) => boolean): Bitmap {
  return {
    side,
    ink: Uint8Array.from({ length: side * side }, (_, at) => Number(isInk(at % side, Math.floor(at / side)))),
  };
}

function lengthOf(stroke: Stroke): number {
  return stroke
    .slice(1)
    .reduce((sum, { x, y }, i) => sum + Math.hypot(x - stroke[i]!.x, y - stroke[i]!.y), 0);
}

const bar = bitmap((x, y) => x >= 27 && x < 33 && y >= 10 && y < 50);
const ring = bitmap((x, y) => Math.abs(Math.hypot(x - 29.5, y - 29.5) - 18) < 3);
const cross = bitmap(
  (x, y) => (Math.abs(x - y) < 4 || Math.abs(x + y - 59) < 4) && x > 8 && x < 51 && y > 8 && y < 51,
);

/** How many neighbours each pixel has. */
function neighbours({ ink }: Bitmap): number[] {
  const pixels = [...ink.keys()].filter(at => ink[at]);
  return pixels.map(at => around(side).filter(step => ink[at + step]).length);
}

describe('thinned', () => {
  it('leaves a line a pixel wide: two ends, and two neighbours for all between', () => {
    const found = neighbours(thinned(bar));
    expect(found.filter(count => count === 1).length).toBe(2);
    expect(found.filter(count => count === 2).length).toBe(found.length - 2);
    expect(found.length).toBeGreaterThan(30);
  });

  it('tears nothing and leaves no corner of a step: each pixel of a ring has two neighbours', () => {
    const found = neighbours(thinned(ring));
    expect(new Set(found)).toEqual(new Set([2]));
    expect(found.length).toBeGreaterThan(90);
  });
});

describe('traced', () => {
  it('walks along a bar once', () => {
    const strokes = traced(thinned(bar));
    expect(strokes.length).toBe(1);
    expect(lengthOf(strokes[0]!)).toBeGreaterThan(0.5);
    expect(lengthOf(strokes[0]!)).toBeLessThan(0.7);
  });

  it('comes back to where it began, around a ring', () => {
    const strokes = traced(thinned(ring));
    expect(strokes.length).toBe(1);
    const [first, last] = [strokes[0]![0]!, strokes[0]!.at(-1)!];
    expect(Math.hypot(first.x - last.x, first.y - last.y)).toBeLessThan(0.05);
    expect(lengthOf(strokes[0]!)).toBeCloseTo((2 * Math.PI * 18) / side, 0);
  });

  it('goes on through a crossing: two strokes from corner to corner', () => {
    const long = traced(thinned(cross)).filter(stroke => lengthOf(stroke) > 0.3);
    expect(long.length).toBe(2);
    for (const stroke of long) expect(lengthOf(stroke)).toBeGreaterThan(0.85);
  });
});

describe('digits as they are drawn', () => {
  const { rows } = parseTable(readFileSync('demo/data/digits.csv', 'utf8'));
  const cells = rows.map(row => row.slice(0, -1).map(Number));
  const digits = rows.map(row => Number(row.at(-1)));

  it('show the forms that people wrote: counted into cells as the data set was, they are much like it', () => {
    const some = cells.filter((_, i) => i % 60 === 0);
    const alike = some.map(counts => likeness(counts, strokesOf(counts)));
    const sorted = alike.toSorted((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeGreaterThan(0.85);
    expect(sorted[Math.floor(sorted.length / 10)]).toBeGreaterThan(0.7);
  });

  it('are the same each time, another each, whole on the paper, and drawn with one pen', () => {
    const set = drawnDigits({ cells, digits });
    expect(set.classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    const photo = set.photoOf(3, 7);
    expect(drawnDigits({ cells, digits }).photoOf(3, 7)).toEqual(photo);
    expect(set.photoOf(3, 8).rgba).not.toEqual(photo.rgba);
    for (const label of [0, 1, 8]) {
      const { rgba, width } = set.photoOf(label, 0);
      const isDark = Array.from({ length: width ** 2 }, (_, pixel) => rgba[4 * pixel]! < 128);
      const share = isDark.filter(Boolean).length / width ** 2;
      expect(share).toBeGreaterThan(0.01);
      expect(share).toBeLessThan(0.25);
      const atEdge = isDark.filter(
        (dark, pixel) => dark && (pixel % width === 0 || pixel % width === width - 1),
      );
      expect(atEdge).toEqual([]);
    }
  });
});
