// Types of ai.onnx.ml: what scikit-learn and tree libraries export.
import { readFloats, readInts, readStrings } from '../attributes.ts';
import { type InferRule, type NodeContext, type, type ValueType } from './node-context.ts';

/** Numbers of any kind come out as FP32 (ai.onnx.ml 1 to 5). */
const toFloat: InferRule = node => [type('FP32', node.shape(0))];

/** One row a sample: a vector is one sample. */
function rowsOf(node: NodeContext): number {
  const shape = node.shape(0);
  return shape.length === 1 ? 1 : shape[0]!;
}

/** The class labels and the scores; text labels where the attribute of text is there. */
function classifier(texts: string, numbers: string): InferRule {
  return node => {
    const labels = readStrings(node.node, texts);
    const classes = labels?.length ?? readInts(node.node, numbers)?.length ?? 0;
    const rows = rowsOf(node);
    // One class stands for two: the other's score is one minus it.
    return [type(labels?.length ? 'BYTES' : 'INT64', [rows]), type('FP32', [rows, Math.max(classes, 2)])];
  };
}

const regressor =
  (targets: string): InferRule =>
  node => [type('FP32', [rowsOf(node), node.int(targets, 1)])];

const featureVectorizer: InferRule = node => {
  const widths = node.inputs().map(({ shape }) => (shape.length === 1 ? 1 : shape[1]!));
  return [type('FP32', [rowsOf(node), widths.reduce((sum, width) => sum + width, 0)])];
};

/** Columns picked from the last axis. */
const arrayFeatureExtractor: InferRule = node => {
  const { datatype, shape } = node.input(0);
  const count = node.shape(1).reduce((product, size) => product * size, 1);
  return [type(datatype, shape.length === 1 ? [1, count] : [...shape.slice(0, -1), count])];
};

const valueKinds = [
  ['values_strings', 'BYTES'],
  ['values_int64s', 'INT64'],
  ['values_floats', 'FP32'],
] as const;

/** Keys to values; version 1 had classes_strings, between text and INT64. */
const labelEncoder: InferRule = node => {
  const { datatype, shape } = node.input(0);
  const kind = valueKinds.find(([name]) => name in node.node.attributes)?.[1];
  return [type(kind ?? (datatype === 'BYTES' ? 'INT64' : 'BYTES'), shape)];
};

const oneHotEncoder: InferRule = node => {
  const count =
    readInts(node.node, 'cats_int64s')?.length ?? readStrings(node.node, 'cats_strings')?.length ?? 0;
  return [type('FP32', [...node.shape(0), count])];
};

const like = (node: NodeContext): ValueType[] => [type(node.input(0).datatype, node.shape(0))];

/** Only sizes are checked: the runtime checks the rest. */
const scaler: InferRule = node => {
  const width = node.shape(0).at(-1)!;
  const count = readFloats(node.node, 'scale')?.length ?? 1;
  if (count !== 1 && count !== width) node.fail(`it has ${count} scales for ${width} columns`);
  return toFloat(node);
};

export const classicRules: Readonly<Record<string, InferRule>> = {
  'ai.onnx.ml.ArrayFeatureExtractor': arrayFeatureExtractor,
  'ai.onnx.ml.Binarizer': like,
  'ai.onnx.ml.FeatureVectorizer': featureVectorizer,
  'ai.onnx.ml.Imputer': like,
  'ai.onnx.ml.LabelEncoder': labelEncoder,
  'ai.onnx.ml.LinearClassifier': classifier('classlabels_strings', 'classlabels_ints'),
  'ai.onnx.ml.LinearRegressor': regressor('targets'),
  'ai.onnx.ml.Normalizer': toFloat,
  'ai.onnx.ml.OneHotEncoder': oneHotEncoder,
  'ai.onnx.ml.Scaler': scaler,
  'ai.onnx.ml.TreeEnsembleClassifier': classifier('classlabels_strings', 'classlabels_int64s'),
  'ai.onnx.ml.TreeEnsembleRegressor': regressor('n_targets'),
};
