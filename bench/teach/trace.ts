// From lines a pixel wide to strokes, as a pen would have gone along them: on through a crossing, and each line once.
import type { Point, Stroke } from '../../src/core/data/drawing.ts';
import { around, type Bitmap } from './skeleton.ts';

/** Shorter ones are what thinning leaves at the ends of a broad line, as a share of the side. */
const shortest = 0.075;
/** Pixels that tell which way the pen is going. */
const memory = 5;
/** Points to either side that are averaged: the steps of pixels go, corners stay. */
const smoothedBy = 4;

/** In units of the bitmap's side: 0 to 1 across and down. */
export function traced(skeleton: Bitmap): Stroke[] {
  const { side, ink } = skeleton;
  const isLeft = ink.slice();
  const near = (at: number, from: Uint8Array) =>
    around(side)
      .map(step => at + step)
      .filter(next => from[next]);
  const all = [...ink.keys()].filter(at => ink[at]);
  const isEnd = (at: number) => near(at, ink).length === 1;
  const paths: number[][] = [];
  // From ends first; then what has none, or no more.
  const startNext = () => all.find(at => isLeft[at] && isEnd(at)) ?? all.find(at => isLeft[at]);
  for (let start = startNext(); start !== undefined; start = startNext()) {
    const path = [start];
    isLeft[start] = 0;
    for (let next = straightest(path, near(start, isLeft), side); next !== undefined;) {
      path.push(next);
      isLeft[next] = 0;
      next = straightest(path, near(next, isLeft), side);
    }
    paths.push(joined(path, at => near(at, ink)));
  }
  const long = paths.filter(path => path.length >= shortest * side);
  return (long.length > 0 ? long : paths).map(path => smoothed(path.map(at => centre(at, side))));
}

/** Of the pixels that could be next the one that is most ahead. */
function straightest(path: readonly number[], next: readonly number[], side: number): number | undefined {
  const last = path.at(-1)!;
  const before = path[Math.max(0, path.length - memory)]!;
  const [dx, dy] = between(before, last, side);
  const ahead = (at: number) => {
    const [x, y] = between(last, at, side);
    return (x * dx + y * dy) / Math.hypot(x, y) - Math.hypot(x, y) / 100;
  };
  return next.toSorted((a, b) => ahead(b) - ahead(a))[0];
}

/** Up to what it begins and ends beside, so that a loop closes and a branch touches. */
function joined(path: readonly number[], near: (at: number) => readonly number[]): number[] {
  const beyond = (end: number, own: readonly number[]) => near(end).find(at => !own.includes(at));
  const first = beyond(path[0]!, path.slice(0, memory));
  const last = beyond(path.at(-1)!, path.slice(-memory));
  return [...(first === undefined ? [] : [first]), ...path, ...(last === undefined ? [] : [last])];
}

function between(from: number, to: number, side: number): [number, number] {
  return [(to % side) - (from % side), Math.floor(to / side) - Math.floor(from / side)];
}

function centre(at: number, side: number): Point {
  return { x: ((at % side) + 0.5) / side, y: (Math.floor(at / side) + 0.5) / side };
}

/** Each the mean of as many before as behind it: its ends stay. */
function smoothed(points: readonly Point[]): Point[] {
  return points.map((_, i) => {
    const reach = Math.min(smoothedBy, i, points.length - 1 - i);
    const some = points.slice(i - reach, i + reach + 1);
    const mean = (of: (point: Point) => number) =>
      some.reduce((sum, point) => sum + of(point), 0) / some.length;
    return { x: mean(({ x }) => x), y: mean(({ y }) => y) };
  });
}
