// Which layers this engine trains: those whose way to ONNX and back is tested both ways, with training in between. The import
// of models knows more (core/import/tfjs-layers).
import { type ErrorCode, HaversackError } from '../core/errors.ts';

export const trainedLayers = [
  'InputLayer',
  'Dropout',
  'Dense',
  'Conv2D',
  'DepthwiseConv2D',
  'MaxPooling2D',
  'AveragePooling2D',
  'GlobalAveragePooling2D',
  'GlobalMaxPooling2D',
  'BatchNormalization',
  'Flatten',
  'Activation',
  'ReLU',
  'LeakyReLU',
  'ELU',
  'ThresholdedReLU',
  'Softmax',
];

/** @throws HaversackError of that code, naming the layer */
export function refuseUntrained(name: string, className: string, code: ErrorCode): void {
  if (trainedLayers.includes(className)) return;
  throw new HaversackError(code, `Layer '${name}' is a ${className}, which this engine does not train.`);
}
