// Whether figures grow, seen through noise: the Theil–Sen estimator (Sen 1968), the median of the slopes of all pairs.
import { median } from '../../../src/core/median.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Of y by x. Up to 29 % of the points may be anything without moving it far. */
export function slope(points: readonly Point[]): number {
  const slopes = points.flatMap((a, i) =>
    points.slice(i + 1).flatMap(b => (a.x === b.x ? [] : [(b.y - a.y) / (b.x - a.x)])),
  );
  if (slopes.length === 0) throw new RangeError('slope: two points at different x are wanted');
  return median(slopes);
}
