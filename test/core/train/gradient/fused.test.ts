import { describe, it } from 'vitest';
import { checkGradient } from './finite-differences.ts';
import { numbersIn } from './generate.ts';

const fused = {
  datatype: 'FP32',
  tolerance: 1e-2,
  domains: { 'com.microsoft': 1 },
} as const;
const matrices = [numbersIn([2, 3], 1), numbersIn([2, 4], 2)];

describe('operators that runtimes fuse: gradients are the central differences of', () => {
  it('com.microsoft.FusedMatMul', () =>
    checkGradient({
      ...fused,
      op: 'com.microsoft::FusedMatMul',
      inputs: matrices,
      attributes: { transA: { int: 1 }, alpha: { float: 0.5 } },
    }));

  it('com.microsoft.FusedConv', () =>
    checkGradient({
      ...fused,
      op: 'com.microsoft::FusedConv',
      inputs: [numbersIn([1, 2, 5, 5], 1), numbersIn([3, 2, 3, 3], 2, { from: -0.3, to: 0.3 })],
      attributes: { activation: { string: 'Sigmoid' } },
    }));

  it.each(['Gelu', 'QuickGelu'])('com.microsoft.%s', op =>
    checkGradient({ ...fused, op: `com.microsoft::${op}`, inputs: [numbersIn([3, 4], 1)] }),
  );

  it('com.microsoft.BiasGelu', () =>
    checkGradient({
      ...fused,
      op: 'com.microsoft::BiasGelu',
      inputs: [numbersIn([3, 4], 1), numbersIn([4], 2)],
    }));

  it('com.microsoft.SkipLayerNormalization', () =>
    checkGradient({
      ...fused,
      op: 'com.microsoft::SkipLayerNormalization',
      inputs: [numbersIn([2, 3, 4], 1), numbersIn([2, 3, 4], 2), numbersIn([4], 3), numbersIn([4], 4)],
      attributes: { epsilon: { float: 0.1 } },
    }));
});
