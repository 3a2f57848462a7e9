import { describe, expect, it } from 'vitest';
import { float32 } from '../../../../../src/core/tensor.ts';
import { int, text } from '../../../onnx/attribute-values.ts';
import { checkGradient } from '../finite-differences.ts';
import { numbersIn } from '../generate.ts';

const image = numbersIn([2, 3, 4, 5], 1);
/** Some places outside of the image; none where a neighbour changes. */
const grid = numbersIn([2, 3, 2, 2], 2, { from: -1.23, to: 1.31 });
const small = { datatype: 'FP32', step: 2e-3, tolerance: 1e-2 } as const;

describe('GridSample: gradients are the central differences of', () => {
  it.each([
    ['zeros', 0],
    ['zeros', 1],
    ['border', 0],
    ['border', 1],
  ])('linear, padded with %s, align_corners = %d', (padding, corners) =>
    checkGradient({
      op: 'GridSample',
      ...small,
      inputs: [image, grid],
      attributes: { mode: text('linear'), padding_mode: text(padding), align_corners: int(corners) },
    }),
  );

  it('nearest', () =>
    checkGradient({
      op: 'GridSample',
      ...small,
      inputs: [image],
      constants: { 1: float32([2, 3, 2, 2], [...grid.values]) },
      attributes: { mode: text('nearest') },
    }));

  it('another mode is refused by name', async () => {
    const attempt = checkGradient({
      op: 'GridSample',
      ...small,
      inputs: [image, grid],
      attributes: { mode: text('cubic') },
    });
    await expect(attempt).rejects.toThrow("has no gradient in mode 'cubic' with padding 'zeros' over 2 axes");
  });
});
