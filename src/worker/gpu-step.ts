// A graph on the GPU that is linked to slots there: outputs that slots take are written into the slots' spares, the others
// come here in one copy.
import type * as Ort from 'onnxruntime-web';
import { checkFeeds, specOf } from '../core/runtime/ort-tensors.ts';
import type { TensorSpec } from '../core/runtime/session.ts';
import type { Step, StepLinks } from '../core/runtime/step-host.ts';
import type { Tensor, TensorMap } from '../core/tensor.ts';
import { allocate, download, fitsGpu, gpuTypes, type GpuValue, isGpuValue } from './gpu-buffers.ts';
import type { GpuSlots } from './gpu-slots.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { OrtModule } from './ort.ts';
import { onceFailedRefuses } from './ort-session.ts';
import { fromOrtTensor, toOrtTensor } from './ort-values.ts';

export interface GpuContext {
  readonly ort: OrtModule;
  readonly device: GPUDevice;
  readonly slots: GpuSlots;
}

/** @param session belongs to the step from here on */
export function gpuStep(
  { ort, device, slots }: GpuContext,
  session: Ort.InferenceSession,
  { reads, writes }: StepLinks,
): Step {
  const inputs = session.inputMetadata.map(specOf);
  const fed = inputs.filter(({ name }) => !reads.has(name));
  const outputs = session.outputMetadata.map(specOf);
  const answers = new Map(
    outputs.flatMap(output =>
      !writes.has(output.name) && fitsGpu(output) ? [[output.name, allocate(device, output)] as const] : [],
    ),
  );
  const runOnce = onceFailedRefuses(
    'webgpu',
    (feeds: Ort.InferenceSession.FeedsType, fetches: Ort.InferenceSession.FetchesType) =>
      session.run(feeds, fetches),
  );
  const inputsOf = (feeds: TensorMap): Record<string, Ort.Tensor> => {
    const all: Record<string, Ort.Tensor> = {};
    for (const { name } of fed) all[name] = toOrtTensor(ort, name, feeds[name]!);
    for (const [input, slot] of reads) {
      const value = slots.get(slot);
      all[input] = isGpuValue(value) ? gpuTensor(ort, value) : toOrtTensor(ort, input, value);
    }
    return all;
  };
  /** Where an output is written; null where its shape is not known before, or the GPU cannot hold it. */
  const placeOf = (output: TensorSpec): GpuValue | null => {
    const slot = writes.get(output.name);
    if (slot === undefined) return answers.get(output.name) ?? null;
    return fitsGpu(output) ? slots.spare(slot, output) : null;
  };
  return {
    async run(feeds) {
      checkFeeds(fed, feeds);
      const places = outputs.map(output => [output.name, placeOf(output)] as const);
      const fetches = Object.fromEntries(
        places.map(([name, place]) => [name, place && gpuTensor(ort, place)] as const),
      );
      const results = await runOnce(inputsOf(feeds), fetches);
      const copied = await download(device, [...answers.values()]);
      const answered: Record<string, Tensor> = {};
      [...answers.keys()].forEach((name, i) => (answered[name] = copied[i]!));
      for (const [name, place] of places) {
        const slot = writes.get(name);
        if (place && slot !== undefined) slots.turn(slot);
        if (place) continue;
        const tensor = fromOrtTensor(results[name]!);
        if (slot === undefined) answered[name] = tensor;
        else slots.put(slot, tensor);
      }
      return answered;
    },
    async dispose() {
      for (const { buffer } of answers.values()) buffer.destroy();
      await oneAtATime('webgpu', () => session.release());
    },
  };
}

export function gpuTensor(ort: OrtModule, { datatype, shape, buffer }: GpuValue): Ort.Tensor {
  return ort.Tensor.fromGpuBuffer(buffer, { dataType: gpuTypes[datatype], dims: shape });
}
