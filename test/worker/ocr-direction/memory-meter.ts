// How much memory a runtime takes that is loaded after this: what WebAssembly has grown to (it never shrinks), and the most
// that buffers on the GPU have come to.

export interface Taken {
  readonly wasmBytes: number;
  readonly gpuBytes: number;
}

/** To be called before the runtime is loaded, once a worker. */
export function meterMemory(): () => Taken {
  const memories = meterWasm();
  const gpuBytes = 'GPUDevice' in self ? meterGpu() : () => 0;
  return () => ({
    wasmBytes: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
    gpuBytes: gpuBytes(),
  });
}

function meterWasm(): readonly WebAssembly.Memory[] {
  const memories: WebAssembly.Memory[] = [];
  WebAssembly.Memory = class extends WebAssembly.Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories.push(this);
    }
  };
  return memories;
}

function meterGpu(): () => number {
  let [now, most] = [0, 0];
  const { createBuffer } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  const live = new WeakSet<GPUBuffer>();
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    live.add(buffer);
    now += buffer.size;
    most = Math.max(most, now);
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    if (live.delete(this)) now -= this.size;
    return destroy.call(this);
  };
  return () => most;
}
