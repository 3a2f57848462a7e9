import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { penShare, type Point, type Stroke } from '../../../src/core/data/drawing.ts';
import { drawnPicture, drawnSide } from '../../../src/core/data/drawn-picture.ts';

const [paper, ink] = [255, 26];

/** The red of each pixel, [side, side]. */
function reds(strokes: readonly Stroke[], side: number): number[] {
  const { rgba, width, height } = drawnPicture(strokes, side);
  expect([width, height, rgba.length]).toEqual([side, side, 4 * side * side]);
  return Array.from({ length: side * side }, (_, pixel) => rgba[4 * pixel]!);
}

const point = fc.record({ x: fc.double({ min: -0.2, max: 1.2, noNaN: true }), y: fc.double({ min: -0.2, max: 1.2, noNaN: true }) });
const drawing = fc.array(fc.array(point, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 });

describe('drawnPicture', () => {
  it('is white and opaque where nothing was drawn', () => {
    const { rgba } = drawnPicture([[]]);
    expect(rgba.length).toBe(4 * drawnSide ** 2);
    expect(new Set(rgba)).toEqual(new Set([255]));
  });

  it('draws a level line as wide as the pen, and round at its ends', () => {
    // A pen of 6 pixels between rows 49 and 50, from 20 to 80.
    const line = reds([[{ x: 0.2, y: 0.5 }, { x: 0.8, y: 0.5 }]], 100);
    const column = (x: number) => Array.from({ length: 10 }, (_, i) => line[(45 + i) * 100 + x]!);
    expect(column(50)).toEqual([paper, paper, ink, ink, ink, ink, ink, ink, paper, paper]);
    // 2.5 pixels beyond the end, half a pixel and one and a half beside it: 2.55 and 2.92 from it, which leave 0.95 and 0.58.
    expect(column(82)).toEqual([paper, paper, paper, 121, 37, 37, 121, paper, paper, paper]);
    expect(column(83)).toEqual(new Array(10).fill(paper));
  });

  it('gives a dot the area of the pen', () => {
    const dot = reds([[{ x: 0.5, y: 0.5 }]], 256);
    const covered = dot.reduce((sum, red) => sum + (paper - red) / (paper - ink), 0);
    expect(covered).toBeCloseTo(Math.PI * ((penShare * 256) / 2) ** 2, -1);
  });

  it('covers each pixel by the distance from its middle to the nearest line, whatever is drawn', () => {
    const side = 40;
    const radius = (penShare * side) / 2;
    fc.assert(
      fc.property(drawing, strokes => {
        const found = reds(strokes, side);
        for (let pixel = 0; pixel < found.length; pixel++) {
          const at = { x: (pixel % side) + 0.5, y: Math.floor(pixel / side) + 0.5 };
          const distance = Math.min(...strokes.map(stroke => toStroke(at, stroke, side)));
          const share = Math.min(1, Math.max(0, radius + 0.5 - distance));
          expect(Math.abs(found[pixel]! - (paper + share * (ink - paper)))).toBeLessThan(0.51);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('is the same whichever stroke comes first and whichever way a pen went', () => {
    fc.assert(
      fc.property(drawing, strokes => {
        const back = strokes.toReversed().map(stroke => stroke.toReversed());
        expect(reds(back, 32)).toEqual(reds(strokes, 32));
      }),
      { numRuns: 30 },
    );
  });

  it('moves with what was drawn: nothing is cut out, centred or scaled', () => {
    const side = 50;
    const shift = 6;
    const inside = fc.record({ x: fc.double({ min: 0.3, max: 0.5, noNaN: true }), y: fc.double({ min: 0.3, max: 0.5, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(inside, { minLength: 1, maxLength: 5 }), stroke => {
        const here = reds([stroke], side);
        const there = reds([stroke.map(({ x, y }) => ({ x: x + shift / side, y: y + shift / side }))], side);
        here.forEach((red, pixel) => {
          const moved = there[pixel + shift * side + shift];
          if (red < paper) expect(Math.abs(moved! - red)).toBeLessThan(2);
        });
      }),
      { numRuns: 30 },
    );
  });
});

/** Where both ends lie ahead, the height of a triangle over the line; else the way to the nearer end. */
function toStroke(at: Point, stroke: Stroke, side: number): number {
  const points = stroke.map(({ x, y }) => ({ x: side * x, y: side * y }));
  const away = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y);
  const lines = points.slice(1).map((to, i) => {
    const from = points[i]!;
    const [a, b, c] = [away(at, from), away(at, to), away(from, to)];
    if (c === 0 || Math.max(a, b) ** 2 >= Math.min(a, b) ** 2 + c ** 2) return Math.min(a, b);
    const doubled = (to.x - from.x) * (at.y - from.y) - (to.y - from.y) * (at.x - from.x);
    return Math.abs(doubled) / c;
  });
  return Math.min(...lines, ...points.map(point => away(at, point)));
}
