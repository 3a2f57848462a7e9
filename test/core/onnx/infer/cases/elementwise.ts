// Nodes that work element by element.
import { float32 } from '../../../../../src/core/tensor.ts';
import { int, text } from '../../attribute-values.ts';
import { bools, bytes, floats, ints, scalar, type SingleNode } from '../../single-node.ts';

const like = (op: string): SingleNode => ({ op, inputs: [floats(2, 3)] });

const pair = (op: string): SingleNode => ({ op, inputs: [floats(2, 1, 3), floats(4, 1)] });

const intPair = (op: string): SingleNode => ({ op, inputs: [ints(5, -7, 9), ints(2, 3, -4)] });

const unary =
  `Abs Ceil Exp Floor Identity Neg Reciprocal Relu Round Sign Acos Asin Asinh Atan Atanh Celu Cos Cosh Elu Erf
  Gelu HardSigmoid HardSwish Hardmax LeakyRelu LogSoftmax Mish Selu Shrink Sigmoid Sin Sinh Softmax Softplus Softsign Tan
  Tanh ThresholdedRelu Bernoulli LpNormalization MeanVarianceNormalization IsInf IsNaN`
    .split(/\s+/)
    .map(like);

export const elementwiseCases: readonly SingleNode[] = [
  ...unary,
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Sum', 'Mean'].map(pair),
  ...['Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal'].map(pair),
  ...['Add', 'Sub', 'Mul', 'Div', 'Mod', 'Max', 'Min', 'Equal', 'Less'].map(intPair),
  ...['BitwiseAnd', 'BitwiseOr', 'BitwiseXor'].map(intPair),
  { op: 'Mod', inputs: [ints(5, -7, 9), ints(2, 3, -4)], attributes: { fmod: int(1) } },
  { op: 'BitwiseNot', inputs: [ints(0, 5, -9)] },
  {
    op: 'BitShift',
    inputs: [bytes('UINT8', [3]), bytes('UINT8', [3])],
    attributes: { direction: text('LEFT') },
  },
  ...['And', 'Or', 'Xor'].map((op): SingleNode => ({ op, inputs: [bools(0, 1, 1), bools(1, 1, 0)] })),
  { op: 'Not', inputs: [bools(0, 1)] },
  { op: 'Acosh', inputs: [float32([2], [1.5, 3])] },
  { op: 'Log', inputs: [float32([2], [1.5, 3])] },
  { op: 'Sqrt', inputs: [float32([2], [1.5, 3])] },
  { op: 'PRelu', inputs: [floats(2, 3, 4), floats(3, 1)] },
  { op: 'Where', inputs: [bools(0, 1, 1), floats(2, 3), floats(2, 1)] },
  { op: 'Clip', inputs: [floats(5), scalar(-0.5, 'FP32'), scalar(0.25, 'FP32')] },
  { op: 'Clip', inputs: [floats(5), null, scalar(0.25, 'FP32')] },
  { op: 'Cast', inputs: [floats(5)], attributes: { to: int(7) } },
  { op: 'Cast', inputs: [float32([3], [-1.7, 1.7, 0])], attributes: { to: int(7) } },
  { op: 'Cast', inputs: [float32([3], [-1.7, 0.3, 0])], attributes: { to: int(9) } },
  { op: 'CastLike', inputs: [floats(5), ints(1)] },
  { op: 'Dropout', inputs: [floats(2, 3)], outputs: 2 },
  { op: 'CumSum', inputs: [floats(2, 3), scalar(1)] },
  { op: 'Trilu', inputs: [floats(3, 3)] },
  { op: 'com.microsoft.BiasGelu', inputs: [floats(2, 4), floats(4)] },
  { op: 'com.microsoft.FastGelu', inputs: [floats(2, 4)] },
  { op: 'com.microsoft.Gelu', inputs: [floats(2, 4)] },
  { op: 'com.microsoft.QuickGelu', inputs: [floats(2, 4)] },
  { op: 'com.microsoft.Trilu', inputs: [floats(3, 3)] },
];
