// Named values in GPU memory. Each has a spare buffer that its next value is written to, so that a run that fails leaves
// all values as they were. Knows no runtime.
import { HaversackError } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import {
  allocate,
  download,
  fitsGpu,
  type GpuSpec,
  type GpuValue,
  isGpuValue,
  isSameSpec,
  upload,
} from './gpu-buffers.ts';

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
    const isRoom = held && isGpuValue(held) && isSameSpec(held, tensor);
    const value = isRoom ? held : allocate(this.#device, tensor);
    upload(this.#device, value, tensor);
    if (value !== held) this.#set(name, value);
  }

  /**
   * The buffer belongs to the slots, and is the slot's until it is put into, or turned.
   * @throws HaversackError `RuntimeFailed` for a slot that was never filled
   */
  get(name: string): GpuValue | Tensor {
    const value = this.#values.get(name);
    if (value) return value;
    throw new HaversackError('RuntimeFailed', `Nothing was put into '${name}' before it was read.`);
  }

  /** Where the slot's next value is to be written; until `turn` the slot holds what it held. */
  spare(name: string, spec: GpuSpec): GpuValue {
    const known = this.#spares.get(name);
    if (known && isSameSpec(known, spec)) return known;
    known?.buffer.destroy();
    const spare = allocate(this.#device, spec);
    this.#spares.set(name, spare);
    return spare;
  }

  /** The spare is now what the slot holds. */
  turn(name: string): void {
    const spare = this.#spares.get(name)!;
    this.#spares.delete(name);
    this.#set(name, spare);
  }

  async read(names: Iterable<string>): Promise<Map<string, Tensor>> {
    const values = Array.from(names, name => [name, this.get(name)] as const);
    const onGpu = values.flatMap(([, value]) => (isGpuValue(value) ? [value] : []));
    const copies = (await download(this.#device, onGpu)).values();
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
    const fits = isGpuValue(value) && isSameSpec(before, value) && !this.#spares.has(name);
    if (fits) this.#spares.set(name, before);
    else before.buffer.destroy();
  }
}
