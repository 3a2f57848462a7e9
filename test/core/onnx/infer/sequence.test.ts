import { describe, expect, test } from 'vitest';
import { Graph } from '../../../../src/core/onnx/graph.ts';
import { inferShapes } from '../../../../src/core/onnx/infer.ts';
import { numbersOf } from '../../../../src/core/onnx/infer/known.ts';
import type { Tensor } from '../../../../src/core/tensor.ts';
import { int } from '../attribute-values.ts';
import { floats, ints, runGraph, scalar, withOutputs } from '../single-node.ts';

/** Sequences are made, changed and read; what is read is a tensor, of the type that the runtime makes. */
async function check(
  constants: Readonly<Record<string, Tensor>>,
  write: (graph: Graph) => void,
): Promise<void> {
  const graph = new Graph();
  for (const [name, tensor] of Object.entries(constants)) graph.initializers.set(name, tensor);
  write(graph);
  const types = inferShapes(graph);
  const tensors = graph.nodes.flatMap(({ outputs }) => outputs).filter(name => !types.get(name)!.sequence);
  expect(tensors).not.toEqual([]);
  const answer = await runGraph(withOutputs(graph, tensors, types));
  for (const name of tensors) {
    const { datatype, shape, value } = types.get(name)!;
    expect({ datatype, shape }).toEqual({
      datatype: answer[name]!.datatype,
      shape: [...answer[name]!.shape],
    });
    if (value) expect(numbersOf(value)).toEqual(numbersOf(answer[name]!));
  }
}

const at = (graph: Graph, sequence: string, position: string) =>
  graph.add('SequenceAt', [sequence, position], [`${sequence}.${position}`]);

describe('sequences have the types that ONNX Runtime makes', () => {
  const positions = { first: scalar(0), last: scalar(-1) };

  test('put together, added to and taken from, read and joined', () =>
    check({ ...positions, a: floats(2, 3), b: floats(1, 3), c: floats(4, 3) }, graph => {
      graph.add('SequenceConstruct', ['a', 'b'], ['two']);
      graph.add('SequenceInsert', ['two', 'c'], ['three']);
      graph.add('SequenceInsert', ['three', 'c', 'first'], ['four']);
      graph.add('SequenceErase', ['four', 'last'], ['left']);
      graph.add('SequenceErase', ['left'], ['fewer']);
      for (const name of ['two', 'three', 'four', 'left', 'fewer']) {
        at(graph, name, 'first');
        at(graph, name, 'last');
        graph.add('SequenceLength', [name], [`${name}.length`]);
        graph.add('ConcatFromSequence', [name], [`${name}.all`], { attributes: { axis: int(0) } });
      }
    }));

  test('begun empty, and stacked', () =>
    check({ ...positions, a: floats(2, 3) }, graph => {
      graph.add('SequenceEmpty', [], ['none']);
      graph.add('SequenceInsert', ['none', 'a'], ['one']);
      graph.add('SequenceInsert', ['one', 'a'], ['two']);
      graph.add('SequenceLength', ['none'], ['none.length']);
      const stacked = { attributes: { axis: int(-1), new_axis: int(1) } };
      graph.add('ConcatFromSequence', ['two'], ['stack'], stacked);
    }));

  test('split off a tensor, in any of the ways', () =>
    check({ ...positions, x: floats(2, 7), each: scalar(3), sizes: ints(1, 4, 2) }, graph => {
      const columns = { axis: int(1) };
      graph.add('SplitToSequence', ['x', 'each'], ['even'], { attributes: columns });
      graph.add('SplitToSequence', ['x', 'sizes'], ['given'], { attributes: columns });
      graph.add('SplitToSequence', ['x'], ['single'], { attributes: columns });
      graph.add('SplitToSequence', ['x'], ['flat'], { attributes: { ...columns, keepdims: int(0) } });
      for (const name of ['even', 'given', 'single', 'flat']) {
        at(graph, name, 'first');
        at(graph, name, 'last');
        graph.add('SequenceLength', [name], [`${name}.length`]);
      }
    }));
});
