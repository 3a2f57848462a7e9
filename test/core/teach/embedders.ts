// Small embedders for tests.
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import type { Embedder, PhotoPreparation } from '../../../src/core/teach/embedder.ts';
import { makeEmbedder } from '../../../src/core/teach/make-embedder.ts';
import type { ShownKind } from '../../../src/core/teach/shown-kind.ts';

/** The embedding is what the model would be fed. */
export function pixelsOnly(preparation: PhotoPreparation, kind: ShownKind = 'photo'): Promise<Embedder> {
  const { layout, channels, height, width } = preparation;
  const shape = layout === 'NCHW' ? [channels, height, width] : [height, width, channels];
  const builder = new GraphBuilder('pixels').input('x', 'FP32', ['n', ...shape]).node('Relu', ['x'], ['y']);
  builder
    .node('Neg', ['x'], ['minus'])
    .node('Relu', ['minus'], ['below'])
    .node('Sub', ['y', 'below'], ['same']);
  const point = { value: 'same', width: channels * height * width, pools: false, share: 1 };
  return makeEmbedder(builder.output('same', 'FP32', ['n', ...shape]).build(), point, preparation, kind);
}
