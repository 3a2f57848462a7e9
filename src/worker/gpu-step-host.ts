// Slots in GPU memory, for ONNX Runtime's WebGPU provider: a step reads and writes them where they lie, and only batches and
// what is asked for pass the border.
import type * as Ort from 'onnxruntime-web';
import { HaversackError } from '../core/errors.ts';
import { operatorTypes } from '../core/onnx/operator-types.ts';
import { openError } from '../core/runtime/ort-errors.ts';
import { checkFeeds, specOf } from '../core/runtime/ort-tensors.ts';
import type { TensorSpec } from '../core/runtime/session.ts';
import type { Step, StepHost, StepLinks } from '../core/runtime/step-host.ts';
import { unfoldWeights } from '../core/runtime/unfold-weights.ts';
import type { Tensor, TensorMap } from '../core/tensor.ts';
import { requestGpuDevice } from './gpu-device.ts';
import { fitsGpu, GpuSlots, type GpuSpec, gpuTypes, type GpuValue, isGpuValue } from './gpu-slots.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { loadOrt, type OrtModule, sessionOptions } from './ort.ts';
import { onceFailedRefuses } from './ort-session.ts';
import { fromOrtTensor, toOrtTensor } from './ort-values.ts';

/**
 * A host on a GPU device of its own.
 * @throws HaversackError `RuntimeFailed` where there is no adapter or the runtime does not start
 */
export async function openGpuStepHost(): Promise<StepHost> {
  const ort = await loadOrt('webgpu');
  const device = await requestGpuDevice();
  if (!device) throw new HaversackError('RuntimeFailed', 'There is no WebGPU adapter that gives a device.');
  return gpuStepHost(ort, device);
}

/**
 * All its methods throw `DeviceLost` once the device is lost: what the slots held is gone.
 * @param device becomes the host's, which destroys it
 */
export function gpuStepHost(ort: OrtModule, device: GPUDevice): StepHost {
  const slots = new GpuSlots(device);
  const watched = watchDevice(device);
  return {
    provider: 'webgpu',
    put: values =>
      watched(() => {
        for (const [slot, tensor] of values) slots.put(slot, tensor);
        return Promise.resolve();
      }),
    read: names => watched(() => slots.read(names)),
    open: (file, links) =>
      watched(async () => {
        const options = sessionOptions('webgpu', unfoldWeights(operatorTypes(file)), device);
        const session = await oneAtATime('webgpu', () => ort.InferenceSession.create(file, options)).catch(
          (error: unknown) => {
            throw openError(error);
          },
        );
        const step = linkedStep(ort, session, links, slots);
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

/** A failed call waits this long for the news that the device was lost. */
const lossToldWithinMs = 100;

/** Outputs that slots take are written by the GPU into the slots' spares; the others are copied here. */
function linkedStep(
  ort: OrtModule,
  session: Ort.InferenceSession,
  { reads, writes }: StepLinks,
  slots: GpuSlots,
): Step {
  const inputs = session.inputMetadata.map(specOf);
  const fed = inputs.filter(({ name }) => !reads.has(name));
  const outputs = session.outputMetadata.map(specOf);
  const runOnce = onceFailedRefuses(
    'webgpu',
    (feeds: Ort.InferenceSession.FeedsType, fetches: Ort.InferenceSession.FetchesType) =>
      session.run(feeds, fetches),
  );
  const inputsOf = (feeds: TensorMap): Record<string, Ort.Tensor> => {
    const all: Record<string, Ort.Tensor> = {};
    for (const { name } of fed) all[name] = toOrtTensor(ort, name, feeds[name]!);
    for (const [input, slot] of reads) all[input] = slotTensor(ort, input, slots.get(slot));
    return all;
  };
  return {
    async run(feeds) {
      checkFeeds(fed, feeds);
      const turned: string[] = [];
      const fetches: Record<string, Ort.Tensor | null> = {};
      for (const output of outputs) {
        const slot = writes.get(output.name);
        const isOnGpu = slot !== undefined && isStatic(output) && fitsGpu(output);
        if (isOnGpu) turned.push(slot);
        fetches[output.name] = isOnGpu ? gpuTensor(ort, slots.spare(slot, output)) : null;
      }
      const results = await runOnce(inputsOf(feeds), fetches);
      for (const slot of turned) slots.turn(slot);
      const answers: Record<string, Tensor> = {};
      for (const { name } of outputs) {
        if (fetches[name] !== null) continue;
        const tensor = fromOrtTensor(results[name]!);
        const slot = writes.get(name);
        if (slot === undefined) answers[name] = tensor;
        else slots.put(slot, tensor);
      }
      return answers;
    },
    dispose: () => oneAtATime('webgpu', () => session.release()),
  };
}

function isStatic({ shape }: TensorSpec): boolean {
  return shape.every(size => size >= 0);
}

function slotTensor(ort: OrtModule, input: string, value: GpuValue | Tensor): Ort.Tensor {
  return isGpuValue(value) ? gpuTensor(ort, value) : toOrtTensor(ort, input, value);
}

function gpuTensor(ort: OrtModule, { datatype, shape, buffer }: GpuSpec & { buffer: GPUBuffer }): Ort.Tensor {
  return ort.Tensor.fromGpuBuffer(buffer, { dataType: gpuTypes[datatype], dims: shape });
}
