// Every pass reaches into nested graphs, and knows there what lies around them.
import { describe, expect, test } from 'vitest';
import { Graph } from '../../../../src/core/onnx/graph.ts';
import { nestedGraphs } from '../../../../src/core/onnx/graph-node.ts';
import { constantsToInitializers } from '../../../../src/core/onnx/passes/constants-to-initializers.ts';
import { decompose } from '../../../../src/core/onnx/passes/decompose.ts';
import { nameNodes } from '../../../../src/core/onnx/passes/name-nodes.ts';
import { upgrade } from '../../../../src/core/onnx/passes/upgrade.ts';
import { float32, type Tensor } from '../../../../src/core/tensor.ts';
import { int } from '../attribute-values.ts';
import { body, bool, fp32 } from '../body.ts';
import { bools, floats, runGraph } from '../single-node.ts';

/** y = c ? then : else, over x [2, 3, 4], which the branches read from outside. */
function choice(write: (graph: Graph) => void, opset = 21): Graph {
  const graph = new Graph();
  graph.opset = opset;
  graph.inputs = [fp32('x', 2, 3, 4), bool('c')];
  graph.outputs = [fp32('y', 2, 3, 4)];
  graph.add('If', ['c'], ['y'], {
    attributes: {
      then_branch: body([], [fp32('t', 2, 3, 4)], write),
      else_branch: body([], [fp32('e', 2, 3, 4)], inner => inner.add('Neg', ['x'], ['e'])),
    },
  });
  return graph;
}

const bodiesOf = (graph: Graph) => graph.nodes.flatMap(nestedGraphs);
const operatorsIn = (graph: Graph) => bodiesOf(graph)[0]!.node.map(({ opType }) => opType);

async function expectClose(before: Graph, after: Graph): Promise<void> {
  const x = floats(2, 3, 4);
  for (const condition of [0, 1]) {
    const feeds: Record<string, Tensor> = { x, c: { ...bools(condition), shape: [] } };
    const [wanted, got] = [await runGraph(before, feeds), await runGraph(after, feeds)];
    const answer = got['y']!.data as Float32Array;
    (wanted['y']!.data as Float32Array).forEach((value, i) => expect(answer[i]).toBeCloseTo(value, 5));
  }
}

describe('in a nested graph', () => {
  test('upgrade knows the rank of what is read from outside', async () => {
    // The last axis needs no matrix, which only the rank of x tells.
    const graph = choice(inner => inner.add('Softmax', ['x'], ['t'], { attributes: { axis: int(2) } }), 11);
    const after = upgrade(graph);
    expect(operatorsIn(after)).toEqual(['Softmax']);
    await expectClose(graph, after);
  });

  test('decompose spells out, by what is known around', async () => {
    const graph = choice(inner => {
      inner.initializers.set('scale', float32([3], [1, 2, 3]));
      inner.initializers.set('bias', float32([3], [0.1, 0.2, 0.3]));
      inner.add('InstanceNormalization', ['x', 'scale', 'bias'], ['n']);
      inner.add('Mish', ['n'], ['t']);
    });
    const after = decompose(graph);
    expect(operatorsIn(after)).not.toContain('InstanceNormalization');
    expect(operatorsIn(after)).not.toContain('Mish');
    await expectClose(graph, after);
  });

  test('decompose spells out the rest where one node may stay as it is', async () => {
    const graph = choice(inner => {
      inner.add('Attention', ['x', 'x', 'x'], ['a'], {
        attributes: { q_num_heads: int(2), kv_num_heads: int(2), is_causal: int(1) },
      });
      inner.add('Mish', ['a'], ['t']);
    }, 23);
    const after = decompose(graph, undefined, () => undefined);
    expect(operatorsIn(after)).toContain('Attention');
    expect(operatorsIn(after)).not.toContain('Mish');
    await expectClose(graph, after);
  });

  test('constants become initializers of it, but for one that it gives as it is', async () => {
    const value = { tensor: floats(2, 3, 4) };
    const graph = choice(inner => {
      inner.add('Constant', [], ['k'], { attributes: { value } });
      inner.add('Add', ['x', 'k'], ['t']);
    });
    const after = constantsToInitializers(graph);
    expect(operatorsIn(after)).toEqual(['Add']);
    expect(bodiesOf(after)[0]!.initializer.map(({ name }) => name)).toEqual(['k']);
    await expectClose(graph, after);

    const given = choice(inner => inner.add('Constant', [], ['t'], { attributes: { value } }));
    const same = constantsToInitializers(given);
    expect(operatorsIn(same)).toEqual(['Constant']);
    await expectClose(given, same);
  });

  test('nodes get names that none in the whole model has', () => {
    const graph = choice(inner => {
      inner.add('Relu', ['x'], ['r'], { name: 'If' });
      inner.add('Abs', ['r'], ['t'], { name: '' });
    });
    const after = nameNodes(graph);
    const names = [
      ...after.nodes.map(({ name }) => name),
      ...bodiesOf(after).flatMap(({ node }) => node.map(n => n.name)),
    ];
    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toContain('');
    expect(names[0]).toBe('If');
  });

  test('names that a pass makes clash with none around', async () => {
    const graph = choice(inner => inner.add('Mish', ['x'], ['t']));
    const after = decompose(graph);
    const made = bodiesOf(after)[0]!.node.flatMap(({ output }) => output);
    for (const name of made) expect(after.fresh(name)).not.toBe(name);
    await expectClose(graph, after);
  });
});
