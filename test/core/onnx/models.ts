// Small graphs that the tests of onnx, passes and inference share.
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { float32, type Tensor } from '../../../src/core/tensor.ts';

/** The same numbers every time: no test depends on luck. */
export function numbers(count: number, seed = 1): Float32Array<ArrayBuffer> {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  });
}

/** x [n, 4] → MatMul, Add, Softmax → probabilities [n, 3]. */
export function denseModel(seed = 1): Uint8Array<ArrayBuffer> {
  return new GraphBuilder('dense')
    .input('x', 'FP32', ['n', 4])
    .initializer('w', float32([4, 3], numbers(12, seed)))
    .initializer('b', float32([3], numbers(3, seed + 1)))
    .node('MatMul', ['x', 'w'], ['product'])
    .node('Add', ['product', 'b'], ['logits'])
    .node('Softmax', ['logits'], ['probabilities'], { axis: { int: -1 } })
    .output('probabilities', 'FP32', ['n', 3])
    .build();
}

/** x [n, 1, 8, 8] → Conv, Relu, Flatten, Gemm → logits [n, 10]. */
export function convolutionModel(channels = 4): Uint8Array<ArrayBuffer> {
  const shape: Tensor = { datatype: 'INT64', shape: [2], data: BigInt64Array.of(0n, -1n) };
  return new GraphBuilder('convolution')
    .input('x', 'FP32', ['n', 1, 8, 8])
    .initializer('conv.w', float32([channels, 1, 3, 3], numbers(9 * channels)))
    .initializer('conv.b', float32([channels], numbers(channels, 2)))
    .initializer('shape', shape)
    .initializer('head.w', float32([10, channels * 64], numbers(640 * channels, 3)))
    .initializer('head.b', float32([10], numbers(10, 4)))
    .node('Conv', ['x', 'conv.w', 'conv.b'], ['c'], { pads: { ints: [1, 1, 1, 1] } })
    .node('Relu', ['c'], ['r'])
    .node('Reshape', ['r', 'shape'], ['flat'])
    .node('Gemm', ['flat', 'head.w', 'head.b'], ['logits'], { transB: { int: 1 } })
    .output('logits', 'FP32', ['n', 10])
    .build();
}
