// What training takes answers as the file does, row by row, however many rows it is given at once.
import { describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../server/inference/session.ts';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { float32, type Tensor } from '../../../src/core/tensor.ts';
import { fit } from '../../../src/core/train/fit.ts';
import { trainableGraph } from '../../../src/core/train/trainable-graph.ts';
import { clouds, goOn, job, nodeHost } from './nets.ts';

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

describe('a node in a form that is not spelled out', () => {
  const train = clouds(48);

  /** features [rows, 2] → first → three words of four → attention that looks back only → head → probabilities [rows, 3] */
  function backwardLooking(): Bytes {
    const builder = new GraphBuilder('backward-looking').input('features', 'FP32', [-1, 2]);
    builder
      .initializer('first.weight', numbers(2, 12))
      .node('MatMul', ['features', 'first.weight'], ['h'])
      .initializer('words', ints(-1, 3, 4))
      .node('Reshape', ['h', 'words'], ['x']);
    builder.initializer('attention.qkv', numbers(4, 12)).initializer('attention.shift', numbers(12));
    builder.node('com.microsoft::Attention', ['x', 'attention.qkv', 'attention.shift'], ['a'], {
      num_heads: { int: 2 },
      unidirectional: { int: 1 },
    });
    builder.node('Flatten', ['a'], ['f']).initializer('head.weight', numbers(12, 3));
    builder.initializer('head.bias', numbers(3)).node('Gemm', ['f', 'head.weight', 'head.bias'], ['logits']);
    builder.node('Softmax', ['logits'], ['probabilities']).output('probabilities', 'FP32', [-1, 3]);
    return builder.build({ domains: { 'com.microsoft': 1 } });
  }

  const run = (trainable: readonly string[], maxCacheBytes: number) => {
    const losses: number[] = [];
    const changes = { trainable: new Set(trainable), epochs: 8, maxCacheBytes };
    return fit(job(trainableGraph(backwardLooking()), train, changes), nodeHost(), goOn, ({ training }) =>
      losses.push(training.loss),
    ).then(({ weights }) => ({ weights, losses }));
  };

  it('is computed as it is where it is frozen, cached or not, and what follows it learns', async () => {
    const head = ['head.weight', 'head.bias'];
    const { weights, losses } = await run(head, 2 ** 20);
    expect([...weights.keys()]).toEqual(head);
    expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.9);
    expect((await run(head, 0)).losses.at(-1)).toBeCloseTo(losses.at(-1)!, 4);
  });

  it('stops what lies behind it, with its name, the reason and what it blocks', async () => {
    await expect(run(['first.weight', 'head.weight'], 0)).rejects.toMatchObject({
      code: 'TrainingImpossible',
      detail: expect.stringMatching(
        /^com\.microsoft\.Attention '.+' has no gradient \(it looks back only\): it blocks 'first\.weight'\.$/,
      ),
    });
  });
});
