import { describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../../../server/inference/session.ts';
import { Graph } from '../../../../../src/core/onnx/graph.ts';
import { gradient } from '../../../../../src/core/train/gradient/gradient.ts';
import { Tape } from '../../../../../src/core/train/gradient/tape.ts';
import type { Tensor } from '../../../../../src/core/tensor.ts';
import { checkGradient } from '../finite-differences.ts';
import { ints, numbersIn } from '../generate.ts';

const int64 = (shape: number[], values: readonly number[]): Tensor => ({ ...ints(values), shape });

describe('look-ups: gradients are the central differences of', () => {
  it.each([0, 1, -1])('Gather along axis %d, rows more than once and from the end', axis =>
    checkGradient({
      op: 'Gather',
      inputs: [numbersIn([3, 4, 3], 1)],
      constants: { 1: int64([2, 2], [0, 2, 0, -1]) },
      attributes: { axis: { int: axis } },
    }),
  );

  it('Gather of one row', () =>
    checkGradient({ op: 'Gather', inputs: [numbersIn([3, 2], 1)], constants: { 1: int64([], [1]) } }));

  it('GatherElements, fewer than there are on the other axes', async () => {
    const indices = int64([2, 3], [0, 1, -1, 2, 0, 0]);
    await checkGradient({ op: 'GatherElements', inputs: [numbersIn([3, 4], 1)], constants: { 1: indices } });
    await checkGradient({
      op: 'GatherElements',
      inputs: [numbersIn([3, 4], 1)],
      constants: { 1: indices },
      attributes: { axis: { int: 1 } },
    });
  });

  it('GatherND, the same element twice', () =>
    checkGradient({
      op: 'GatherND',
      inputs: [numbersIn([3, 2, 2], 1)],
      constants: { 1: int64([3, 2], [0, 1, 2, 0, 0, 1]) },
    }));

  it('GatherND with batches', async () => {
    await checkGradient({
      op: 'GatherND',
      inputs: [numbersIn([2, 3, 4], 1)],
      constants: { 1: int64([2, 2, 1], [0, 0, 2, 1]) },
      attributes: { batch_dims: { int: 1 } },
    });
    await checkGradient({
      op: 'GatherND',
      inputs: [numbersIn([2, 3, 4, 2], 1)],
      constants: { 1: int64([2, 3, 1], [3, 0, 1, 2, 2, 0]) },
      attributes: { batch_dims: { int: 2 } },
    });
  });

  it.each([
    [0, 1],
    [1, 0],
    [-1, 1],
  ])('TopK along axis %d, largest %d', (axis, largest) =>
    checkGradient({
      op: 'TopK',
      inputs: [numbersIn([3, 4, 3], 1)],
      constants: { 1: ints([2]) },
      outputs: 2,
      attributes: { axis: { int: axis }, largest: { int: largest } },
    }),
  );
});

describe('an embedding of many rows', () => {
  it('adds up what each row was looked up for, also where one-hot products end', async () => {
    const rows = 5000;
    const graph = new Graph();
    graph.inputs = [
      { name: 'table', datatype: 'FP32', shape: [rows, 2] },
      { name: 'ids', datatype: 'INT64', shape: [2, 2] },
    ];
    const tape = Tape.over(graph);
    const looked = tape.op('Gather', ['table', 'ids']);
    const weights = tape.numbers([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
    const loss = tape.op('ReduceSum', [tape.mul(looked, weights)], { keepdims: { int: 0 } });
    const dTable = gradient(tape, { loss, wrt: ['table'] }).get('table')!;
    expect(graph.nodes.some(({ op }) => op === 'ScatterND')).toBe(true);
    graph.outputs = [{ name: dTable, datatype: 'FP32', shape: [rows, 2] }];
    const session = await openNodeSession(graph.toBytes());
    const { [dTable]: answer } = await session.run({
      table: { datatype: 'FP32', shape: [rows, 2], data: new Float32Array(rows * 2) },
      ids: int64([2, 2], [4999, 7, 4999, -1]),
    });
    await session.dispose();
    const data = answer!.data as Float32Array;
    // Row 4999 was looked up three times: (1, 2) + (5, 6) + (7, 8).
    expect([...data.subarray(-2)]).toEqual([13, 16]);
    expect([...data.subarray(14, 16)]).toEqual([3, 4]);
    expect(data.reduce((sum, value) => sum + value)).toBe(36);
  });
});
