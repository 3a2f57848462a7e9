import { expect, test } from 'vitest';
import { unfoldWeights } from '../../../src/core/runtime/unfold-weights.ts';

test('weights are unfolded where they alone are stored as int8', () => {
  const unfolded = unfoldWeights(new Set(['DequantizeLinear', 'Conv']));
  expect(unfolded).toEqual({ session: { disable_quant_qdq: '1' } });
});

test('a graph without int8, or with int8 arithmetic, is left as it is', () => {
  expect(unfoldWeights(new Set(['Conv', 'Gemm']))).toBeNull();
  expect(unfoldWeights(new Set(['QuantizeLinear', 'DequantizeLinear', 'Conv']))).toBeNull();
});
