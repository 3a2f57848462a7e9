// Slots in GPU memory, for ONNX Runtime's WebGPU provider: a step reads and writes them where they lie, and only batches and
// what is asked for pass the border.
import type * as Ort from 'onnxruntime-web';
import type { Bytes } from '../core/artifact/digest.ts';
import { HaversackError } from '../core/errors.ts';
import { Graph } from '../core/onnx/graph.ts';
import { computeViews } from '../core/onnx/passes/compute-views.ts';
import { operatorTypes } from '../core/onnx/operator-types.ts';
import { openError } from '../core/runtime/ort-errors.ts';
import type { Step, StepHost, StepLinks } from '../core/runtime/step-host.ts';
import { unfoldWeights } from '../core/runtime/unfold-weights.ts';
import { canCapture, capturedStep } from './captured-step.ts';
import { requestGpuDevice } from './gpu-device.ts';
import { GpuSlots } from './gpu-slots.ts';
import { type GpuContext, gpuStep } from './gpu-step.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { loadOrt, type OrtModule, sessionOptions } from './ort.ts';

/** A failed call waits this long for the news that the device was lost. */
const lossToldWithinMs = 100;

/** Which graphs are recorded at their first run and played back after: those that write slots, where the runtime can. */
export type Capture = 'none' | 'steps';

/**
 * A host on a GPU device of its own.
 * @throws HaversackError `RuntimeFailed` where there is no adapter or the runtime does not start
 */
export async function openGpuStepHost(capture: Capture = 'none'): Promise<StepHost> {
  const ort = await loadOrt('webgpu');
  const device = await requestGpuDevice();
  if (!device) throw new HaversackError('RuntimeFailed', 'There is no WebGPU adapter that gives a device.');
  return gpuStepHost(ort, device, capture);
}

/**
 * All its methods throw `DeviceLost` once the device is lost: what the slots held is gone.
 * @param device becomes the host's, which destroys it
 */
export function gpuStepHost(ort: OrtModule, device: GPUDevice, capture: Capture = 'none'): StepHost {
  const slots = new GpuSlots(device);
  const context: GpuContext = { ort, device, slots };
  const watched = watchDevice(device);
  return {
    provider: 'webgpu',
    threads: 1,
    put: values =>
      watched(() => {
        for (const [slot, tensor] of values) slots.put(slot, tensor);
        return Promise.resolve();
      }),
    read: names => watched(() => slots.read(names)),
    open: (file, links) =>
      watched(async () => {
        const captured =
          capture === 'steps' && links.writes.size > 0 ? await openCaptured(context, file, links) : null;
        const step = captured ?? (await openPlain(context, file, links));
        return { run: feeds => watched(() => step.run(feeds)), dispose: () => step.dispose() };
      }),
    dispose() {
      slots.dispose();
      device.destroy();
      return Promise.resolve();
    },
  };
}

/** Turns whatever fails, or ends, after the device was lost into `DeviceLost`. */
function watchDevice(device: GPUDevice): <T>(work: () => Promise<T>) => Promise<T> {
  let lost: HaversackError | null = null;
  const losing = device.lost.then(({ message }) => {
    lost = new HaversackError('DeviceLost', message || 'The browser does not say why.');
  });
  return async work => {
    try {
      const answer = await work();
      // Work that only writes to the GPU ends well without one.
      if (lost) throw lost;
      return answer;
    } catch (error) {
      // What fails because of the loss may be told of before the loss is.
      await Promise.race([losing, new Promise(resolve => setTimeout(resolve, lossToldWithinMs))]);
      throw lost ?? error;
    }
  };
}

/** Null where the runtime refuses: a node that only the CPU has, or control flow. */
async function openCaptured(context: GpuContext, file: Bytes, links: StepLinks): Promise<Step | null> {
  const viewed = viewsComputed(file);
  if (!viewed) return null;
  const options = { ...optionsFor(context, file), enableGraphCapture: true };
  const session = await oneAtATime('webgpu', () =>
    context.ort.InferenceSession.create(viewed.file, options),
  ).catch(() => null);
  if (!session) return null;
  if (canCapture(session)) return capturedStep(context, session, links, viewed.unfed);
  await oneAtATime('webgpu', () => session.release());
  return null;
}

function viewsComputed(file: Bytes): { readonly file: Bytes; readonly unfed: string | null } | null {
  const graph = Graph.read(file);
  try {
    const unfed = computeViews(graph);
    return { file: unfed === null ? file : graph.toBytes(), unfed };
  } catch (thrown) {
    if (thrown instanceof RangeError) return null;
    throw thrown;
  }
}

/** @throws HaversackError as `OpenSession` */
async function openPlain(context: GpuContext, file: Bytes, links: StepLinks): Promise<Step> {
  const session = await oneAtATime('webgpu', () =>
    context.ort.InferenceSession.create(file, optionsFor(context, file)),
  ).catch((error: unknown) => {
    throw openError(error);
  });
  return gpuStep(context, session, links);
}

function optionsFor({ device }: GpuContext, file: Bytes): Ort.InferenceSession.SessionOptions {
  return sessionOptions('webgpu', unfoldWeights(operatorTypes(file)), device);
}
