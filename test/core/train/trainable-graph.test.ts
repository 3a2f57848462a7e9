// What training takes answers as the file does, row by row, however many rows it is given at once.
import { describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../server/inference/session.ts';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { float32, type Tensor } from '../../../src/core/tensor.ts';
import { trainableGraph } from '../../../src/core/train/trainable-graph.ts';

const numbers = (...shape: number[]): Tensor =>
  float32(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7) % 13) / 13 - 0.5),
  );
const ints = (...values: number[]): Tensor => ({
  datatype: 'INT64',
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
});
const image = (rows: number) => numbers(rows, 3, 4);

/** x [1, 3, 4] → y */
const oneRow = () => new GraphBuilder('one-row').input('x', 'FP32', [1, 3, 4]);

async function answers(file: Bytes, x: Tensor): Promise<number[]> {
  const session = await openNodeSession(file);
  const { y } = await session.run({ x });
  await session.dispose();
  return Array.from(y!.data as Float32Array);
}

async function expectRowByRow(file: Bytes): Promise<void> {
  const rows = 5;
  const all = image(rows);
  const each: number[] = [];
  for (let row = 0; row < rows; row++) {
    const own = (all.data as Float32Array).slice(row * 12, (row + 1) * 12);
    each.push(...(await answers(file, float32([1, 3, 4], own))));
  }
  const together = await answers(trainableGraph(file).toBytes(), all);
  expect(together).toHaveLength(each.length);
  together.forEach((value, i) => expect(value).toBeCloseTo(each[i]!, 5));
}

describe('a model that was exported for one row', () => {
  it.each([[[1, -1]], [[1, 12]], [[-1, 12]], [[0, -1]]])(
    'is flattened to %j a row at a time',
    async target => {
      const builder = oneRow()
        .initializer('target', ints(...target))
        .node('Reshape', ['x', 'target'], ['flat']);
      builder.initializer('w', numbers(12, 2)).node('MatMul', ['flat', 'w'], ['y']);
      await expectRowByRow(builder.output('y', 'FP32', [1, 2]).build());
    },
  );

  it('lets no row attend to another', async () => {
    const builder = oneRow()
      .initializer('tokens', ints(1, -1, 4))
      .node('Reshape', ['x', 'tokens'], ['a']);
    builder
      .node('Transpose', ['a'], ['b'], { perm: { ints: [0, 2, 1] } })
      .node('MatMul', ['a', 'b'], ['scores']);
    builder.node('Softmax', ['scores'], ['shares'], { axis: { int: -1 } });
    builder.node('MatMul', ['shares', 'a'], ['mixed']).initializer('flat', ints(-1, 12));
    builder.node('Reshape', ['mixed', 'flat'], ['y']);
    await expectRowByRow(builder.output('y', 'FP32', [1, 12]).build());
  });

  it('keeps heads apart, and puts them together again', async () => {
    const builder = oneRow()
      .initializer('heads', ints(1, 3, 2, 2))
      .node('Reshape', ['x', 'heads'], ['a']);
    builder
      .node('Transpose', ['a'], ['b'], { perm: { ints: [0, 2, 1, 3] } })
      .initializer('joined', ints(1, 12));
    builder.node('Reshape', ['b', 'joined'], ['y']);
    await expectRowByRow(builder.output('y', 'FP32', [1, 12]).build());
  });
});

it('draws no masks of its own in a model that was exported while it trained', async () => {
  const builder = new GraphBuilder('dropping')
    .input('x', 'FP32', [-1, 3, 4])
    .initializer('ratio', float32([], [0.5]));
  builder.initializer('training', { datatype: 'BOOL', shape: [], data: Uint8Array.of(1) });
  builder.node('Dropout', ['x', 'ratio', 'training'], ['y']).output('y', 'FP32', [-1, 3, 4]);
  const x = image(2);
  expect(await answers(trainableGraph(builder.build()).toBytes(), x)).toEqual(
    Array.from(x.data as Float32Array),
  );
});
