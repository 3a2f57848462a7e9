// Nodes that go step by step.
import { int, text } from '../../attribute-values.ts';
import { floats, type SingleNode } from '../../single-node.ts';

export const recurrentCases: readonly SingleNode[] = [
  {
    op: 'RNN',
    inputs: [floats(5, 2, 3), floats(1, 4, 3), floats(1, 4, 4)],
    attributes: { hidden_size: int(4) },
    outputs: 2,
  },
  {
    op: 'GRU',
    inputs: [floats(5, 2, 3), floats(2, 12, 3), floats(2, 12, 4)],
    attributes: { hidden_size: int(4), direction: text('bidirectional') },
    outputs: 2,
  },
  {
    op: 'LSTM',
    inputs: [floats(5, 2, 3), floats(1, 16, 3), floats(1, 16, 4)],
    attributes: { hidden_size: int(4) },
    outputs: 3,
  },
];
