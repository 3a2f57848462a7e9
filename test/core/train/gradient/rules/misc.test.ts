import { describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../../../server/inference/session.ts';
import { Graph } from '../../../../../src/core/onnx/graph.ts';
import { gradient } from '../../../../../src/core/train/gradient/gradient.ts';
import { Tape } from '../../../../../src/core/train/gradient/tape.ts';
import { checkGradient } from '../finite-differences.ts';
import { lossGraph } from '../loss-graph.ts';
import { numbersIn } from '../generate.ts';

describe('choice, dropout, quantization: gradients are the central differences of', () => {
  it('Where, broadcast', () =>
    checkGradient({
      op: 'Where',
      inputs: [numbersIn([2, 3], 1), numbersIn([3], 2)],
      constants: { 0: { datatype: 'BOOL', shape: [2, 1], data: Uint8Array.of(1, 0) } },
    }));

  it('Dropout outside of training', () => checkGradient({ op: 'Dropout', inputs: [numbersIn([2, 3], 1)] }));

  it('the scale of DequantizeLinear, of the whole and of each channel', async () => {
    const q = { datatype: 'INT8' as const, shape: [2, 3], data: Int8Array.of(-5, 3, 120, 0, 7, -128) };
    const zero = { datatype: 'INT8' as const, shape: [3], data: Int8Array.of(1, 0, -2) };
    const single = { op: 'DequantizeLinear', datatype: 'FP32', step: 0.1, tolerance: 1e-3 } as const;
    await checkGradient({ ...single, inputs: [numbersIn([], 1)], constants: { 0: q } });
    await checkGradient({ ...single, inputs: [numbersIn([3], 1)], constants: { 0: q, 2: zero } });
  });
});

describe('QuantizeLinear and back', () => {
  it('lets the gradient straight through, but not where the range ends', async () => {
    const graph = new Graph();
    graph.inputs = [{ name: 'x', datatype: 'FP32', shape: [4] }];
    const tape = Tape.over(graph);
    const scale = tape.scalar(0.5);
    const q = tape.op('QuantizeLinear', ['x', scale, tape.numbers([], [0], 'INT8')]);
    const y = tape.mul(tape.op('DequantizeLinear', [q, scale]), tape.numbers([4], [1, 2, 3, 4]));
    const loss = tape.op('ReduceSum', [y], { keepdims: { int: 0 } });
    const dx = gradient(tape, { loss, wrt: ['x'] }).get('x')!;
    graph.outputs = [{ name: dx, datatype: 'FP32', shape: [4] }];
    const session = await openNodeSession(graph.toBytes());
    const x = { datatype: 'FP32' as const, shape: [4], data: Float32Array.of(0.6, -3, 70, -100) };
    expect([...((await session.run({ x }))[dx]!.data as Float32Array)]).toEqual([1, 2, 0, 0]);
    await session.dispose();
  });
});

describe('Dropout', () => {
  it('that draws its own mask says that it must be spelled out', () => {
    const { tape, loss, names } = lossGraph({
      op: 'Dropout',
      inputs: [numbersIn([2, 3], 1)],
      constants: {
        1: { datatype: 'FP64', shape: [], data: Float64Array.of(0.5) },
        2: { datatype: 'BOOL', shape: [], data: Uint8Array.of(1) },
      },
    });
    expect(() => gradient(tape, { loss, wrt: names })).toThrow(/Dropout.*mask/);
  });
});
