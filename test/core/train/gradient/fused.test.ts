import { describe, it } from 'vitest';
import { float32, type Tensor } from '../../../../src/core/tensor.ts';
import { int } from '../../onnx/attribute-values.ts';
import { bytes } from '../../onnx/single-node.ts';
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

  it('com.microsoft.MatMulNBits, of what is multiplied with its frozen weights', () =>
    checkGradient({
      ...fused,
      op: 'com.microsoft::MatMulNBits',
      inputs: [numbersIn([3, 32], 1)],
      constants: { 1: bytes('UINT8', [4, 2, 8]), 2: float32([8], [0.1, 0.2, 0.3, 0.1, 0.2, 0.3, 0.1, 0.2]) },
      attributes: { K: int(32), N: int(4), bits: int(4), block_size: int(16) },
    }));

  it.each([0, 1])('RotaryEmbedding with interleaved = %d', interleaved =>
    checkGradient({
      ...fused,
      op: 'com.microsoft::RotaryEmbedding',
      inputs: [numbersIn([1, 3, 8], 1)],
      constants: { 1: ints([2, 0, 1], [1, 3]), 2: table(1), 3: table(2) },
      attributes: { interleaved: int(interleaved) },
    }),
  );

  it('SoftmaxCrossEntropyLoss, with class weights and a label that is ignored', () =>
    checkGradient({
      op: 'SoftmaxCrossEntropyLoss',
      datatype: 'FP32',
      tolerance: 1e-2,
      inputs: [numbersIn([4, 3], 1)],
      constants: { 1: ints([0, 2, -1, 1]), 2: float32([3], [0.5, 1, 2]) },
      attributes: { ignore_index: int(-1) },
    }));
});

/** [3, 2] */
function table(seed: number): Tensor {
  return float32([3, 2], [...numbersIn([3, 2], seed, { from: -1, to: 1 }).values]);
}

function ints(values: readonly number[], shape = [values.length]): Tensor {
  return { datatype: 'INT64', shape, data: BigInt64Array.from(values, BigInt) };
}
