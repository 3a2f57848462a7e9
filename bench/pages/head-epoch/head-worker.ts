// Fine-tunes heads by the sessions of the app's own worker, on WASM or the GPU.
import { expose } from 'comlink';
import { memoryStepHost } from '../../../src/core/runtime/step-host.ts';
import { openGpuStepHost } from '../../../src/worker/gpu-step-host.ts';
import type { WebProvider } from '../../../src/worker/ort.ts';
import { openOrtSession } from '../../../src/worker/ort-session.ts';
import { headEpochs, type HeadModel, type Prefix } from '../../heads/head-run.ts';

export interface HeadWorker {
  epochs(model: HeadModel, prefix: Prefix, provider: WebProvider): Promise<number[]>;
}

const worker: HeadWorker = {
  async epochs(model, prefix, provider) {
    const file = new Uint8Array(await (await fetch(`/models/${model.name}`)).arrayBuffer());
    const host =
      provider === 'webgpu'
        ? await openGpuStepHost()
        : memoryStepHost('wasm', bytes => openOrtSession(bytes, 'wasm'));
    try {
      return await headEpochs(file, model, prefix, host);
    } finally {
      await host.dispose();
    }
  },
};
expose(worker);
