// What computes a training run in a browser: one thread, all threads or the GPU, whichever is fastest here.
import { memoryStepHost } from '../core/runtime/step-host.ts';
import { chooseHost, type ChosenHost, type HostCandidate } from '../core/train/choose-host.ts';
import type { FitState } from '../core/train/fit-state.ts';
import type { OpenHost } from '../core/train/onnx-engine.ts';
import type { Compute } from '../device/schema.ts';
import { type Capture, openGpuStepHost } from './gpu-step-host.ts';
import { hasWebGpu, threads } from './ort.ts';
import { openOrtSession } from './ort-session.ts';

/**
 * The reference, and what goes on where a GPU was lost: one thread gives the same bits every time, and several do not give
 * the same (measured: an MLP of 784-128-10 differs after 40 steps).
 */
const oneThread = wasmCandidate(1);

/** Losses of the GPU in one run after which it is not asked for again. */
const maxLosses = 1;

/** What a run was begun on; only there it ends with the very same weights. */
type BegunOn = Pick<FitState, 'provider' | 'threads'>;

/** @param onChosen told what was timed, before the first step of the run */
export function trainHosts(compute: Compute | BegunOn, onChosen: (chosen: ChosenHost) => void): OpenHost {
  return async (job, control, losses) => {
    if (losses > maxLosses) return oneThread.open();
    if (losses > 0) return openGpuStepHost().catch(() => oneThread.open());
    const chosen = await chooseHost(job(), await candidatesOf(compute), control);
    onChosen(chosen);
    return chosen.host;
  };
}

async function candidatesOf(compute: Compute | BegunOn): Promise<[HostCandidate, ...HostCandidate[]]> {
  const [plain, captured] = [gpuCandidate('none'), gpuCandidate('steps')];
  if (typeof compute === 'object' && compute.provider === 'wasm') return [wasmCandidate(compute.threads)];
  if (compute === 'webgpu' || typeof compute === 'object') return [plain, captured];
  if (compute === 'wasm') return [oneThread];
  return [
    oneThread,
    ...(threads > 1 ? [wasmCandidate(threads)] : []),
    ...((await hasWebGpu()) ? [plain, captured] : []),
  ];
}

function gpuCandidate(capture: Capture): HostCandidate {
  return {
    provider: 'webgpu',
    threads: 1,
    captured: capture !== 'none',
    open: () => openGpuStepHost(capture),
  };
}

function wasmCandidate(count: number): HostCandidate {
  return {
    provider: 'wasm',
    threads: count,
    captured: false,
    open: () => Promise.resolve(memoryStepHost('wasm', file => openOrtSession(file, 'wasm', count), count)),
  };
}
