// A graph whose kernels are recorded at its first run and only played back after it (ONNX Runtime's graph capture): the CPU
// has nothing to do for a step but copies. What is played back reads and writes the buffers of the recording, silently and
// whatever has moved since; hence this step has buffers of its own, which slots and feeds are copied into.
import type * as Ort from 'onnxruntime-web';
import { HaversackError } from '../core/errors.ts';
import { checkFeeds, specOf } from '../core/runtime/ort-tensors.ts';
import type { Step, StepLinks } from '../core/runtime/step-host.ts';
import type { Tensor } from '../core/tensor.ts';
import {
  allocate,
  copy,
  download,
  fitsGpu,
  type GpuCopy,
  type GpuSpec,
  type GpuValue,
  isGpuValue,
  isSameSpec,
  upload,
} from './gpu-buffers.ts';
import { type GpuContext, gpuTensor } from './gpu-step.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { onceFailedRefuses } from './ort-session.ts';

/** Whether all of a graph's values have a place on the GPU, as a recording needs. */
export function canCapture({ inputMetadata, outputMetadata }: Ort.InferenceSession): boolean {
  return [...inputMetadata, ...outputMetadata].map(specOf).every(fitsGpu);
}

/**
 * @param unfed an input that may say anything (`computeViews`)
 * @param session opened with `enableGraphCapture`; belongs to the step from here on. It owns its outputs' buffers: those
 * that are given to it (ONNX Runtime Web 1.30) are let go of after the first run.
 */
export function capturedStep(
  { ort, device, slots }: GpuContext,
  session: Ort.InferenceSession,
  { reads, writes }: StepLinks,
  unfed: string | null,
): Step {
  const specs = session.inputMetadata.map(specOf);
  const fed = specs.filter(({ name }) => !reads.has(name) && name !== unfed);
  const inputs = new Map(specs.map(spec => [spec.name, allocate(device, spec as GpuSpec)]));
  const feedsOfSession = Object.fromEntries(
    Array.from(inputs, ([name, value]) => [name, gpuTensor(ort, value)] as const),
  );
  const outputs = session.outputMetadata.map(specOf) as readonly (GpuSpec & { readonly name: string })[];
  const runOnce = onceFailedRefuses('webgpu', () => session.run(feedsOfSession));

  return {
    async run(feeds) {
      checkFeeds(fed, feeds);
      copy(
        device,
        Array.from(reads, ([input, slot]) => copyOf(slot, slots.get(slot), inputs.get(input)!)),
      );
      for (const { name } of fed) upload(device, inputs.get(name)!, feeds[name]!);
      const results = await runOnce();
      const made = outputs.map(({ name, datatype, shape }): readonly [string, GpuValue] => [
        name,
        { datatype, shape, buffer: results[name]!.gpuBuffer },
      ]);
      const carried = made.filter(([name]) => writes.has(name));
      copy(
        device,
        carried.map(([name, from]) => ({ from, to: slots.spare(writes.get(name)!, from) })),
      );
      const answers = made.filter(([name]) => !writes.has(name));
      const copied = await download(
        device,
        answers.map(([, value]) => value),
      );
      for (const [name] of carried) slots.turn(writes.get(name)!);
      for (const name of Object.keys(results)) results[name]!.dispose();
      return Object.fromEntries(answers.map(([name], i): [string, Tensor] => [name, copied[i]!]));
    },
    async dispose() {
      for (const { buffer } of inputs.values()) buffer.destroy();
      await oneAtATime('webgpu', () => session.release());
    },
  };
}

/** @throws HaversackError `InputInvalid` where what the slot holds has no place there */
function copyOf(slot: string, from: GpuValue | Tensor, to: GpuValue): GpuCopy {
  if (!isGpuValue(from)) {
    throw new HaversackError('InputInvalid', `slot ${slot} is ${from.datatype}, which is not on the GPU`);
  }
  if (!isSameSpec(from, to)) {
    throw new HaversackError(
      'InputInvalid',
      `slot ${slot} is ${from.datatype} [${from.shape.join(', ')}], wanted ${to.datatype} [${to.shape.join(', ')}]`,
    );
  }
  return { from, to };
}
