// Shapes with free dimensions.
import { countOf } from './value.ts';

/** The multidirectional broadcast of shapes, −1 being free; null where they do not fit. */
export function broadcastFree(...shapes: readonly (readonly number[])[]): number[] | null {
  const rank = Math.max(0, ...shapes.map(shape => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (const [i, size] of shape.entries()) {
      const axis = rank - shape.length + i;
      const before = result[axis]!;
      if (size === 1 || size === before) continue;
      if (before === 1 || before < 0) result[axis] = size;
      // A free size beside a known one is that, or 1.
      else if (size >= 0) return null;
    }
  }
  return result;
}

/**
 * The shape that Reshape makes of `input`.
 * @param target null: a size that depends on what the model is fed; −1: what is left
 */
export function reshaped(input: readonly number[], target: readonly (number | null)[]): number[] {
  const count = countOf(input);
  const open = target.filter(size => size === null || size < 0).length;
  const rest = target.reduce<number>((product, size) => product * (size === null || size < 0 ? 1 : size), 1);
  return target.map(size => {
    if (size !== null && size >= 0) return size;
    return open === 1 && count !== null && rest > 0 && count % rest === 0 ? count / rest : -1;
  });
}
