import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../../../src/core/tensor.ts';
import { int, text } from '../../../onnx/attribute-values.ts';
import { checkGradient } from '../finite-differences.ts';
import { ints, numbersIn } from '../generate.ts';

const int64 = (shape: number[], values: readonly number[]): Tensor => ({ ...ints(values), shape });

describe('what is put at places: gradients are the central differences of', () => {
  it.each(['none', 'add'])('ScatterElements along any axis, with the reduction %s', async reduction => {
    for (const [axis, indices] of [
      [0, [0, 2, -1, 2, 1, 0]],
      [1, [3, 0, -2, 0, 2, 1]],
    ] as const) {
      await checkGradient({
        op: 'ScatterElements',
        inputs: [numbersIn([3, 4], 1), numbersIn([2, 3], 2)],
        constants: { 1: int64([2, 3], indices) },
        attributes: { axis: int(axis), reduction: text(reduction) },
      });
    }
  });

  it('ScatterElements that adds several to one place', () =>
    checkGradient({
      op: 'ScatterElements',
      inputs: [numbersIn([3, 2], 1), numbersIn([3, 2], 2)],
      constants: { 1: int64([3, 2], [1, 0, 1, 0, 1, 2]) },
      attributes: { reduction: text('add') },
    }));

  it.each(['none', 'add'])('ScatterND of elements and of slices, with the reduction %s', async reduction => {
    const attributes = { reduction: text(reduction) };
    await checkGradient({
      op: 'ScatterND',
      inputs: [numbersIn([3, 4], 1), numbersIn([2, 4], 2)],
      constants: { 1: int64([2, 1], [2, 0]) },
      attributes,
    });
    await checkGradient({
      op: 'ScatterND',
      inputs: [numbersIn([3, 4], 1), numbersIn([3], 2)],
      constants: { 1: int64([3, 2], [2, 1, 0, 3, 1, 1]) },
      attributes,
    });
  });

  it('OneHot, of the values for off and on', async () => {
    for (const axis of [-1, 0]) {
      await checkGradient({
        op: 'OneHot',
        datatype: 'FP32',
        inputs: [numbersIn([2], 1)],
        constants: { 0: int64([2, 2], [0, 2, 1, -1]), 1: int64([], [3]) },
        attributes: { axis: int(axis) },
      });
    }
  });

  it('a reduction without a derivative is refused by name', async () => {
    const attempt = checkGradient({
      op: 'ScatterElements',
      inputs: [numbersIn([3, 4], 1), numbersIn([1, 4], 2)],
      constants: { 1: int64([1, 4], [0, 1, 2, 0]) },
      attributes: { reduction: text('mul') },
    });
    await expect(attempt).rejects.toThrow("has no gradient with 'mul'");
  });
});
