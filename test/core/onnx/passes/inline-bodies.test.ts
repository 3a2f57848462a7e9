import { describe, expect, test } from 'vitest';
import { Graph } from '../../../../src/core/onnx/graph.ts';
import { inlineBodies } from '../../../../src/core/onnx/passes/inline-bodies.ts';
import { maxUnrolledSteps } from '../../../../src/core/onnx/passes/inline/plan.ts';
import { bytesOfTensor } from '../../../../src/core/tensor-bytes.ts';
import { float32, type Tensor } from '../../../../src/core/tensor.ts';
import { int, many } from '../attribute-values.ts';
import { body, bool, fp32, int64 } from '../body.ts';
import { bools, floats, runGraph, scalar } from '../single-node.ts';

const yes: Tensor = { ...bools(1), shape: [] };

function graphOf(inputs: Graph['inputs'], outputs: Graph['outputs'], write: (graph: Graph) => void): Graph {
  const graph = new Graph();
  graph.inputs = inputs;
  graph.outputs = outputs;
  write(graph);
  return graph;
}

/** No nested graph is left, and the answer is the same. */
async function expectSame(graph: Graph, feeds: Record<string, Tensor>): Promise<Graph> {
  const inlined = inlineBodies(graph);
  expect(inlined.nodes.map(({ op }) => op).filter(op => ['If', 'Loop', 'Scan'].includes(op))).toEqual([]);
  const [before, after] = [await runGraph(graph, feeds), await runGraph(inlined, feeds)];
  for (const [name, wanted] of Object.entries(before)) {
    expect(after[name]!.shape).toEqual(wanted.shape);
    expect([...bytesOfTensor(after[name]!)]).toEqual([...bytesOfTensor(wanted)]);
  }
  return inlined;
}

describe('inlineBodies', () => {
  test.each([0, 1])('takes the branch of an If whose condition is %d, with its weights', async condition => {
    const branch = (factor: number) =>
      body([], [fp32('y', 3)], graph => {
        graph.initializers.set('w', float32([3], [factor, 2, 3]));
        graph.add('Mul', ['x', 'w'], ['y']);
      });
    const graph = graphOf([fp32('x', 3)], [fp32('out', 3)], graph => {
      graph.initializers.set('c', { ...bools(condition), shape: [] });
      graph.add('If', ['c'], ['out'], {
        attributes: { then_branch: branch(5), else_branch: branch(7) },
      });
    });
    const inlined = await expectSame(graph, { x: floats(3) });
    expect(inlined.nodes.map(({ op }) => op)).toEqual(['Mul', 'Identity']);
    const weights = [...inlined.initializers.values()].filter(({ datatype }) => datatype === 'FP32');
    expect(weights.map(({ data }) => data[0])).toEqual([condition ? 5 : 7]);
  });

  test('goes by a condition that only looks at what has a fixed size', async () => {
    const graph = graphOf([fp32('x', -1, 4)], [fp32('out', -1, 4)], graph => {
      graph.add('Shape', ['x'], ['columns'], { attributes: { start: int(1) } });
      graph.initializers.set('four', { ...scalar(4), shape: [1] });
      graph.add('Equal', ['columns', 'four'], ['c1']);
      graph.add('Squeeze', ['c1'], ['c']);
      graph.add('If', ['c'], ['out'], {
        attributes: {
          then_branch: body([], [fp32('a', -1, 4)], inner => inner.add('Relu', ['x'], ['a'])),
          else_branch: body([], [fp32('b', -1, 4)], inner => inner.add('Neg', ['x'], ['b'])),
        },
      });
    });
    await expectSame(graph, { x: floats(2, 4) });
  });

  test('leaves an If whose condition depends on what the graph is fed', () => {
    const branch = body([], [fp32('y', 3)], graph => graph.add('Relu', ['x'], ['y']));
    const graph = graphOf([fp32('x', 3), bool('c')], [fp32('out', 3)], graph =>
      graph.add('If', ['c'], ['out'], { attributes: { then_branch: branch, else_branch: branch } }),
    );
    expect(inlineBodies(graph).nodes.map(({ op }) => op)).toEqual(['If']);
  });

  test('writes a Loop out step by step: state, step number, what each step gives, a nested If', async () => {
    const nested = {
      then_branch: body([], [fp32('t', 2)], graph => graph.add('Tanh', ['sum'], ['t'])),
      else_branch: body([], [fp32('e', 2)], graph => graph.add('Neg', ['sum'], ['e'])),
    };
    const step = body(
      [int64('i'), bool('go'), fp32('state', 2)],
      [bool('on'), fp32('next', 2), fp32('sum', 2), int64('at')],
      graph => {
        graph.add('Identity', ['go'], ['on']);
        graph.add('Add', ['state', 'x'], ['sum']);
        graph.add('Identity', ['i'], ['at']);
        graph.initializers.set('zero', scalar(0));
        graph.add('Equal', ['i', 'zero'], ['isFirst']);
        graph.add('If', ['isFirst'], ['next'], { attributes: nested });
      },
    );
    const outputs = [fp32('last', 2), fp32('sums', 3, 2), int64('steps', 3)];
    const graph = graphOf([fp32('x', 2)], outputs, graph => {
      graph.initializers.set('trips', scalar(3));
      graph.initializers.set('go', yes);
      graph.initializers.set('start', floats(2));
      graph.add('Loop', ['trips', 'go', 'start'], ['last', 'sums', 'steps'], { attributes: { body: step } });
    });
    await expectSame(graph, { x: floats(2) });
  });

  test('writes a Scan out along any axes, forward and back', async () => {
    const step = body(
      [fp32('state', 2), fp32('a', 2), fp32('b', 4)],
      [fp32('next', 2), fp32('each', 2), fp32('row', 4)],
      graph => {
        graph.initializers.set('w', float32([2], [0.5, -2]));
        graph.add('Mul', ['state', 'w'], ['product']);
        graph.add('Add', ['product', 'a'], ['next']);
        graph.add('Tanh', ['next'], ['each']);
        graph.add('Relu', ['b'], ['row']);
      },
    );
    const attributes = {
      body: step,
      num_scan_inputs: int(2),
      scan_input_axes: many(0, 1),
      scan_output_axes: many(1, -1),
      scan_input_directions: many(0, 1),
      scan_output_directions: many(1, 0),
    };
    const inputs = [fp32('s', 2), fp32('x', 5, 2), fp32('y', 4, 5)];
    const graph = graphOf(inputs, [fp32('last', 2), fp32('o', 2, 5), fp32('p', 4, 5)], graph =>
      graph.add('Scan', ['s', 'x', 'y'], ['last', 'o', 'p'], { attributes }),
    );
    const inlined = await expectSame(graph, { s: floats(2), x: floats(5, 2), y: floats(4, 5) });
    // The weight is one, however many steps read it.
    expect(
      inlined.consumers().get([...inlined.initializers.keys()].find(name => name.startsWith('w'))!),
    ).toHaveLength(5);
  });

  const endless = (trips: Tensor | null, on: (graph: Graph) => void): Graph =>
    graphOf([fp32('x', 2)], [fp32('y', 2)], graph => {
      if (trips) graph.initializers.set('trips', trips);
      const step = body([int64('i'), bool('go'), fp32('s', 2)], [bool('on'), fp32('n', 2)], inner => {
        on(inner);
        inner.add('Neg', ['s'], ['n']);
      });
      graph.add('Loop', [trips ? 'trips' : '', '', 'x'], ['y'], { attributes: { body: step } });
    });

  test.each<[string, Graph]>([
    ['that says no number of steps', endless(null, graph => graph.add('Identity', ['go'], ['on']))],
    [
      'of more steps than are written out',
      endless(scalar(maxUnrolledSteps + 1), graph => graph.add('Identity', ['go'], ['on'])),
    ],
    [
      'that may end early',
      endless(scalar(3), graph => {
        graph.initializers.set('one', scalar(1));
        graph.add('Less', ['i', 'one'], ['on']);
      }),
    ],
  ])('leaves a Loop %s', (_, graph) => {
    expect(inlineBodies(graph).nodes.map(({ op }) => op)).toEqual(['Loop']);
  });
});
