// The estimate, held against how far the heap of ONNX Runtime Web grows.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/data/random.ts';
import { memoryStepHost } from '../../../src/core/runtime/step-host.ts';
import { float32 } from '../../../src/core/tensor.ts';
import type { FitJob } from '../../../src/core/train/fit.ts';
import { heapBytes } from '../../../src/core/train/memory.ts';
import { newModel, parseNewModel } from '../../../src/core/train/new-model.ts';
import { inMemory, inOrder } from '../../../src/core/train/samples.ts';
import { stepGraph, Stepper } from '../../../src/core/train/stepper.ts';
import { trainableGraph } from '../../../src/core/train/trainable-graph.ts';
import { openOrtSession } from '../../../src/worker/ort-session.ts';

/** In the order in which they were made. */
const heaps: WebAssembly.Memory[] = [];
const Memory = WebAssembly.Memory;

beforeAll(() => {
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      heaps.push(this);
    }
  };
});
afterAll(() => {
  WebAssembly.Memory = Memory;
});

const grown = () => heaps.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);

function jobOf(spec: string, columns: number, rows: number): FitJob {
  const values = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i));
  const file = newModel(parseNewModel(spec), { values, columns, target: { classes: 10 } }, seededRandom(1));
  const model = trainableGraph(file);
  const [input] = model.inputs;
  const shape = [rows, ...input!.shape.slice(1)];
  return {
    model,
    output: 'probabilities',
    trainable: new Set([...model.initializers.keys()].filter(name => /\.(weight|bias)$/.test(name))),
    train: inMemory({
      rows,
      inputs: { [input!.name]: float32(shape, values) },
      target: { datatype: 'INT32', shape: [rows], data: Int32Array.from({ length: rows }, (_, i) => i % 10) },
    }),
    validation: null,
    loss: { kind: 'cross-entropy' },
    distillation: null,
    optimizer: { kind: 'adam' },
    statistics: 'batch',
    learningRate: 1e-3,
    schedule: { kind: 'constant' },
    warmUpSteps: 0,
    epochs: 1,
    patience: null,
    batchSize: rows,
    seed: 1,
    maxCacheBytes: 0,
  };
}

/** The heap never shrinks: from small to large. */
describe('the estimate of a step’s memory', () => {
  it.each([
    ['mlp:2048,1024', 256, 64],
    ['cnn', 64, 2048],
    ['cnn', 64, 4096],
  ])('is within 1.5 times what the heap grows to: %s, %i numbers, %i rows', async (spec, columns, rows) => {
    const job = jobOf(spec, columns, rows);
    const host = memoryStepHost('wasm', file => openOrtSession(file, 'wasm'));
    const stepper = await Stepper.open(job, rows, host);
    for (let step = 1; step <= 2; step++) await stepper.step(inOrder(rows), rows, step, 1e-3);
    await stepper.dispose();
    await host.dispose();
    const estimate = heapBytes(stepGraph(job, rows).memory);
    expect(heaps.length).toBeGreaterThan(0);
    console.info(`${spec}, ${rows} rows: estimated ${estimate}, grown to ${grown()}`);
    expect(estimate / grown()).toBeGreaterThan(1 / 1.5);
    expect(estimate / grown()).toBeLessThan(1.5);
  });
});
