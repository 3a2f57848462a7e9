/**
 * Operators whose types are inferred, and which ONNX Runtime 1.30 cannot run alone on its CPU: of opsets 24 to 26, or of
 * opset 1. Those that can be decomposed run all the same.
 */
export const withoutKernel: readonly string[] = [
  'CumProd',
  'ParametricSoftplus',
  'ScaledTanh',
  'Swish',
  'TensorScatter',
];
