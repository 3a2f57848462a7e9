import { describe, expect, it } from 'vitest';
import { Graph } from '../../../../src/core/onnx/graph.ts';
import { Tape } from '../../../../src/core/train/gradient/tape.ts';

function tapeOver(shape: number[]): Tape {
  const graph = new Graph();
  graph.inputs = [{ name: 'x', datatype: 'FP32', shape }];
  return Tape.over(graph);
}

describe('Tape', () => {
  it('emits nothing for what changes nothing', () => {
    const tape = tapeOver([2, 3]);
    expect(tape.reshape('x', [2, 3])).toBe('x');
    expect(tape.expand('x', [1, 3])).toBe('x');
    expect(tape.transpose('x', [0, 1])).toBe('x');
    expect(tape.cast('x', 'FP32')).toBe('x');
    expect(tape.add('x', 0)).toBe('x');
    expect(tape.mul(1, 'x')).toBe('x');
    expect(tape.pad('x', [0, 0], [0, 0])).toBe('x');
    expect(tape.slice('x', [1], [0], [3])).toBe('x');
    expect(tape.sum('x', [])).toBe('x');
    expect(tape.plus(null, 'x')).toBe('x');
    expect(tape.graph.nodes).toEqual([]);
  });

  it('does not fold what does change something', () => {
    const tape = tapeOver([2, 3]);
    expect(tape.shape(tape.reshape('x', [3, 2]))).toEqual([3, 2]);
    expect(tape.shape(tape.expand('x', [4, 2, 3]))).toEqual([4, 2, 3]);
    expect(tape.op('Transpose', ['x'])).not.toBe('x');
  });

  it('sums over the axes that were broadcast', () => {
    const tape = tapeOver([4, 2, 3]);
    expect(tape.shape(tape.unbroadcast('x', [2, 1]))).toEqual([2, 1]);
    expect(tape.shape(tape.unbroadcast('x', []))).toEqual([]);
    expect(tape.unbroadcast('x', [4, 2, 3])).toBe('x');
  });
});
