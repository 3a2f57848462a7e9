// Runs the frozen beginning of a model once per sample, so that each epoch costs only what is trained.
import { inferShapes } from '../onnx/infer.ts';
import { noLinks, type StepHost } from '../runtime/step-host.ts';
import { elements, type TensorMap } from '../tensor.ts';
import type { TrainControl } from './engine.ts';
import type { FitJob } from './fit.ts';
import { batchesOf, inMemory, inOrder, inputShapesOf, joinRows, type SampleSource } from './samples.ts';
import { type Split, splitPrefix } from './split-prefix.ts';

/** The same job over the rest of the model, its samples run through the prefix; the job itself where that cannot be. */
export async function cachePrefix(
  job: FitJob,
  batch: number,
  host: StepHost,
  control: TrainControl,
): Promise<FitJob> {
  const inputShapes = inputShapesOf(job.train, batch);
  const split = splitPrefix(job.model, job.trainable, inferShapes(job.model, inputShapes), batch);
  if (!split) return job;
  const rows = job.train.rows + (job.validation?.rows ?? 0);
  const bytesPerRow = split.boundary.reduce((sum, { shape }) => sum + 4 * elements(shape.slice(1)), 0);
  if (rows * bytesPerRow > job.maxCacheBytes) return job;
  split.prefix.inputs = split.prefix.inputs.map(spec => ({ ...spec, shape: inputShapes[spec.name]! }));
  const prefix = await host.open(split.prefix.toBytes(), noLinks);
  try {
    const through = async (samples: SampleSource): Promise<SampleSource> => {
      const made: { results: TensorMap; count: number }[] = [];
      for (const { rows: order, count } of batchesOf(inOrder(samples.rows), batch)) {
        await control.checkpoint();
        const inputs = await samples.take(order);
        const read = split.prefix.inputs.map(({ name }) => [name, inputs[name]!] as const);
        made.push({ results: await prefix.run(Object.fromEntries(read)), count });
      }
      return withCached(split, samples, made);
    };
    return {
      ...job,
      model: split.rest,
      train: await through(job.train),
      validation: job.validation && (await through(job.validation)),
    };
  } finally {
    await prefix.dispose();
  }
}

/** What the prefix made from memory, what the rest reads itself from where it was. */
function withCached(
  { rest, boundary }: Split,
  samples: SampleSource,
  made: readonly { readonly results: TensorMap; readonly count: number }[],
): SampleSource {
  const cached = boundary.map(({ name }) => {
    const parts = made.map(({ results, count }) => ({ tensor: results[name]!, count }));
    return [name, joinRows(parts, samples.rows)] as const;
  });
  const { rows, target } = samples;
  const kept = inMemory({ rows, inputs: Object.fromEntries(cached), target });
  const others = rest.inputs.map(({ name }) => name).filter(name => !(name in kept.inputs));
  if (others.length === 0) return kept;
  return {
    rows,
    target,
    inputs: { ...kept.inputs, ...pick(samples.inputs, others) },
    take: async order => ({ ...(await kept.take(order)), ...pick(await samples.take(order), others) }),
  };
}

function pick<T>(values: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(names.map(name => [name, values[name]!]));
}
