// Photos of two patches, and a small model to see them by: which lies above, means over places tell badly.
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { seededRandom } from '../../../src/core/data/random.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import type { Embedder } from '../../../src/core/teach/embedder.ts';
import { embeddingOutput, makeEmbedder } from '../../../src/core/teach/make-embedder.ts';
import type { LabelledEmbeddings } from '../../../src/core/teach/labelled-embeddings.ts';
import type { OpenSession } from '../../../src/core/runtime/session.ts';
import { elements, float32, type Tensor } from '../../../src/core/tensor.ts';

const modelSide = 24;
const photoSide = 30;
export const width = 12;

/** x [n, 3, 24, 24] → three convolutions, the second followed by a norm → pooled [n, 12, 1, 1]. */
function patchModel(): Bytes {
  const random = seededRandom(5);
  const weights = (shape: readonly number[], scale: number): Tensor =>
    float32(
      shape,
      Array.from({ length: elements(shape) }, () => scale * (2 * random.uniform() - 1)),
    );
  const ones = (count: number) => float32([count], new Float32Array(count).fill(1));
  const zeros = (count: number) => float32([count], new Float32Array(count));
  const graph = new GraphBuilder('patches').input('x', 'FP32', [-1, 3, modelSide, modelSide]);
  graph.initializer('W1', weights([6, 3, 3, 3], 0.5)).initializer('B1', weights([6], 0.1));
  graph.initializer('W2', weights([8, 6, 3, 3], 0.4));
  graph.initializer('scale', ones(8)).initializer('shift', zeros(8));
  graph.initializer('mean', zeros(8)).initializer('variance', ones(8));
  graph.initializer('W3', weights([width, 8, 3, 3], 0.4)).initializer('B3', weights([width], 0.1));
  const halving = { strides: { ints: [2, 2] }, pads: { ints: [1, 1, 1, 1] } };
  graph.node('Conv', ['x', 'W1', 'B1'], ['c1'], halving).node('Relu', ['c1'], ['r1']);
  graph.node('Conv', ['r1', 'W2'], ['c2'], halving);
  graph.node('BatchNormalization', ['c2', 'scale', 'shift', 'mean', 'variance'], ['n2']);
  graph.node('Relu', ['n2'], ['r2']);
  graph
    .node('Conv', ['r2', 'W3', 'B3'], ['c3'], { pads: { ints: [1, 1, 1, 1] } })
    .node('Relu', ['c3'], ['r3']);
  graph.node('GlobalAveragePool', ['r3'], ['pooled']);
  return graph.output('pooled', 'FP32', [-1, width, 1, 1]).build();
}

export function patchEmbedder(): Promise<Embedder> {
  const point = { value: 'pooled', width, pools: false, share: 1 };
  return makeEmbedder(patchModel(), point, {
    height: modelSide,
    width: modelSide,
    layout: 'NCHW',
    channels: 3,
    mean: [0.5, 0.5, 0.5],
    deviation: [0.5, 0.5, 0.5],
  });
}

/** Somewhere a bright patch and a dark one: in class 0 the bright one lies above, in class 1 below. */
export function patches(label: number, seed: number): Tensor {
  const random = seededRandom(100 * seed + label);
  const [left, top] = [2 + random.integer(16), 2 + random.integer(8)];
  const data = new Uint8Array(photoSide * photoSide * 3);
  for (let at = 0; at < data.length; at++) {
    const [x, y] = [Math.floor(at / 3) % photoSide, Math.floor(at / 3 / photoSide)];
    const isIn = (from: number) => x >= left && x < left + 8 && y >= from && y < from + 6;
    const patch = isIn(top) ? 1 : isIn(top + 9) ? -1 : 0;
    data[at] = 128 + (label === 0 ? 60 : -60) * patch + 70 * (random.uniform() - 0.5);
  }
  return { datatype: 'UINT8', shape: [1, photoSide, photoSide, 3], data };
}

/** Rows of those photos, each its own recording: `counts` of each class. */
export async function patchRows(
  embedder: Embedder,
  photos: readonly Tensor[],
  labels: readonly number[],
  open: OpenSession,
): Promise<LabelledEmbeddings> {
  const session = await open(embedder.model);
  const embeddings = new Float32Array(photos.length * width);
  for (const [row, photo] of photos.entries()) {
    embeddings.set((await session.run({ photo }))[embeddingOutput]!.data as Float32Array, row * width);
  }
  await session.dispose();
  return {
    width,
    classes: 2,
    embeddings,
    labels: Int32Array.from(labels),
    recordings: labels.map((_, row) => `recording ${row}`),
  };
}
