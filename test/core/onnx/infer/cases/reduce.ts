// Nodes that make many elements one.
import { int } from '../../attribute-values.ts';
import { floats, ints, type SingleNode } from '../../single-node.ts';

export const reduceCases: readonly SingleNode[] =
  `ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
  ReduceSumSquare`
    .split(/\s+/)
    .flatMap((op): SingleNode[] => [
      { op, inputs: [floats(2, 3, 4)] },
      { op, inputs: [floats(2, 3, 4), ints(-1, 0)], attributes: { keepdims: int(0) } },
      { op, inputs: [floats(2, 3, 4), ints(1)] },
    ]);
