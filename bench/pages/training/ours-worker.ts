// Our side: the app's own engine, by the sessions of the app's own worker.
import './cores.ts';
import './memory.ts';
import { memoryStepHost, type StepHost } from '../../../src/core/runtime/step-host.ts';
import { openOrtSession } from '../../../src/worker/ort-session.ts';
import { oursTrainer } from '../../nets/ours.ts';
import { serveTrainer } from './side.ts';

serveTrainer((net, backend) => oursTrainer(net, hostOf(backend)));

function hostOf(backend: string): StepHost {
  const provider = backend === 'webgpu' ? 'webgpu' : 'wasm';
  return memoryStepHost(provider, file => openOrtSession(file, provider));
}
