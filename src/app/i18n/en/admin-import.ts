// Of Admin's words, those for models of other formats.
import type { Messages } from '../translator.ts';

export const adminImport = {
  dropKinds: 'ONNX, TensorFlow.js or Teachable Machine: a file, several, a folder or a zip.',
  chooseFolder: 'Choose a folder',
  converted: 'Converted to ONNX from {format}',

  pixels: 'Its pixels',
  pixelsHint: 'The numbers that black and white are. With them it can be used with photos.',
  'pixels-unsaid': 'Not known, or no photo',
  'pixels-bytes': '0 to 255',
  'pixels-unit': '0 to 1',
  'pixels-signed': '−1 to 1',

  'foreign-keras': '{path} is a Keras 3 archive, which is not read here.',
  'foreign-hdf5': '{path} is an HDF5 file of Keras, which is not read here.',
  'foreign-tflite': '{path} is a TensorFlow Lite model, which is not read here.',
  'foreign-saved-model': 'This is a TensorFlow SavedModel, which is not read here.',
  'foreign-pytorch': '{path} holds weights of PyTorch; the model itself is in the program that made it.',
  'foreign-safetensors': '{path} holds weights without their model.',
  foreignConvert: 'Convert it where it was made, and drop what comes out here:',
  copyCommand: 'Copy the command',
  foreignTeachable: 'From Teachable Machine: export it again as Tensorflow.js, and drop that zip.',
} as const satisfies Messages;
