// Small real models for the command to carry.
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { float32 } from '../../../src/core/tensor.ts';

const features = 4;
const hidden = 512;

/** Dense(512, relu) of `first`, then Dense(2, softmax) of `head`: two versions may share all but the head. */
export function smallModel({ first = 1, head = 1 }: { first?: number; head?: number }): Bytes {
  const wave = (shape: number[], scale: number) =>
    float32(
      shape,
      Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i * scale) / 8),
    );
  return new GraphBuilder('small')
    .input('x', 'FP32', ['batch', features])
    .initializer('w1', wave([features, hidden], first))
    .node('MatMul', ['x', 'w1'], ['a'])
    .node('Relu', ['a'], ['h'])
    .initializer('w2', wave([hidden, 2], head))
    .node('MatMul', ['h', 'w2'], ['logits'])
    .node('Softmax', ['logits'], ['probabilities'], { axis: { int: -1 } })
    .output('probabilities', 'FP32', ['batch', 2])
    .build();
}

/** A graph that is fine but for one operator that no runtime has. */
export function strangeModel(): Bytes {
  return new GraphBuilder('strange')
    .input('x', 'FP32', ['batch', features])
    .node('Frobnicate', ['x'], ['y'])
    .output('y', 'FP32', ['batch', features])
    .build();
}
