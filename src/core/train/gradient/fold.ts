// Operators that hand on what they are given: nothing needs to be written for them.
import { dataTypeOf } from '../../onnx/data-type.ts';
import type { Attributes } from '../../onnx/build.ts';
import type { ValueType } from '../../onnx/infer.ts';
import { axesOf, isSame } from './axes.ts';

interface Operation {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: Attributes;
}

/**
 * Whether the result is the first input, which has this type.
 * @param known the numbers of an input; null where they are not known before the run
 */
export function changesNothing(
  { op, inputs, attributes }: Operation,
  { shape, datatype }: ValueType,
  known: (name: string) => readonly number[] | null,
): boolean {
  const wanted = () => known(inputs[1]!);
  switch (op) {
    case 'Identity':
      return true;
    case 'Reshape': {
      const to = wanted();
      return to !== null && isSame(to, shape) && !shape.includes(0);
    }
    case 'Expand': {
      const to = wanted();
      return to !== null && fits(to, shape);
    }
    case 'Transpose': {
      const { perm } = attributes;
      return perm !== undefined && 'ints' in perm && isSame(perm.ints, axesOf(shape));
    }
    case 'Cast': {
      const { to } = attributes;
      const from: number = dataTypeOf(datatype);
      return to !== undefined && 'int' in to && to.int === from;
    }
    case 'Concat':
      return inputs.length === 1;
    default:
      return false;
  }
}

/** Whether broadcasting to a shape leaves this one as it is. */
function fits(wanted: readonly number[], shape: readonly number[]): boolean {
  if (wanted.length > shape.length) return false;
  const added = shape.length - wanted.length;
  return wanted.every((size, axis) => size === 1 || size === shape[axis + added]);
}
