// What a step takes of a device's memory, estimated from its graph alone: the same graph, the same number.

/** In bytes. */
export interface StepMemory {
  /** Weights that stay as they are, and other constants. */
  readonly constants: number;
  /** Parameters, running statistics, the optimizer's state, and gradients that are added up. */
  readonly carried: number;
  /** A batch. */
  readonly fed: number;
  /** What the step makes, what takes the place of `carried` included, where most of it is held at once. */
  readonly values: number;
}

/** What ONNX Runtime Web's heap begins with: code's data, and room in which a small model runs. */
const runtimeBytes = 16 * 2 ** 20;
/**
 * What kernels lay out for themselves (unfolded convolutions), and how far a heap grows beyond what it was asked for.
 * Chosen from the growth of its heap on one thread of WASM (MobileNetV2-like, a CNN, a transformer encoder, an MLP); with it
 * the estimate was 0.93 to 1.17 times that growth on the three nets that the tests run.
 */
const overhead = 1.25;

/** Of ONNX Runtime Web's heap. Slots are in it as inputs, and as outputs among the values; constants as a file too. */
export function heapBytes({ constants, carried, fed, values }: StepMemory): number {
  return runtimeBytes + Math.ceil(overhead * (values + carried + fed + 2 * constants));
}

/** Of the heap and of the page together, which holds slots twice too while a step ends. */
export function neededBytes(memory: StepMemory): number {
  return heapBytes(memory) + 2 * memory.carried + memory.fed;
}
