// Nodes that run nested graphs.
import { body, bool, fp32, int64 } from '../../body.ts';
import { int, many } from '../../attribute-values.ts';
import { bools, floats, scalar, type SingleNode } from '../../single-node.ts';

const yes = { ...bools(1), shape: [] };
const no = { ...bools(0), shape: [] };

/** Reads the first initializer from outside. */
const branches = {
  then_branch: body([], [fp32('a', -1, -1)], graph => graph.add('Transpose', ['in1'], ['a'])),
  else_branch: body([], [fp32('b', -1, -1)], graph => graph.add('Relu', ['in1'], ['b'])),
};

/** state ← state + x; each step gives its sum. */
const summing = body(
  [int64('i'), bool('go'), fp32('state', 2)],
  [bool('on'), fp32('next', 2), fp32('sum', 1)],
  graph => {
    graph.add('Identity', ['go'], ['on']);
    graph.add('Add', ['state', 'in3'], ['next']);
    graph.add('ReduceSum', ['next'], ['sum']);
  },
);

/** state ← [state, state] */
const growing = body([int64('i'), bool('go'), fp32('state', -1)], [bool('on'), fp32('next', -1)], graph => {
  graph.initializers.set('true', yes);
  graph.add('Identity', ['true'], ['on']);
  graph.add('Concat', ['state', 'state'], ['next'], { attributes: { axis: int(0) } });
});

const running = body(
  [fp32('state', 2), fp32('x', 2), fp32('w', -1)],
  [fp32('next', 2), fp32('each', 2), fp32('row', -1)],
  graph => {
    graph.add('Add', ['state', 'x'], ['next']);
    graph.add('Tanh', ['next'], ['each']);
    graph.add('Relu', ['w'], ['row']);
  },
);

export const controlFlowCases: readonly SingleNode[] = [
  // The second input is there for the branches to read.
  ...[yes, no].map((condition): SingleNode => ({
    op: 'If',
    inputs: [condition],
    reads: [floats(2, 3)],
    attributes: branches,
  })),
  {
    op: 'Loop',
    inputs: [scalar(3), null, floats(2)],
    reads: [floats(2)],
    attributes: { body: summing },
    outputs: 2,
  },
  { op: 'Loop', inputs: [scalar(3), yes, floats(2)], attributes: { body: growing } },
  {
    op: 'Scan',
    inputs: [floats(2), floats(5, 2), floats(4, 5)],
    attributes: {
      body: running,
      num_scan_inputs: int(2),
      scan_input_axes: many(0, 1),
      scan_output_axes: many(1, -1),
    },
    outputs: 3,
  },
];
