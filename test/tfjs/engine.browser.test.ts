import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { readInitializers } from '../../src/core/onnx/patch.ts';
import type { TrainProgress } from '../../src/core/train/engine.ts';
import { createTfjsEngine } from '../../src/tfjs/engine.ts';
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
    expect(told.at(-1)).toMatchObject({ backend, validationAccuracy: 1 });
    expect(told.at(-1)!.loss).toBeLessThan(told[0]!.loss);
    const parent = readInitializers(job.model);
    for (const [name, { data }] of weights) {
      expect(data.length).toBe(parent.get(name)!.data.length);
      expect(Array.from(data as Float32Array).every(Number.isFinite)).toBe(true);
    }
  });

  // Adam divides by the gradient's size, so where a gradient is almost 0 its last digits decide: weights differ, answers
  // hardly.
  it('comes to answer as the CPU does, within a hundredth after 14 steps', async () => {
    const job = await blobJob({ epochs: 2 });
    const first = await createTfjsEngine();
    const { check } = await first.train(job, freeRunning, () => undefined);
    const cpu = await createTfjsEngine(['cpu']);
    const { check: wanted } = await cpu.train(job, freeRunning, () => undefined);
    wanted.probabilities.forEach((value, i) => {
      expect(Math.abs(check.probabilities[i]! - value)).toBeLessThanOrEqual(0.01);
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
    expect(answer).toMatchObject({ accuracy: 1 });
  });
});
