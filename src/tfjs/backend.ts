// Which of TensorFlow.js's backends computes: the first of a list that starts here and can train.
import { env, ready, setBackend } from '@tensorflow/tfjs-core';
import { installCpuKernels } from './cpu-kernels.ts';

export const backendNames = ['webgpu', 'webgl', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];

/** Whether it computes now; false where the host lacks it. Backends are loaded when they are asked for. */
export async function startBackend(name: BackendName): Promise<boolean> {
  try {
    if (!(await loadBackend(name))) return false;
    if (!(await setBackend(name))) return false;
    await ready();
    // In half precision gradients become NaN (tensorflow/tfjs#3084: iOS).
    return name !== 'webgl' || env().getBool('WEBGL_RENDER_FLOAT32_ENABLED');
  } catch {
    return false;
  }
}

/** Makes it one that can be set; what computes stays as it is. False where the host lacks it. */
export async function loadBackend(name: BackendName): Promise<boolean> {
  switch (name) {
    case 'webgpu': {
      const gpu = typeof navigator === 'undefined' ? undefined : (navigator as { gpu?: GPU }).gpu;
      if (!(await gpu?.requestAdapter())) return false;
      await import('@tensorflow/tfjs-backend-webgpu');
      return true;
    }
    case 'webgl':
      if (typeof OffscreenCanvas === 'undefined') return false;
      await import('@tensorflow/tfjs-backend-webgl');
      return true;
    case 'cpu':
      await import('@tensorflow/tfjs-backend-cpu');
      installCpuKernels();
      return true;
  }
}
