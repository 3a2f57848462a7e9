// At least one node of every operator that has a shape rule and a kernel in ONNX Runtime's CPU provider.
import { float32, type Tensor } from '../../../../src/core/tensor.ts';
import { bools, bytes, floats, ints, scalar, type SingleNode } from '../single-node.ts';

const int = (value: number) => ({ int: value });
const many = (...values: number[]) => ({ ints: values });
const text = (value: string) => ({ string: value });
const like = (op: string): SingleNode => ({ op, inputs: [floats(2, 3)] });
const pair = (op: string): SingleNode => ({ op, inputs: [floats(2, 1, 3), floats(4, 1)] });
const intPair = (op: string): SingleNode => ({ op, inputs: [ints(5, -7, 9), ints(2, 3, -4)] });
const channels = (count: number) => floats(count);

const unary =
  `Abs Ceil Exp Floor Identity Neg Reciprocal Relu Round Sign Acos Asin Asinh Atan Atanh Celu Cos Cosh Elu Erf
  Gelu HardSigmoid HardSwish Hardmax LeakyRelu LogSoftmax Mish Selu Shrink Sigmoid Sin Sinh Softmax Softplus Softsign Tan
  Tanh ThresholdedRelu Bernoulli LpNormalization MeanVarianceNormalization IsInf IsNaN`
    .split(/\s+/)
    .map(like);

const reductions =
  `ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
  ReduceSumSquare`
    .split(/\s+/)
    .flatMap((op): SingleNode[] => [
      { op, inputs: [floats(2, 3, 4)] },
      { op, inputs: [floats(2, 3, 4), ints(-1, 0)], attributes: { keepdims: int(0) } },
      { op, inputs: [floats(2, 3, 4), ints(1)] },
    ]);

const elementwise: SingleNode[] = [
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

const products: SingleNode[] = [
  { op: 'MatMul', inputs: [floats(5, 1, 2, 3), floats(4, 3, 6)] },
  { op: 'MatMul', inputs: [floats(3), floats(4, 3, 6)] },
  { op: 'MatMul', inputs: [floats(4, 2, 3), floats(3)] },
  {
    op: 'Gemm',
    inputs: [floats(3, 2), floats(4, 3), floats(4)],
    attributes: { transA: int(1), transB: int(1) },
  },
  {
    op: 'com.microsoft.FusedGemm',
    inputs: [floats(2, 3), floats(3, 4)],
    attributes: { activation: text('Relu') },
  },
  { op: 'MatMulInteger', inputs: [bytes('UINT8', [2, 3]), bytes('INT8', [3, 4])] },
  { op: 'Einsum', inputs: [floats(2, 3), floats(3, 4)], attributes: { equation: text('ij,jk->ki') } },
  {
    op: 'Einsum',
    inputs: [floats(5, 2, 3), floats(5, 3, 4)],
    attributes: { equation: text('...ij,...jk->...ik') },
  },
  { op: 'Einsum', inputs: [floats(2, 3), floats(3, 4)], attributes: { equation: text('ij, jk') } },
  {
    op: 'com.microsoft.FusedMatMul',
    inputs: [floats(2, 3, 4), floats(2, 5, 4)],
    attributes: { transB: int(1) },
  },
  {
    op: 'com.microsoft.TransposeMatMul',
    inputs: [floats(3, 4), floats(3, 5)],
    attributes: { transA: int(1) },
  },
  {
    op: 'QLinearMatMul',
    inputs: [
      ...[bytes('UINT8', [2, 3]), scalar(0.1, 'FP32'), bytes('UINT8', [])],
      ...[bytes('UINT8', [3, 4]), scalar(0.1, 'FP32'), bytes('UINT8', [])],
      ...[scalar(0.1, 'FP32'), bytes('UINT8', [])],
    ],
  },
  {
    op: 'com.microsoft.MatMulIntegerToFloat',
    inputs: [bytes('UINT8', [2, 3]), bytes('UINT8', [3, 4]), scalar(0.1, 'FP32'), scalar(0.1, 'FP32')],
  },
  {
    op: 'com.microsoft.DynamicQuantizeMatMul',
    inputs: [floats(2, 3), bytes('UINT8', [3, 4]), scalar(0.1, 'FP32')],
  },
  {
    op: 'com.microsoft.MatMulNBits',
    inputs: [floats(2, 32), bytes('UINT8', [4, 1, 16]), floats(4)],
    attributes: { K: int(32), N: int(4), bits: int(4), block_size: int(32) },
  },
];

const convolutions: SingleNode[] = [
  { op: 'Conv', inputs: [floats(2, 3, 9), floats(4, 3, 2)], attributes: { dilations: many(3) } },
  {
    op: 'Conv',
    inputs: [floats(1, 4, 7, 8), floats(4, 1, 3, 3), channels(4)],
    attributes: { group: int(4), strides: many(2, 1), pads: many(1, 0, 1, 2) },
  },
  {
    op: 'Conv',
    inputs: [floats(1, 1, 7, 8), floats(2, 1, 3, 3)],
    attributes: { auto_pad: text('SAME_UPPER'), strides: many(2, 3) },
  },
  { op: 'ConvInteger', inputs: [bytes('UINT8', [1, 1, 4, 4]), bytes('UINT8', [1, 1, 3, 3])] },
  {
    op: 'QLinearConv',
    inputs: [
      ...[bytes('UINT8', [1, 1, 4, 4]), scalar(0.1, 'FP32'), bytes('UINT8', [])],
      ...[bytes('UINT8', [2, 1, 3, 3]), scalar(0.1, 'FP32'), bytes('UINT8', [])],
      ...[scalar(0.1, 'FP32'), bytes('UINT8', [])],
    ],
  },
  {
    op: 'ConvTranspose',
    inputs: [floats(1, 3, 4, 5), floats(3, 2, 3, 3)],
    attributes: { strides: many(2, 2), pads: many(1, 0, 1, 0), output_padding: many(1, 0) },
  },
  {
    op: 'ConvTranspose',
    inputs: [floats(1, 4, 4), floats(4, 2, 3)],
    attributes: { group: int(2), dilations: many(2) },
  },
  {
    op: 'ConvTranspose',
    inputs: [floats(1, 3, 4, 5), floats(3, 2, 3, 3)],
    attributes: { strides: many(2, 2), output_shape: many(8, 9) },
  },
  {
    op: 'ConvTranspose',
    inputs: [floats(1, 3, 4, 5), floats(3, 2, 3, 3)],
    attributes: { strides: many(2, 2), auto_pad: text('SAME_UPPER') },
  },
  {
    op: 'com.microsoft.FusedConv',
    inputs: [floats(1, 1, 4, 4), floats(2, 1, 3, 3)],
    attributes: { activation: text('Relu') },
  },
  {
    op: 'MaxPool',
    inputs: [floats(1, 2, 7, 8)],
    attributes: { kernel_shape: many(3, 2), strides: many(2, 2), ceil_mode: int(1) },
    outputs: 2,
  },
  { op: 'AveragePool', inputs: [floats(1, 2, 7)], attributes: { kernel_shape: many(3), pads: many(1, 1) } },
  { op: 'LpPool', inputs: [floats(1, 2, 7)], attributes: { kernel_shape: many(3) } },
  ...['GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool'].map((op): SingleNode => ({
    op,
    inputs: [floats(1, 2, 7, 8)],
  })),
  {
    op: 'MaxUnpool',
    inputs: [floats(1, 1, 2, 2), { ...ints(5, 7, 13, 15), shape: [1, 1, 2, 2] }],
    attributes: { kernel_shape: many(2, 2), strides: many(2, 2) },
  },
];

const normalizations: SingleNode[] = [
  {
    op: 'BatchNormalization',
    inputs: [floats(2, 3, 4), channels(3), channels(3), channels(3), float32([3], [1, 2, 3])],
  },
  {
    op: 'BatchNormalization',
    inputs: [floats(2, 3, 4), channels(3), channels(3), channels(3), float32([3], [1, 2, 3])],
    attributes: { training_mode: int(1) },
    outputs: 3,
  },
  { op: 'InstanceNormalization', inputs: [floats(2, 3, 4), channels(3), channels(3)] },
  {
    op: 'GroupNormalization',
    inputs: [floats(2, 4, 4), channels(4), channels(4)],
    attributes: { num_groups: int(2) },
  },
  {
    op: 'LayerNormalization',
    inputs: [floats(2, 3, 4), floats(3, 4), floats(3, 4)],
    attributes: { axis: int(1) },
    outputs: 3,
  },
  { op: 'RMSNormalization', inputs: [floats(2, 3, 4), floats(4)], opset: 23 },
  { op: 'SimplifiedLayerNormalization', inputs: [floats(2, 3, 4), floats(4)] },
  { op: 'LRN', inputs: [floats(1, 3, 2, 2)], attributes: { size: int(3) } },
  {
    op: 'com.microsoft.SkipLayerNormalization',
    inputs: [floats(2, 3, 4), floats(2, 3, 4), floats(4), floats(4), floats(4)],
  },
  {
    op: 'com.microsoft.SkipSimplifiedLayerNormalization',
    inputs: [floats(2, 3, 4), floats(2, 3, 4), floats(4)],
  },
];

const shapes: SingleNode[] = [
  { op: 'Reshape', inputs: [floats(2, 3, 4), ints(0, -1)] },
  { op: 'Reshape', inputs: [floats(2, 0, 4), ints(0, 8)], attributes: { allowzero: int(1) } },
  { op: 'Flatten', inputs: [floats(2, 3, 4)], attributes: { axis: int(-1) } },
  { op: 'Transpose', inputs: [floats(2, 3, 4)] },
  { op: 'Transpose', inputs: [floats(2, 3, 4)], attributes: { perm: many(1, 2, 0) } },
  { op: 'Squeeze', inputs: [floats(1, 3, 1)] },
  { op: 'Squeeze', inputs: [floats(1, 3, 1), ints(-1)] },
  { op: 'Unsqueeze', inputs: [floats(3, 4), ints(0, -1)] },
  { op: 'Concat', inputs: [floats(2, 3), floats(2, 1), floats(2, 2)], attributes: { axis: int(-1) } },
  { op: 'Split', inputs: [floats(7, 2)], attributes: { num_outputs: int(3) }, outputs: 3 },
  { op: 'Split', inputs: [floats(2, 7), ints(3, 4)], attributes: { axis: int(1) }, outputs: 2 },
  { op: 'Slice', inputs: [floats(5, 6), ints(-1, 1), ints(-100, 6), ints(0, 1), ints(-2, 3)] },
  { op: 'Pad', inputs: [floats(2, 3), ints(1, 0, 2, -1)] },
  { op: 'Pad', inputs: [floats(2, 3), ints(1, 2), null, ints(-1)] },
  { op: 'Expand', inputs: [floats(2, 1), ints(3, 1, 4)] },
  { op: 'Tile', inputs: [floats(2, 3), ints(2, 3)] },
  { op: 'Shape', inputs: [floats(2, 3, 4)], attributes: { start: int(1), end: int(-1) } },
  { op: 'Size', inputs: [floats(2, 3, 4)] },
  { op: 'ConstantOfShape', inputs: [ints(2, 3)], attributes: { value: { tensor: ints(7) } } },
  { op: 'Constant', inputs: [], attributes: { value_floats: { floats: [1, 2] } } },
  { op: 'Constant', inputs: [], attributes: { value_int: int(3) } },
  { op: 'Range', inputs: [scalar(2), scalar(9), scalar(3)] },
  { op: 'DepthToSpace', inputs: [floats(1, 8, 2, 3)], attributes: { blocksize: int(2) } },
  { op: 'SpaceToDepth', inputs: [floats(1, 2, 4, 6)], attributes: { blocksize: int(2) } },
  { op: 'EyeLike', inputs: [floats(3, 3)], attributes: { dtype: int(7) } },
  { op: 'ReverseSequence', inputs: [floats(3, 2), ints(3, 2)] },
  { op: 'Resize', inputs: [floats(1, 1, 4, 5), null, float32([4], [1, 1, 2, 0.6])] },
  {
    op: 'Resize',
    inputs: [floats(1, 1, 4, 5), null, null, ints(1, 1, 3, 9)],
    attributes: { mode: text('linear') },
  },
  { op: 'Resize', inputs: [floats(1, 1, 4, 5), null, null, ints(3, 9)], attributes: { axes: many(2, 3) } },
  { op: 'Upsample', inputs: [floats(1, 1, 4, 5), float32([4], [1, 1, 2, 3])], opset: 9 },
  {
    op: 'Upsample',
    inputs: [floats(1, 1, 4, 5)],
    attributes: { scales: { floats: [1, 1, 2, 3] } },
    opset: 7,
  },
];

const gathers: SingleNode[] = [
  { op: 'Gather', inputs: [floats(4, 3), { ...ints(0, -1, 2, 1), shape: [2, 2] }] },
  { op: 'Gather', inputs: [floats(4, 3), scalar(2)], attributes: { axis: int(1) } },
  {
    op: 'GatherElements',
    inputs: [floats(2, 3), { ...ints(0, 1), shape: [1, 2] }],
    attributes: { axis: int(1) },
  },
  { op: 'GatherND', inputs: [floats(2, 3, 4), { ...ints(0, 1, 1, 2), shape: [2, 2] }] },
  {
    op: 'GatherND',
    inputs: [floats(2, 3, 4), { ...ints(0, 2), shape: [2, 1] }],
    attributes: { batch_dims: int(1) },
  },
  { op: 'ScatterElements', inputs: [floats(3, 3), { ...ints(0, 2), shape: [1, 2] }, floats(1, 2)] },
  { op: 'Scatter', inputs: [floats(3, 3), { ...ints(0, 2), shape: [1, 2] }, floats(1, 2)], opset: 10 },
  { op: 'ScatterND', inputs: [floats(3, 3), { ...ints(0, 2), shape: [2, 1] }, floats(2, 3)] },
  { op: 'OneHot', inputs: [ints(0, 2), scalar(3), float32([2], [0, 1])] },
  { op: 'OneHot', inputs: [ints(0, 2), scalar(3), float32([2], [0, 1])], attributes: { axis: int(0) } },
  { op: 'GridSample', inputs: [floats(1, 2, 4, 4), floats(1, 3, 5, 2)] },
  { op: 'NonZero', inputs: [{ ...ints(0, 3, 1, 0), shape: [2, 2] }] },
  {
    op: 'RoiAlign',
    inputs: [floats(1, 2, 8, 8), float32([1, 4], [0, 0, 4, 4]), ints(0)],
    attributes: { output_height: int(3), output_width: int(2) },
  },
  { op: 'ArgMax', inputs: [floats(2, 3)], attributes: { axis: int(1), keepdims: int(0) } },
  { op: 'ArgMin', inputs: [floats(2, 3)] },
  { op: 'TopK', inputs: [floats(2, 5), ints(3)], outputs: 2 },
];

const recurrent: SingleNode[] = [
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

const quantization: SingleNode[] = [
  { op: 'QuantizeLinear', inputs: [floats(2, 3), scalar(0.1, 'FP32')] },
  { op: 'QuantizeLinear', inputs: [floats(2, 3), scalar(0.1, 'FP32'), bytes('INT8', [])] },
  { op: 'DequantizeLinear', inputs: [bytes('INT8', [2, 3]), scalar(0.1, 'FP32')] },
  { op: 'DynamicQuantizeLinear', inputs: [floats(2, 3)], outputs: 3 },
  { op: 'com.microsoft.QuantizeLinear', inputs: [floats(2, 3), scalar(0.1, 'FP32'), bytes('UINT8', [])] },
  {
    op: 'com.microsoft.DequantizeLinear',
    inputs: [bytes('UINT8', [2, 3]), scalar(0.1, 'FP32'), bytes('UINT8', [])],
  },
];

const attention: SingleNode[] = [
  { op: 'Attention', inputs: [floats(2, 3, 4, 8), floats(2, 3, 5, 8), floats(2, 3, 5, 6)], opset: 23 },
  {
    op: 'Attention',
    inputs: [floats(2, 4, 24), floats(2, 5, 24), floats(2, 5, 18)],
    attributes: { q_num_heads: int(3), kv_num_heads: int(3) },
    opset: 23,
  },
  { op: 'RotaryEmbedding', inputs: [floats(2, 3, 4, 8), floats(2, 4, 4), floats(2, 4, 4)], opset: 23 },
  {
    op: 'com.microsoft.Attention',
    inputs: [floats(2, 3, 8), floats(8, 24), floats(24)],
    attributes: { num_heads: int(2) },
  },
  {
    op: 'com.microsoft.MultiHeadAttention',
    inputs: [floats(2, 3, 8), floats(2, 5, 8), floats(2, 5, 4)],
    attributes: { num_heads: int(2) },
  },
  {
    op: 'com.microsoft.EmbedLayerNormalization',
    inputs: [
      int32([2, 3], 4),
      int32([2, 3], 2),
      floats(5, 8),
      floats(7, 8),
      floats(2, 8),
      floats(8),
      floats(8),
    ],
    outputs: 2,
  },
  {
    op: 'com.microsoft.RotaryEmbedding',
    inputs: [floats(2, 4, 8), { ...ints(0, 1, 2, 3, 0, 1, 2, 3), shape: [2, 4] }, floats(6, 2), floats(6, 2)],
    attributes: { num_heads: int(2) },
  },
];

const classic: SingleNode[] = [
  { op: 'ai.onnx.ml.ArrayFeatureExtractor', inputs: [floats(2, 4), ints(0, 3)] },
  { op: 'ai.onnx.ml.Binarizer', inputs: [floats(2, 4)], attributes: { threshold: { float: 0.5 } } },
  {
    op: 'ai.onnx.ml.FeatureVectorizer',
    inputs: [floats(2, 4), floats(2, 3)],
    attributes: { inputdimensions: many(4, 3) },
  },
  {
    op: 'ai.onnx.ml.Imputer',
    inputs: [floats(2, 2)],
    attributes: { imputed_value_floats: { floats: [1, 2] } },
  },
  {
    op: 'ai.onnx.ml.LabelEncoder',
    inputs: [ints(0, 1)],
    attributes: { keys_int64s: many(0, 1), values_strings: { strings: ['a', 'b'] } },
  },
  ...[1, 3].map((classes): SingleNode => ({
    op: 'ai.onnx.ml.LinearClassifier',
    inputs: [floats(4, 2)],
    attributes: {
      classlabels_ints: many(...Array.from({ length: classes === 1 ? 2 : classes }, (_, i) => i)),
      coefficients: { floats: Array.from({ length: 2 * classes }, (_, i) => i) },
      intercepts: { floats: Array.from({ length: classes }, (_, i) => i) },
    },
    outputs: 2,
  })),
  {
    op: 'ai.onnx.ml.LinearRegressor',
    inputs: [floats(4, 2)],
    attributes: { targets: int(3), coefficients: { floats: [1, 2, 3, 4, 5, 6] } },
  },
  { op: 'ai.onnx.ml.Normalizer', inputs: [floats(2, 4)], attributes: { norm: text('L2') } },
  { op: 'ai.onnx.ml.OneHotEncoder', inputs: [ints(0, 2)], attributes: { cats_int64s: many(0, 1, 2) } },
  {
    op: 'ai.onnx.ml.Scaler',
    inputs: [floats(2, 2)],
    attributes: { scale: { floats: [1, 2] }, offset: { floats: [1, 2] } },
  },
  {
    op: 'ai.onnx.ml.TreeEnsembleRegressor',
    inputs: [floats(3, 2)],
    attributes: {
      ...tree(),
      n_targets: int(1),
      target_ids: many(0, 0),
      target_nodeids: many(1, 2),
      target_treeids: many(0, 0),
      target_weights: { floats: [1, 2] },
    },
  },
  {
    op: 'ai.onnx.ml.TreeEnsembleClassifier',
    inputs: [floats(3, 2)],
    attributes: {
      ...tree(),
      classlabels_strings: { strings: ['a', 'b', 'c'] },
      class_ids: many(0, 1, 2),
      class_nodeids: many(1, 2, 2),
      class_treeids: many(0, 0, 0),
      class_weights: { floats: [1, 1, 1] },
    },
    outputs: 2,
  },
];

/** One question, two leaves. */
function tree() {
  return {
    nodes_falsenodeids: many(2, 0, 0),
    nodes_truenodeids: many(1, 0, 0),
    nodes_featureids: many(0, 0, 0),
    nodes_nodeids: many(0, 1, 2),
    nodes_treeids: many(0, 0, 0),
    nodes_modes: { strings: ['BRANCH_LEQ', 'LEAF', 'LEAF'] },
    nodes_values: { floats: [0.5, 0, 0] },
  };
}

function int32(shape: number[], below: number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return { datatype: 'INT32', shape, data: Int32Array.from({ length: count }, (_, i) => i % below) };
}

const generated: SingleNode[] = [
  { op: 'DFT', inputs: [floats(2, 9, 1)], opset: 17 },
  { op: 'DFT', inputs: [floats(2, 9, 4, 1), null, scalar(1)], attributes: { onesided: int(1) } },
  { op: 'DFT', inputs: [floats(2, 9, 1), scalar(12)] },
  { op: 'STFT', inputs: [floats(2, 32, 1), scalar(4), floats(16)] },
  { op: 'STFT', inputs: [floats(2, 32, 1), scalar(3), null, scalar(10)], attributes: { onesided: int(0) } },
  ...['HannWindow', 'HammingWindow', 'BlackmanWindow'].map((op): SingleNode => ({ op, inputs: [scalar(8)] })),
  {
    op: 'MelWeightMatrix',
    inputs: [scalar(4), scalar(16), scalar(8000), scalar(0, 'FP32'), scalar(4000, 'FP32')],
  },
  { op: 'RandomNormal', inputs: [], attributes: { shape: many(2, 3) } },
  { op: 'RandomUniform', inputs: [], attributes: { shape: many(2, 3), dtype: int(11) } },
  { op: 'RandomNormalLike', inputs: [floats(2, 3)] },
  { op: 'RandomUniformLike', inputs: [floats(2, 3)] },
  { op: 'Multinomial', inputs: [floats(2, 3)], attributes: { sample_size: int(4) } },
  { op: 'AffineGrid', inputs: [floats(2, 2, 3), ints(2, 1, 4, 5)] },
  { op: 'SoftmaxCrossEntropyLoss', inputs: [floats(2, 3), ints(0, 2)], outputs: 2 },
  {
    op: 'SoftmaxCrossEntropyLoss',
    inputs: [floats(2, 3, 4), { ...ints(0, 1, 2, 0, 1, 2, 0, 1), shape: [2, 4] }],
    attributes: { reduction: text('none') },
  },
  { op: 'NegativeLogLikelihoodLoss', inputs: [floats(2, 3), ints(0, 2)] },
];

export const inferCases: readonly SingleNode[] = [
  ...elementwise,
  ...reductions,
  ...products,
  ...convolutions,
  ...normalizations,
  ...shapes,
  ...gathers,
  ...recurrent,
  ...quantization,
  ...attention,
  ...classic,
  ...generated,
];
