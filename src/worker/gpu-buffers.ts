// Tensors in GPU memory: which can lie there, their buffers, and the copies in and out. Knows no runtime and no slots.
import { type Datatype, elementBytes } from '../core/datatype.ts';
import { bytesOfTensor, tensorOfBytes } from '../core/tensor-bytes.ts';
import { elements, type Tensor } from '../core/tensor.ts';

/** ONNX Runtime's name of what `Tensor.fromGpuBuffer` takes (Web 1.30); 4-bit integers are left out. */
export const gpuTypes = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT32: 'uint32',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
} as const satisfies Partial<Record<Datatype, string>>;

export interface GpuSpec {
  readonly datatype: keyof typeof gpuTypes;
  readonly shape: readonly number[];
}

export interface GpuValue extends GpuSpec {
  readonly buffer: GPUBuffer;
}

/** WebGPU (W3C CR), §5.1.2 and §5.1.5: TypeScript's library has the types without the numbers. */
const usage = { mapRead: 0x1, copySource: 0x4, copyDestination: 0x8, storage: 0x80 };
const mapModeRead = 0x1;

/** Kernels read and write whole vectors of four (`NormalizeBufferSize`, ONNX Runtime 1.30). */
const alignment = 16;

/** Whether the GPU can hold it: of a known shape, and with elements, for there are no buffers without bytes. */
export function fitsGpu(spec: {
  readonly datatype: Datatype;
  readonly shape: readonly number[];
}): spec is GpuSpec {
  return spec.datatype in gpuTypes && spec.shape.every(size => size > 0);
}

export function isGpuValue(value: GpuValue | Tensor): value is GpuValue {
  return 'buffer' in value;
}

export function isSameSpec(a: GpuSpec, b: GpuSpec): boolean {
  return a.datatype === b.datatype && a.shape.join() === b.shape.join();
}

/** Of zeros. The caller destroys the buffer. */
export function allocate(device: GPUDevice, { datatype, shape }: GpuSpec): GpuValue {
  const buffer = device.createBuffer({
    size: bytesOf({ datatype, shape }),
    usage: usage.storage | usage.copySource | usage.copyDestination,
  });
  return { datatype, shape, buffer };
}

/** @param tensor of the value's datatype and shape */
export function upload(device: GPUDevice, { buffer }: GpuValue, tensor: Tensor): void {
  device.queue.writeBuffer(buffer, 0, padded(bytesOfTensor(tensor)));
}

export interface GpuCopy {
  readonly from: GpuValue;
  /** Of the same datatype and shape. */
  readonly to: GpuValue;
}

export function copy(device: GPUDevice, copies: readonly GpuCopy[]): void {
  const encoder = device.createCommandEncoder();
  for (const { from, to } of copies) encoder.copyBufferToBuffer(from.buffer, 0, to.buffer, 0, bytesOf(from));
  device.queue.submit([encoder.finish()]);
}

/** All of them in one wait for the GPU. The queue runs in order: what was submitted before is in them. */
export async function download(device: GPUDevice, values: readonly GpuValue[]): Promise<Tensor[]> {
  if (values.length === 0) return [];
  const starts: number[] = [];
  let size = 0;
  for (const value of values) {
    starts.push(size);
    size += bytesOf(value);
  }
  const staging = device.createBuffer({ size, usage: usage.mapRead | usage.copyDestination });
  try {
    const encoder = device.createCommandEncoder();
    values.forEach((value, i) => {
      encoder.copyBufferToBuffer(value.buffer, 0, staging, starts[i]!, bytesOf(value));
    });
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(mapModeRead);
    const bytes = new Uint8Array(staging.getMappedRange());
    return values.map(({ datatype, shape }, i) => {
      const length = elements(shape) * elementBytes[datatype]!;
      return tensorOfBytes(datatype, shape, bytes.subarray(starts[i], starts[i]! + length));
    });
  } finally {
    staging.destroy();
  }
}

function bytesOf({ datatype, shape }: GpuSpec): number {
  return Math.ceil((elements(shape) * elementBytes[datatype]!) / alignment) * alignment;
}

/** `writeBuffer` takes multiples of four bytes. */
function padded(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (bytes.length % 4 === 0) return bytes;
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return whole;
}
