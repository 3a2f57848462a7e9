import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { patchInitializers, readInitializers } from '../../src/core/onnx/patch.ts';
import { float32 } from '../../src/core/tensor.ts';
import type { TrainProgress } from '../../src/core/train/engine.ts';
import { createTfjsEngine } from '../../src/tfjs/engine.ts';
import { openOrtSession } from '../../src/worker/ort-session.ts';
import { blobJob, freeRunning } from './blobs.ts';

async function hasWebGpu(): Promise<boolean> {
  return (await (navigator as { gpu?: GPU }).gpu?.requestAdapter()) != null;
}

describe('the TensorFlow.js engine in a browser', () => {
  it('takes WebGPU where there is an adapter, and learns on it', async () => {
    const engine = await createTfjsEngine();
    if (await hasWebGpu()) expect(engine.backend).toBe('webgpu');
    else expect(engine.backend).not.toBe('webgpu');

    const job = await blobJob();
    const before = tf.memory().numTensors;
    const told: TrainProgress[] = [];
    const { weights, backend } = await engine.train(job, freeRunning, progress => told.push(progress));
    expect(tf.memory().numTensors).toBe(before);
    expect(backend).toBe(engine.backend);
    expect(told.at(-1)!.backend).toBe(backend);
    expect(told.at(-1)!.validationAccuracy).toBeGreaterThanOrEqual(0.95);
    expect(told.at(-1)!.loss).toBeLessThan(told[0]!.loss);
    const parent = readInitializers(job.model);
    for (const [name, { data }] of weights) {
      expect(data.length).toBe(parent.get(name)!.data.length);
      expect(Array.from(data as Float32Array).every(Number.isFinite)).toBe(true);
    }
  });

  // More steps would test chaos: Adam divides by the gradient's size, so where a gradient is almost 0 its last digits
  // decide, and a maximum that flips decides the next step's.
  it('comes to answer as the CPU does, within 1e-3 after two steps', async () => {
    const job = await blobJob({ epochs: 2, batchSize: 100 });
    const first = await createTfjsEngine();
    const { check } = await first.train(job, freeRunning, () => undefined);
    const cpu = await createTfjsEngine(['cpu']);
    const { check: wanted } = await cpu.train(job, freeRunning, () => undefined);
    wanted.probabilities.forEach((value, i) => {
      expect(Math.abs(check.probabilities[i]! - value)).toBeLessThanOrEqual(1e-3);
    });
  });

  it('checks on the CPU whatever trained: ONNX Runtime answers the same within 1e-5 of the largest value', async () => {
    const job = await blobJob();
    const engine = await createTfjsEngine();
    const before = tf.memory().numTensors;
    const { weights, check } = await engine.train(job, freeRunning, () => undefined);
    expect(tf.getBackend()).toBe(engine.backend);
    expect(tf.memory().numTensors).toBe(before);
    const session = await openOrtSession(patchInitializers(job.model, weights), 'wasm');
    const { probabilities } = await session.run({ image: float32([check.rows, 1, 4, 4], check.features) });
    await session.dispose();
    const largest = Math.max(...check.probabilities);
    check.probabilities.forEach((value, i) => {
      expect(Math.abs((probabilities!.data[i] as number) - value) / largest).toBeLessThanOrEqual(1e-5);
    });
  });

  it('trains in a worker without a document', async () => {
    const worker = new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' });
    const answer = await new Promise<{ backend: string; accuracy: number } | { error: string }>(
      (resolve, reject) => {
        worker.onmessage = event => resolve(event.data as { backend: string; accuracy: number });
        worker.onerror = event => reject(new Error(event.message));
      },
    );
    worker.terminate();
    expect(answer).not.toHaveProperty('error');
    expect((answer as { accuracy: number }).accuracy).toBeGreaterThanOrEqual(0.95);
  });
});
