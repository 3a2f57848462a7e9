// Watches the memory that a side takes beside JavaScript's own: WebAssembly's, which never shrinks, and the GPU's. To be
// imported before whoever takes it.

const memories = new Set<WebAssembly.Memory>();
let gpuBytes = 0;
let mostGpuBytes = 0;

export interface HeldBytes {
  /** What WebAssembly has grown to. */
  readonly wasm: number;
  /** The most that buffers on the GPU have come to. */
  readonly gpu: number;
}

export function heldBytes(): HeldBytes {
  return {
    wasm: Array.from(memories).reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
    gpu: mostGpuBytes,
  };
}

class WatchedMemory extends WebAssembly.Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    memories.add(this);
  }
}

/** A module that makes its memory itself gives it away among its exports. */
function watchExports(instance: WebAssembly.Instance): void {
  for (const value of Object.values(instance.exports))
    if (value instanceof WebAssembly.Memory) memories.add(value);
}

function watchWasm(): void {
  const { instantiate, instantiateStreaming } = WebAssembly;
  WebAssembly.Memory = WatchedMemory;
  const watched = (result: WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource) => {
    watchExports(result instanceof WebAssembly.Instance ? result : result.instance);
    return result;
  };
  WebAssembly.instantiate = (async (source: BufferSource, imports?: WebAssembly.Imports) =>
    watched(await instantiate(source, imports))) as typeof instantiate;
  WebAssembly.instantiateStreaming = async (source, imports) => {
    const result = await instantiateStreaming(source, imports);
    watchExports(result.instance);
    return result;
  };
}

/** A buffer counts until it is destroyed. */
function watchGpu(): void {
  if (typeof GPUDevice === 'undefined') return;
  const createBuffer = Reflect.get<GPUDevice, 'createBuffer'>(GPUDevice.prototype, 'createBuffer');
  const destroy = Reflect.get<GPUBuffer, 'destroy'>(GPUBuffer.prototype, 'destroy');
  const live = new WeakSet<GPUBuffer>();
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    live.add(buffer);
    gpuBytes += buffer.size;
    mostGpuBytes = Math.max(mostGpuBytes, gpuBytes);
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    if (live.delete(this)) gpuBytes -= this.size;
    return destroy.call(this);
  };
}

watchWasm();
watchGpu();
