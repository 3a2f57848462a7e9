// A constant matrix applied along one axis: the gradient of whatever takes a fixed, linear mixture of an axis' elements.
import type { Tape } from './tape.ts';

/** [to, from], row-major. */
export interface Matrix {
  readonly to: number;
  readonly from: number;
  readonly values: readonly number[];
}

export function matrixOf(to: number, from: number, value: (to: number, from: number) => number): Matrix {
  const values = Array.from({ length: to * from }, (_, i) => value(Math.floor(i / from), i % from));
  return { to, from, values };
}

export function alongAxis(t: Tape, x: string, axis: number, { to, from, values }: Matrix): string {
  const matrix = t.numbers([to, from], values, t.datatype(x));
  const shape = t.shape(x);
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const outer = shape.slice(0, axis).reduce((product, size) => product * size, 1);
  const y = t.op('MatMul', [matrix, t.reshape(x, [outer, from, inner])]);
  return t.reshape(y, shape.with(axis, to));
}
