// Runs the frozen beginning of a model once per sample, so that each epoch costs only what is trained.
import type { OpenSession } from '../runtime/session.ts';
import { inferShapes } from '../onnx/infer.ts';
import { elements, type TensorMap } from '../tensor.ts';
import type { TrainControl } from './engine.ts';
import type { FitJob } from './fit.ts';
import { batchesOf, inOrder, inputShapesOf, joinRows, type Samples, takeSamples } from './samples.ts';
import { type Split, splitPrefix } from './split-prefix.ts';

/** The same job over the rest of the model, its samples run through the prefix; the job itself where that cannot be. */
export async function cachePrefix(
  job: FitJob,
  batch: number,
  openSession: OpenSession,
  control: TrainControl,
): Promise<FitJob> {
  const inputShapes = inputShapesOf(job.train, batch);
  const split = splitPrefix(job.model, job.trainable, inferShapes(job.model, inputShapes), batch);
  if (!split) return job;
  const rows = job.train.rows + (job.validation?.rows ?? 0);
  const bytesPerRow = split.boundary.reduce((sum, { shape }) => sum + 4 * elements(shape.slice(1)), 0);
  if (rows * bytesPerRow > job.maxCacheBytes) return job;
  split.prefix.inputs = split.prefix.inputs.map(spec => ({ ...spec, shape: inputShapes[spec.name]! }));
  const session = await openSession(split.prefix.toBytes());
  try {
    const through = async (samples: Samples): Promise<Samples> => {
      const made: { results: TensorMap; count: number }[] = [];
      for (const { rows: order, count } of batchesOf(inOrder(samples.rows), batch)) {
        await control.checkpoint();
        const { inputs } = takeSamples(samples, order);
        const read = split.prefix.inputs.map(({ name }) => [name, inputs[name]!] as const);
        made.push({ results: await session.run(Object.fromEntries(read)), count });
      }
      return { ...samples, inputs: joinedInputs(split, samples, made) };
    };
    return {
      ...job,
      model: split.rest,
      train: await through(job.train),
      validation: job.validation && (await through(job.validation)),
    };
  } finally {
    await session.dispose();
  }
}

function joinedInputs(
  { rest, boundary }: Split,
  samples: Samples,
  made: readonly { readonly results: TensorMap; readonly count: number }[],
): TensorMap {
  const cached = new Set(boundary.map(({ name }) => name));
  return Object.fromEntries(
    rest.inputs.map(({ name }) => {
      if (!cached.has(name)) return [name, samples.inputs[name]!];
      const parts = made.map(({ results, count }) => ({ tensor: results[name]!, count }));
      return [name, joinRows(parts, samples.rows)];
    }),
  );
}
