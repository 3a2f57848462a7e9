// ONNX Runtime Web, as recipes are carried out on it.
import { memoryStepHost } from '../../../../src/core/runtime/step-host.ts';
import { openGpuStepHost } from '../../../../src/worker/gpu-step-host.ts';
import { openOrtSession } from '../../../../src/worker/ort-session.ts';
import type { WebProvider } from '../../../../src/worker/ort.ts';
import type { Machine } from './learn.ts';

export function web(provider: WebProvider): Machine {
  const openSession: Machine['openSession'] = file => openOrtSession(file, provider);
  const openStepHost = () =>
    provider === 'webgpu' ? openGpuStepHost() : Promise.resolve(memoryStepHost(provider, openSession));
  return { openStepHost, openSession };
}
