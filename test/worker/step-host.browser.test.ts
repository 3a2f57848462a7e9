// The step hosts of the browser: WebAssembly, and the GPU where there is one.
import { memoryStepHost } from '../../src/core/runtime/step-host.ts';
import { openGpuStepHost } from '../../src/worker/gpu-step-host.ts';
import { hasWebGpu } from '../../src/worker/ort.ts';
import { openOrtSession } from '../../src/worker/ort-session.ts';
import { stepHostConformance } from '../core/runtime/step-host.conformance.ts';

stepHostConformance('WebAssembly', () =>
  Promise.resolve(memoryStepHost('wasm', file => openOrtSession(file, 'wasm'))),
);
if (await hasWebGpu()) {
  stepHostConformance('WebGPU', () => openGpuStepHost());
  stepHostConformance('WebGPU with graph capture', () => openGpuStepHost('steps'));
  stepHostConformance('WebGPU with slots in this memory', () =>
    Promise.resolve(memoryStepHost('webgpu', file => openOrtSession(file, 'webgpu'))),
  );
}
