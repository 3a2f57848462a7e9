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

  it('comes to the same weights as the CPU, within 1e-3 of the largest after 14 steps', async () => {
    const recipe = { epochs: 2, scope: 'all' } as const;
    const first = await createTfjsEngine();
    const job = await blobJob(recipe);
    const { weights } = await first.train(job, freeRunning, () => undefined);
    const cpu = await createTfjsEngine(['cpu']);
    const { weights: wanted } = await cpu.train(job, freeRunning, () => undefined);
    for (const [name, tensor] of wanted) {
      const reference = tensor.data as Float32Array;
      const got = weights.get(name)!.data as Float32Array;
      const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      reference.forEach((value, i) =>
        expect(Math.abs(got[i]! - value) / largest, name).toBeLessThanOrEqual(1e-3),
      );
    }
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
