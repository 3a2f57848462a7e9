import { describe, expect, it } from 'vitest';
import { Graph } from '../../../../src/core/onnx/graph.ts';
import { Tape } from '../../../../src/core/train/gradient/tape.ts';

function tapeOver(shape: number[]): Tape {
  const graph = new Graph();
  graph.inputs = [{ name: 'x', datatype: 'FP32', shape }];
  return Tape.over(graph);
}

describe('Emitter', () => {
  it('knows the type of what it emits', () => {
    const tape = tapeOver([2, 3]);
    expect(tape.type(tape.op('MatMul', ['x', tape.transpose('x', [1, 0])]))).toMatchObject({
      datatype: 'FP32',
      shape: [2, 2],
    });
    expect(tape.datatype(tape.greater('x', 0))).toBe('BOOL');
  });

  it('gives the same name for the same operator of the same values, and the same constant', () => {
    const tape = tapeOver([2]);
    expect(tape.mul('x', 2)).toBe(tape.mul('x', 2));
    expect(tape.mul('x', 2)).not.toBe(tape.mul('x', 3));
    expect(tape.scalar(0)).not.toBe(tape.scalar(-0));
    expect(tape.ints([1, 2])).toBe(tape.ints([1, 2]));
    expect(tape.op('Elu', ['x'], { alpha: { float: 1 } })).not.toBe(
      tape.op('Elu', ['x'], { alpha: { float: 2 } }),
    );
  });

  it('reshapes what was reshaped before once only, or not at all', () => {
    const tape = tapeOver([2, 3, 4]);
    const flat = tape.reshape('x', [24]);
    expect(tape.reshape(tape.reshape(flat, [4, 6]), [2, 3, 4])).toBe('x');
    const turned = tape.transpose(flat, [0]);
    expect(turned).toBe(flat);
    const matrix = tape.reshape(tape.reshape(flat, [4, 6]), [6, -1]);
    expect(tape.shape(matrix)).toEqual([6, 4]);
    expect(tape.graph.nodes.find(({ outputs }) => outputs[0] === matrix)!.inputs[0]).toBe('x');
    // A 0 that copies a size is of the value that is reshaped.
    const copied = tape.op('Reshape', [tape.reshape('x', [6, 4]), tape.ints([0, 2, 2])]);
    expect(tape.shape(copied)).toEqual([6, 2, 2]);
  });

  it('takes away what nobody reads, and computes it again when it is asked for again', () => {
    const tape = tapeOver([2]);
    const mark = tape.mark();
    const kept = tape.mul('x', 2);
    tape.add('x', 3);
    tape.prune(mark, [kept]);
    expect(tape.graph.nodes.map(({ op }) => op)).toEqual(['Mul']);
    expect(tape.graph.initializers.size).toBe(1);
    expect(tape.add('x', 3)).toBe(tape.graph.nodes.at(-1)!.outputs[0]);
    expect(tape.graph.nodes.map(({ op }) => op)).toEqual(['Mul', 'Add']);
  });
});
