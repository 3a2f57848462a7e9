// A small model of the library that can see: convolutions with fixed pseudo-random weights, which tell colours and outlines
// apart well enough for a test, as random features do (Jarrett et al., "What is the best multi-stage architecture for object
// recognition?", ICCV 2009). It has learned nothing.
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';

const side = 48;
const widths = [12, 24, 32] as const;
const classes = 8;

export function seeingModel(): Bytes {
  const random = gaussians(7);
  const builder = new GraphBuilder('seeing').input('pixels', 'FP32', ['n', 3, side, side]);
  let [from, channels] = ['pixels', 3];
  for (const [i, width] of widths.entries()) {
    const fan = channels * 9;
    const weights = Float32Array.from({ length: width * fan }, () => random() * Math.sqrt(2 / fan));
    const bias = Float32Array.from({ length: width }, () => random() * 0.1);
    builder
      .initializer(`w${i}`, { datatype: 'FP32', shape: [width, channels, 3, 3], data: weights })
      .initializer(`b${i}`, { datatype: 'FP32', shape: [width], data: bias })
      .node('Conv', [from, `w${i}`, `b${i}`], [`conv${i}`], {
        strides: { ints: [2, 2] },
        pads: { ints: [1, 1, 1, 1] },
      })
      .node('Relu', [`conv${i}`], [`relu${i}`]);
    [from, channels] = [`relu${i}`, width];
  }
  const dense = Float32Array.from({ length: classes * channels }, () => random() / Math.sqrt(channels));
  return builder
    .node('GlobalAveragePool', [from], ['pooled'])
    .node('Flatten', ['pooled'], ['features'])
    .initializer('dense', { datatype: 'FP32', shape: [channels, classes], data: dense })
    .node('MatMul', ['features', 'dense'], ['scores'])
    .output('scores', 'FP32', ['n', classes])
    .build();
}

/** Box and Muller's, of a 32-bit xorshift: the same on every machine. */
function gaussians(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 1) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
