// Nodes that ai.onnx.ml has.
import { int, many, text } from '../../attribute-values.ts';
import { floats, ints, type SingleNode } from '../../single-node.ts';

export const classicCases: readonly SingleNode[] = [
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
