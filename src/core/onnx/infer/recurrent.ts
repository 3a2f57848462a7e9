// Types of RNN, GRU and LSTM.
import { type InferRule, type } from './node-context.ts';

/** `layout` 0: X [steps, batch, in], Y [steps, directions, batch, hidden]; 1: the batch comes first. */
function recurrent(gates: number, states: number): InferRule {
  return node => {
    const { datatype, shape } = node.input(0);
    if (shape.length !== 3) node.fail(`its input has ${shape.length} dimensions, not 3`);
    const [directions, rows] = node.shape(1) as [number, number, number];
    const hidden = node.int('hidden_size', rows / gates);
    const isBatchFirst = node.int('layout', 0) === 1;
    const [steps, batch] = isBatchFirst ? [shape[1]!, shape[0]!] : [shape[0]!, shape[1]!];
    const all = isBatchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden];
    const last = isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
    return [type(datatype, all), ...new Array<object>(states).fill({}).map(() => type(datatype, last))];
  };
}

export const recurrentRules: Readonly<Record<string, InferRule>> = {
  GRU: recurrent(3, 1),
  LSTM: recurrent(4, 2),
  RNN: recurrent(1, 1),
};
