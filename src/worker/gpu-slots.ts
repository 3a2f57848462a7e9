// Named values in GPU memory, and the copies in and out. Each has a spare buffer that its next value is written to, so that
// a run that fails leaves all values as they were. Knows no runtime.
import { type Datatype, elementBytes } from '../core/datatype.ts';
import { HaversackError } from '../core/errors.ts';
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
  /** Belongs to the slots. */
  readonly buffer: GPUBuffer;
}

/** WebGPU (W3C CR), §5.1.2 and §5.1.5: TypeScript's library has the types without the numbers. */
const usage = { mapRead: 0x1, copySource: 0x4, copyDestination: 0x8, storage: 0x80 };
const mapModeRead = 0x1;

/** Kernels read and write whole vectors of four (`NormalizeBufferSize`, ONNX Runtime 1.30). */
const alignment = 16;

/** Whether the GPU can hold it: there are no buffers without bytes. */
export function fitsGpu(spec: {
  readonly datatype: Datatype;
  readonly shape: readonly number[];
}): spec is GpuSpec {
  return spec.datatype in gpuTypes && spec.shape.every(size => size > 0);
}

export class GpuSlots {
  readonly #device: GPUDevice;
  /** What the GPU cannot hold stays in this memory. */
  readonly #values = new Map<string, GpuValue | Tensor>();
  readonly #spares = new Map<string, GpuValue>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  put(name: string, tensor: Tensor): void {
    if (!fitsGpu(tensor)) {
      this.#set(name, tensor);
      return;
    }
    const held = this.#values.get(name);
    const value = held && isGpuValue(held) && isSame(held, tensor) ? held : this.#allocate(tensor);
    this.#device.queue.writeBuffer(value.buffer, 0, padded(bytesOfTensor(tensor)));
    if (value !== held) this.#set(name, value);
  }

  /** @throws HaversackError `RuntimeFailed` for a slot that was never filled */
  get(name: string): GpuValue | Tensor {
    const value = this.#values.get(name);
    if (value) return value;
    throw new HaversackError('RuntimeFailed', `Nothing was put into '${name}' before it was read.`);
  }

  /** Where the slot's next value is to be written; until `turn` the slot holds what it held. */
  spare(name: string, spec: GpuSpec): GpuValue {
    const known = this.#spares.get(name);
    if (known && isSame(known, spec)) return known;
    known?.buffer.destroy();
    const spare = this.#allocate(spec);
    this.#spares.set(name, spare);
    return spare;
  }

  /** The spare is now what the slot holds. */
  turn(name: string): void {
    const spare = this.#spares.get(name)!;
    this.#spares.delete(name);
    this.#set(name, spare);
  }

  /** Copies out. The queue runs in order: what was submitted before is in it. */
  async read(names: Iterable<string>): Promise<Map<string, Tensor>> {
    const values = Array.from(names, name => [name, this.get(name)] as const);
    const onGpu = values.flatMap(([, value]) => (isGpuValue(value) ? [value] : []));
    const copies = (await this.#download(onGpu)).values();
    return new Map(
      values.map(([name, value]) => [name, isGpuValue(value) ? copies.next().value! : value] as const),
    );
  }

  dispose(): void {
    for (const value of [...this.#values.values(), ...this.#spares.values()]) {
      if (isGpuValue(value)) value.buffer.destroy();
    }
    this.#values.clear();
    this.#spares.clear();
  }

  /** What was held becomes the spare, where the next value fits into it. */
  #set(name: string, value: GpuValue | Tensor): void {
    const before = this.#values.get(name);
    this.#values.set(name, value);
    if (!before || !isGpuValue(before)) return;
    if (isGpuValue(value) && isSame(before, value) && !this.#spares.has(name)) this.#spares.set(name, before);
    else before.buffer.destroy();
  }

  #allocate({ datatype, shape }: GpuSpec): GpuValue {
    const buffer = this.#device.createBuffer({
      size: bytesOf({ datatype, shape }),
      usage: usage.storage | usage.copySource | usage.copyDestination,
    });
    return { datatype, shape, buffer };
  }

  async #download(values: readonly GpuValue[]): Promise<Tensor[]> {
    if (values.length === 0) return [];
    const starts: number[] = [];
    let size = 0;
    for (const value of values) {
      starts.push(size);
      size += bytesOf(value);
    }
    const staging = this.#device.createBuffer({ size, usage: usage.mapRead | usage.copyDestination });
    try {
      const encoder = this.#device.createCommandEncoder();
      values.forEach((value, i) => {
        encoder.copyBufferToBuffer(value.buffer, 0, staging, starts[i]!, bytesOf(value));
      });
      this.#device.queue.submit([encoder.finish()]);
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
}

export function isGpuValue(value: GpuValue | Tensor): value is GpuValue {
  return 'buffer' in value;
}

function isSame(a: GpuSpec, b: GpuSpec): boolean {
  return a.datatype === b.datatype && a.shape.join() === b.shape.join();
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
