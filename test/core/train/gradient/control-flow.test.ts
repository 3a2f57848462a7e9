import { describe, expect, it } from 'vitest';
import { Graph } from '../../../../src/core/onnx/graph.ts';
import { blocked, gradient } from '../../../../src/core/train/gradient/gradient.ts';
import { Tape } from '../../../../src/core/train/gradient/tape.ts';
import { int } from '../../onnx/attribute-values.ts';
import { body, bool, fp32, int64 } from '../../onnx/body.ts';
import { bools, scalar } from '../../onnx/single-node.ts';
import { compare } from './finite-differences.ts';
import { numbersIn } from './generate.ts';

function tapeOf(graph: Graph, output: string): { tape: Tape; loss: string } {
  const tape = Tape.over(graph);
  const squares = tape.square(tape.op('Tanh', [output]));
  return { tape, loss: tape.op('ReduceSum', [squares], { keepdims: int(0) }) };
}

async function checkAll(graph: Graph, output: string): Promise<void> {
  const { tape, loss } = tapeOf(graph, output);
  const inputs = graph.inputs.map(({ shape }, i) => numbersIn(shape, i + 1, { from: -0.9, to: 1.1 }));
  const grads = gradient(tape, { loss, wrt: graph.inputs.map(({ name }) => name) });
  await compare(tape.graph, loss, grads, { inputs, datatype: 'FP32', tolerance: 1e-2 });
}

/** What ONNX Runtime's own fused operators would be, in a branch that reads both names from outside. */
const branches = {
  then_branch: body([], [fp32('a', 2, 3)], graph => {
    graph.add('Mul', ['x0', 'x1'], ['product']);
    graph.domains.set('com.microsoft', 1);
    graph.add('Gelu', ['product'], ['a'], { domain: 'com.microsoft' });
  }),
  else_branch: body([], [fp32('b', 2, 3)], graph => graph.add('Neg', ['x0'], ['b'])),
};

describe('nested graphs: gradients are the central differences of', () => {
  it.each([0, 1])(
    'an If whose condition is known to be %d, also of what it reads from outside',
    async yes => {
      const graph = new Graph();
      graph.domains.set('com.microsoft', 1);
      graph.inputs = [fp32('x0', 2, 3), fp32('x1', 3)];
      graph.initializers.set('c', { ...bools(yes), shape: [] });
      graph.add('If', ['c'], ['y'], { attributes: branches });
      await checkAll(graph, 'y');
    },
  );

  it('a Loop of known length', async () => {
    const step = body(
      [int64('i'), bool('go'), fp32('h', 2, 3)],
      [bool('on'), fp32('next', 2, 3), fp32('given', 2, 3)],
      graph => {
        graph.add('Identity', ['go'], ['on']);
        graph.add('MatMul', ['h', 'x1'], ['product']);
        graph.add('Tanh', ['product'], ['next']);
        graph.add('Mul', ['next', 'h'], ['given']);
      },
    );
    const graph = new Graph();
    graph.inputs = [fp32('x0', 2, 3), fp32('x1', 3, 3)];
    graph.initializers.set('trips', scalar(3));
    graph.add('Loop', ['trips', '', 'x0'], ['last', 'all'], { attributes: { body: step } });
    graph.add('Sum', ['last', 'all'], ['y']);
    await checkAll(graph, 'y');
  });

  it('a Scan, which is a recurrent layer as some exporters write it', async () => {
    const cell = body([fp32('h', 2, 3), fp32('x', 2, 4)], [fp32('next', 2, 3), fp32('each', 2, 3)], graph => {
      graph.add('MatMul', ['x', 'x2'], ['in']);
      graph.add('MatMul', ['h', 'x3'], ['own']);
      graph.add('Add', ['in', 'own'], ['sum']);
      graph.add('Tanh', ['sum'], ['next']);
      graph.add('Identity', ['next'], ['each']);
    });
    const graph = new Graph();
    graph.inputs = [fp32('x0', 2, 3), fp32('x1', 5, 2, 4), fp32('x2', 4, 3), fp32('x3', 3, 3)];
    graph.add('Scan', ['x0', 'x1'], ['last', 'y'], { attributes: { body: cell, num_scan_inputs: int(1) } });
    await checkAll(graph, 'y');
  });
});

describe('a nested graph that cannot be told beforehand', () => {
  it('stops with its name, with the reason and what it blocks', () => {
    const graph = new Graph();
    graph.domains.set('com.microsoft', 1);
    graph.inputs = [fp32('x0', 2, 3), fp32('x1', 3), bool('c')];
    graph.add('If', ['c'], ['y'], { name: 'choice', attributes: branches });
    const { tape, loss } = tapeOf(graph, 'y');
    const of = { loss, wrt: ['x0', 'x1'] };
    expect(() => gradient(tape, of)).toThrow(
      "If 'choice' has no gradient (its condition 'c' is not known before the run): it blocks 'x0', 'x1'.",
    );
    expect(blocked(tape, of)).toMatchObject([{ node: { name: 'choice' }, parameters: ['x0', 'x1'] }]);
  });
});
