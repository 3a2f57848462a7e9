// Types of normalizations. Statistics that some of them answer beside the result are outputs too.
import { same } from './elementwise.ts';
import { type InferRule, type } from './node-context.ts';

/** Outputs 1 and 2 are the running mean and variance (training, -14); saved ones before that. */
const batchNormalization: InferRule = node => {
  const channels = [type(node.input(3).datatype, node.shape(3)), type(node.input(4).datatype, node.shape(4))];
  return [type(node.input(0).datatype, node.shape(0)), ...channels, ...channels];
};

/** Mean and inverse standard deviation keep the normalized axes with size 1. */
const layerNormalization: InferRule = node => {
  const { datatype, shape } = node.input(0);
  const from = node.axis(node.int('axis', -1), shape.length);
  const statistics = shape.map((size, axis) => (axis < from ? size : 1));
  return [type(datatype, shape), type('FP32', statistics), type('FP32', statistics)];
};

const rmsNormalization: InferRule = node => {
  const { datatype, shape } = node.input(0);
  const from = node.axis(node.int('axis', -1), shape.length);
  return [
    type(datatype, shape),
    type(
      'FP32',
      shape.map((size, axis) => (axis < from ? size : 1)),
    ),
  ];
};

/** com.microsoft: (result, mean, inverse deviation, input + skip + bias). */
const skipNormalization: InferRule = node => {
  const { datatype, shape } = node.input(0);
  const statistics = type('FP32', [...shape.slice(0, -1), 1]);
  return [type(datatype, shape), statistics, statistics, type(datatype, shape)];
};

export const normalizationRules: Readonly<Record<string, InferRule>> = {
  BatchNormalization: batchNormalization,
  GroupNormalization: same,
  InstanceNormalization: same,
  LRN: same,
  LayerNormalization: layerNormalization,
  LpNormalization: same,
  MeanVarianceNormalization: same,
  RMSNormalization: rmsNormalization,
  SimplifiedLayerNormalization: rmsNormalization,
  'com.microsoft.SkipLayerNormalization': skipNormalization,
  'com.microsoft.SkipSimplifiedLayerNormalization': skipNormalization,
};
