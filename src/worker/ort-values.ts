// Between our tensors and ONNX Runtime Web's, both in this realm's memory: no data is copied.
import type * as Ort from 'onnxruntime-web';
import { HaversackError } from '../core/errors.ts';
import { fromOrtType, toOrtType } from '../core/runtime/ort-tensors.ts';
import type { Tensor, TensorData } from '../core/tensor.ts';
import type { OrtModule } from './ort.ts';

/** @throws HaversackError `InputInvalid` for a datatype that the runtime has no tensor for */
export function toOrtTensor(ort: OrtModule, name: string, tensor: Tensor): Ort.Tensor {
  const type = toOrtType(tensor.datatype);
  if (!type) {
    throw new HaversackError('InputInvalid', `input ${name} is ${tensor.datatype}, which this runtime lacks`);
  }
  return new ort.Tensor(type, tensor.data, tensor.shape);
}

/** Of a tensor whose data lie here. */
export function fromOrtTensor(value: Ort.Tensor): Tensor {
  const datatype = fromOrtType(value.type);
  return { datatype, shape: value.dims, data: plain(value.data, datatype) };
}

/** A browser that has Float16Array gets halves in one; ours are their bits. */
function plain(data: Ort.Tensor.DataType, datatype: Tensor['datatype']): TensorData {
  if (datatype === 'FP16' && !(data instanceof Uint16Array)) {
    const view = data as ArrayBufferView<ArrayBuffer>;
    return new Uint16Array(view.buffer, view.byteOffset, view.byteLength / 2);
  }
  return data as TensorData;
}
