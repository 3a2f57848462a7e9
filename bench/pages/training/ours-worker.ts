// Our side: the app's own engine, by the sessions of the app's own worker.
import './cores.ts';
import './memory.ts';
import { memoryStepHost, type StepHost } from '../../../src/core/runtime/step-host.ts';
import { openGpuStepHost } from '../../../src/worker/gpu-step-host.ts';
import { openOrtSession } from '../../../src/worker/ort-session.ts';
import { oursTrainer } from '../../nets/ours.ts';
import { serveTrainer } from './side.ts';

serveTrainer(async (net, backend) => oursTrainer(net, await hostOf(backend)));

async function hostOf(backend: string): Promise<StepHost> {
  if (backend === 'webgpu') return openGpuStepHost();
  if (backend === 'webgpu-captured') return openGpuStepHost('steps');
  return memoryStepHost('wasm', file => openOrtSession(file, 'wasm'));
}
