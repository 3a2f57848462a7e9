// A small image model for tests: random filters, whose means over the picture tell colours apart.
import type { Bytes } from '../../src/core/artifact/digest.ts';
import type { Manifest } from '../../src/core/artifact/documents.ts';
import { seededRandom } from '../../src/core/data/random.ts';
import { GraphBuilder } from '../../src/core/onnx/build.ts';
import { elements, float32, type Tensor } from '../../src/core/tensor.ts';
import type { Database } from '../../src/device/db.ts';
import type { Photo } from '../../src/worker/protocol.ts';
import { drawnPhoto } from '../device/photos.ts';
import { storeVersion } from './stored.ts';

const side = 32;

/** x [n, 3, 32, 32] → pooled [n, 24, 1, 1] → probabilities [n, 4]. */
export function photoModel(): Bytes {
  const random = seededRandom(7);
  const weights = (shape: readonly number[], scale: number): Tensor =>
    float32(
      shape,
      Float32Array.from({ length: elements(shape) }, () => scale * (2 * random.uniform() - 1)),
    );
  const graph = new GraphBuilder('photo').input('x', 'FP32', [-1, 3, side, side]);
  graph.initializer('W1', weights([16, 3, 3, 3], 0.6)).initializer('W2', weights([24, 16, 3, 3], 0.3));
  graph.initializer('W3', weights([24, 4], 1));
  const strides = { strides: { ints: [2, 2] }, pads: { ints: [1, 1, 1, 1] } };
  graph.node('Conv', ['x', 'W1'], ['c1'], strides).node('Relu', ['c1'], ['r1']);
  graph.node('Conv', ['r1', 'W2'], ['c2'], strides).node('Relu', ['c2'], ['r2']);
  graph.node('GlobalAveragePool', ['r2'], ['pooled']).node('Flatten', ['pooled'], ['flat']);
  graph.node('MatMul', ['flat', 'W3'], ['logits']);
  graph.node('Softmax', ['logits'], ['probabilities'], { axis: { int: 1 } });
  return graph.output('probabilities', 'FP32', [-1, 4]).build();
}

export function storePhotoModel(db: Database, model: string): Promise<Manifest> {
  return storeVersion(db, {
    model,
    file: photoModel(),
    overrides: {
      labels: ['a', 'b', 'c', 'd'],
      interface: {
        inputs: [
          {
            name: 'x',
            datatype: 'FP32',
            shape: [-1, 3, side, side],
            meaning: { kind: 'image', layout: 'NCHW', range: [0, 1], preparation: 'pixels', names: null },
          },
        ],
        outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 4], meaning: null }],
        decision: { kind: 'softmax', output: 'probabilities', from: 'probabilities', notSureBelow: 0 },
      },
    },
  });
}

/** The pixels of `drawnPhoto`, as a camera's frame would be looked at. */
export function drawnPixels(seed: number, hue: number): Photo {
  const canvas = drawnPhoto(seed, hue);
  const { data, width, height } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
  return { rgba: data, width, height };
}
