// 管理界面中关于其他格式模型的文字。
import type { adminImport as en } from '../en/admin-import.ts';
import type { Translation } from '../translator.ts';

export const adminImport: Translation<typeof en> = {
  dropKinds: 'ONNX、TensorFlow.js 或 Teachable Machine：一个或几个文件、一个文件夹，或一个 zip。',
  chooseFolder: '选择文件夹',
  converted: '已从 {format} 转换为 ONNX',

  pixels: '它的像素',
  pixelsHint: '黑色和白色各是什么数字。说明之后，它就能用于照片。',
  'pixels-unsaid': '不清楚，或不是照片',
  'pixels-bytes': '0 到 255',
  'pixels-unit': '0 到 1',
  'pixels-signed': '−1 到 1',

  'foreign-keras': '{path} 是 Keras 3 的压缩包，这里不能读取。',
  'foreign-hdf5': '{path} 是 Keras 的 HDF5 文件，这里不能读取。',
  'foreign-tflite': '{path} 是 TensorFlow Lite 模型，这里不能读取。',
  'foreign-saved-model': '这是 TensorFlow SavedModel，这里不能读取。',
  'foreign-pytorch': '{path} 只有 PyTorch 的权重；模型本身在制作它的程序里。',
  'foreign-safetensors': '{path} 只有权重，没有模型。',
  foreignConvert: '请在制作它的地方转换，再把结果拖到这里：',
  copyCommand: '复制命令',
  foreignTeachable: '如果来自 Teachable Machine：请重新导出为 Tensorflow.js，再把那个 zip 拖到这里。',
};
