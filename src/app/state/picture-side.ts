// How large the pictures are that a model takes: whether it could see for a classifier that is taught by showing.
import type { ModelInterface } from '../../core/artifact/interface.ts';

/** Smaller pictures than this show too little of a photo. */
const leastSide = 24;
/** Of a model that takes any size. */
const anySide = 224;

/** The shorter side, in pixels; 0 where it takes no pictures, or none that a photo could be brought to. */
export function pictureSide({ inputs }: ModelInterface): number {
  const [only] = inputs;
  if (!only || inputs.length !== 1 || only.shape.length !== 4) return 0;
  const { meaning } = only;
  if (meaning && (meaning.kind !== 'image' || meaning.preparation !== 'pixels')) return 0;
  const [, a = 0, b = 0, c = 0] = only.shape;
  const sides = sidesOf([a, b, c], meaning?.layout ?? null);
  if (!sides) return 0;
  const side = Math.min(...sides.map(each => (each > 0 ? each : anySide)));
  return side >= leastSide ? side : 0;
}

/** By the layout that was said, else by where one or three channels stand. */
function sidesOf(
  [a, b, c]: readonly [number, number, number],
  layout: 'NCHW' | 'NHWC' | null,
): readonly [number, number] | null {
  const isColours = (size: number): boolean => size === 1 || size === 3;
  if (layout !== 'NHWC' && isColours(a)) return [b, c];
  if (layout !== 'NCHW' && isColours(c)) return [a, b];
  return null;
}
