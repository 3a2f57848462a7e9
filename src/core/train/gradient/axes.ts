// Small arithmetic of shapes and axes that gradient rules share.
import { elements } from '../../tensor.ts';

/** 0 … rank − 1. */
export function axesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => axis);
}

/** Counted from the front. */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

export function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** The permutation that undoes this one. */
export function inverse(perm: readonly number[]): number[] {
  return axesOf(perm).map(axis => perm.indexOf(axis));
}

/** The permutation that swaps the last two of so many axes. */
export function swapLast(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) =>
    axis === rank - 1 ? rank - 2 : axis === rank - 2 ? rank - 1 : axis,
  );
}

/** The shape with ones where it is summed over. */
export function keptShape(shape: readonly number[], axes: readonly number[]): number[] {
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}

/** How many elements lie along these axes of the shape. */
export function sizeOf(shape: readonly number[], axes: readonly number[]): number {
  return elements(axes.map(axis => shape[axis]!));
}
