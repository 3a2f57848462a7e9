// Runs the frozen beginning of a model once per sample, so that each epoch costs only what is trained.
import { HaversackError, toFailure } from '../errors.ts';
import type { Graph } from '../onnx/graph.ts';
import { inferShapes } from '../onnx/infer.ts';
import { noLinks, type Step, type StepHost } from '../runtime/step-host.ts';
import { elements } from '../tensor.ts';
import type { TrainControl } from './engine.ts';
import type { FitJob } from './fit.ts';
import { layeredRowStore, memoryRowStore, type RowSpecs, type RowStore } from './row-store.ts';
import { batchesOf, inOrder, inputShapesOf, type SampleSource } from './samples.ts';
import { type Split, splitPrefix } from './split-prefix.ts';

/**
 * Does `work` with the same job over the rest of the model, its samples run through the prefix; with the job itself where
 * that cannot be. What the prefix made lies in memory up to the job's bound, what is more where the job can spill it; where
 * there is no such place, or it is full, the prefix is computed at each step. It is gone when the work has ended.
 */
export async function withCachedPrefix<T>(
  job: FitJob,
  batch: number,
  host: StepHost,
  control: TrainControl,
  work: (ready: FitJob) => Promise<T>,
): Promise<T> {
  if (job.augment) return work(job);
  const inputShapes = inputShapesOf(job.train, batch);
  const typesOf = (rows: number) => typesIfTaken(job.model, inputShapesOf(job.train, rows));
  const split = splitPrefix(job.model, job.trainable, typesOf, batch);
  const stores = split && (await openStores(job, specsOf(split)));
  if (!split || !stores) return work(job);
  try {
    split.prefix.inputs = split.prefix.inputs.map(spec => ({ ...spec, shape: inputShapes[spec.name]! }));
    const prefix = await host.open(split.prefix.toBytes(), noLinks);
    const cached = await filled({ job, split, stores, prefix, batch }, control).finally(() =>
      prefix.dispose(),
    );
    return await work(cached ?? job);
  } finally {
    await stores.train.dispose();
    await stores.validation?.dispose();
  }
}

/** Null where the model does not take such inputs; who trains it then says why. */
function typesIfTaken(
  model: Graph,
  inputShapes: Readonly<Record<string, readonly number[]>>,
): ReturnType<typeof inferShapes> | null {
  try {
    return inferShapes(model, inputShapes);
  } catch (thrown) {
    if (thrown instanceof HaversackError) return null;
    throw thrown;
  }
}

function specsOf({ boundary }: Split): RowSpecs {
  return Object.fromEntries(
    boundary.map(({ name, datatype, shape }) => [name, { datatype, shape: shape.slice(1) }]),
  );
}

interface Stores {
  readonly train: RowStore;
  readonly validation: RowStore | null;
}

/** Null where there is no room. Training rows, which are read more often, have the memory first. */
async function openStores(
  { train, validation, maxCacheBytes, spillRows }: FitJob,
  specs: RowSpecs,
): Promise<Stores | null> {
  const bytesPerRow = Object.values(specs).reduce((sum, { shape }) => sum + 4 * elements(shape), 0);
  let room = Math.floor(maxCacheBytes / bytesPerRow);
  if (!spillRows && train.rows + (validation?.rows ?? 0) > room) return null;
  const open = async (rows: number): Promise<RowStore> => {
    const near = Math.min(rows, room);
    room -= near;
    if (near === rows) return memoryRowStore(specs, rows);
    const spilled = await spillRows!(specs, rows - near);
    return near === 0 ? spilled : layeredRowStore(memoryRowStore(specs, near), near, spilled);
  };
  return unlessFull(async () => {
    const opened = { train: await open(train.rows), validation: null };
    if (!validation) return opened;
    try {
      return { ...opened, validation: await open(validation.rows) };
    } catch (thrown) {
      await opened.train.dispose();
      throw thrown;
    }
  });
}

interface Filling {
  readonly job: FitJob;
  readonly split: Split;
  readonly stores: Stores;
  readonly prefix: Step;
  readonly batch: number;
}

/** Null where the room ran out on the way. */
function filled(
  { job, split, stores, prefix, batch }: Filling,
  control: TrainControl,
): Promise<FitJob | null> {
  const through = async (samples: SampleSource, store: RowStore): Promise<SampleSource> => {
    for (const { rows: order, count } of batchesOf(inOrder(samples.rows), batch)) {
      await control.checkpoint();
      const inputs = await samples.take(order);
      await store.put(
        await prefix.run(
          pick(
            inputs,
            split.prefix.inputs.map(({ name }) => name),
          ),
        ),
        count,
      );
    }
    return withRows(split, samples, store);
  };
  return unlessFull(async () => ({
    ...job,
    model: split.rest,
    train: await through(job.train, stores.train),
    validation: job.validation && (await through(job.validation, stores.validation!)),
  }));
}

/** What the prefix made from the store, what the rest reads itself from where it was. */
function withRows(split: Split, samples: SampleSource, store: RowStore): SampleSource {
  const made = specsOf(split);
  const others = split.rest.inputs.map(({ name }) => name).filter(name => !(name in made));
  return {
    ...samples,
    inputs: { ...made, ...pick(samples.inputs, others) },
    take: async order => {
      const rows = await store.take(order);
      return others.length === 0 ? rows : { ...rows, ...pick(await samples.take(order), others) };
    },
  };
}

/** A cache is worth nothing that a full disk should end a run for. */
async function unlessFull<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (thrown) {
    const { code } = toFailure(thrown);
    if (code === 'QuotaExceeded' || code === 'StorageFailed') return null;
    throw thrown;
  }
}

function pick<T>(values: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(names.map(name => [name, values[name]!]));
}
