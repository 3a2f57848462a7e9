// The models that benchmarks run, beside `digits`: a generated network of the size of a real one.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bytes } from '../src/core/artifact/digest.ts';
import type { ModelInterface } from '../src/core/artifact/interface.ts';
import { seededRandom } from '../src/core/data/random.ts';
import { GraphBuilder } from '../src/core/onnx/build.ts';
import { float32 } from '../src/core/tensor.ts';

/** What a file alone does not say: that the app may answer it from a drawing, without a tap. */
export const drawn: ModelInterface = {
  inputs: [
    {
      name: 'image',
      datatype: 'FP32',
      shape: [-1, 1, 32, 32],
      meaning: { kind: 'image', layout: 'NCHW', range: [0, 16], preparation: 'cell-counts', names: null },
    },
  ],
  outputs: [
    {
      name: 'probabilities',
      datatype: 'FP32',
      shape: [-1, 10],
      meaning: { kind: 'probabilities', unit: null },
    },
  ],
  decision: { kind: 'softmax', output: 'probabilities', from: 'probabilities', notSureBelow: 0 },
};

export interface BenchModel {
  readonly name: string;
  readonly file: Bytes;
  readonly input: { readonly name: string; readonly shape: readonly number[] };
  /** Predictions that are one measurement when it is warm: a few milliseconds, or one. */
  readonly warmPredictions: number;
}

/** The demo's first version, from the same file that the server seeds. */
export async function digitsModel(root: string): Promise<BenchModel> {
  const file = await readFile(join(root, 'demo/models/digits/1/model.onnx'));
  return {
    name: 'digits',
    file: new Uint8Array(file),
    input: { name: 'image', shape: [1, 1, 8, 8] },
    warmPredictions: 20,
  };
}

/** [input channels, output channels, stride]; 3×3 kernels, ReLU behind each. */
const convolutions = [
  [1, 32, 1],
  [32, 64, 1],
  [64, 128, 2],
  [128, 256, 2],
  [256, 256, 1],
  [256, 512, 2],
  [512, 288, 1],
] as const;
const classes = 10;
const seed = 20_261_124;

/** 14 MB: seven convolutions on [1, 1, 32, 32], global pooling, one dense layer, softmax. Weights by He et al. 2015. */
export function generatedCnn(): BenchModel {
  const random = seededRandom(seed);
  const weights = (shape: readonly number[], fanIn: number) => {
    const bound = Math.sqrt(6 / fanIn);
    const count = shape.reduce((product, size) => product * size, 1);
    return float32(
      shape,
      Float32Array.from({ length: count }, () => (random.uniform() * 2 - 1) * bound),
    );
  };
  const graph = new GraphBuilder('bench').input('image', 'FP32', ['batch', 1, 32, 32]);
  let last = 'image';
  convolutions.forEach(([from, to, stride], i) => {
    graph
      .initializer(`w${i}`, weights([to, from, 3, 3], from * 9))
      .initializer(`b${i}`, float32([to], new Float32Array(to)))
      .node('Conv', [last, `w${i}`, `b${i}`], [`c${i}`], {
        strides: { ints: [stride, stride] },
        pads: { ints: [1, 1, 1, 1] },
      })
      .node('Relu', [`c${i}`], [`r${i}`]);
    last = `r${i}`;
  });
  const features = convolutions.at(-1)![1];
  const file = graph
    .initializer('wd', weights([features, classes], features))
    .initializer('bd', float32([classes], new Float32Array(classes)))
    .node('GlobalAveragePool', [last], ['pooled'])
    .node('Flatten', ['pooled'], ['flat'])
    .node('Gemm', ['flat', 'wd', 'bd'], ['logits'])
    .node('Softmax', ['logits'], ['probabilities'])
    .output('probabilities', 'FP32', ['batch', classes])
    .build();
  return {
    name: 'bench-cnn',
    file,
    input: { name: 'image', shape: [1, 1, 32, 32] },
    warmPredictions: 1,
  };
}

/** `layers` products of [batch, width] with [width, width], each a weight of 4 · width² bytes. */
export function denseChain(layers: number, width: number): Bytes {
  const graph = new GraphBuilder('chain').input('x0', 'FP32', ['batch', width]);
  for (let i = 0; i < layers; i++) {
    const values = new Float32Array(width * width);
    // Knuth's multiplicative hash: different numbers at once; what they are does not matter.
    for (let j = 0; j < values.length; j++) {
      values[j] = Math.imul(i * values.length + j, 2_654_435_761) / 2 ** 31 / width;
    }
    graph
      .initializer(`w${i}`, float32([width, width], values))
      .node('MatMul', [`x${i}`, `w${i}`], [`x${i + 1}`]);
  }
  return graph.output(`x${layers}`, 'FP32', ['batch', width]).build();
}
