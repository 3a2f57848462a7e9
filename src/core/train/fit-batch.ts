// As many rows at once as memory holds: where a batch is too large, the same step is taken in several smaller ones whose
// gradients are added up.
import { HaversackError } from '../errors.ts';
import type { FitJob } from './fit.ts';
import { neededBytes } from './memory.ts';
import { stepGraph } from './stepper.ts';

export interface MemoryPlan {
  /** That a step takes, with `rowsAtOnce`. */
  readonly bytes: number;
  readonly maxBytes: number;
  readonly rowsAtOnce: number;
  /** Batches whose gradients make one step. */
  readonly accumulate: number;
  /** False: not even the fewest rows at once go in. */
  readonly fits: boolean;
}

/**
 * Fewer rows than this make no statistics to normalize by. (Normalization over parts of a batch: Hoffer et al.,
 * arXiv 1705.08741, who find parts of 32 to 256 to generalise no worse.)
 */
const minNormalizedRows = 8;

/**
 * Rows at once are the job's, or the largest of their divisors of at most half, a quarter … that fits, so that a step
 * has the very rows that it would have had. By batch statistics, a step over parts is not the same step: each part is
 * normalized by its own mean and variance, and running statistics follow each of them.
 * @param maxBytes that the run may take
 */
export function memoryPlan(job: FitJob, maxBytes: number): MemoryPlan {
  const batch = Math.min(job.batchSize, job.train.rows);
  const accumulate = job.optimizer.options?.accumulate ?? 1;
  for (let rowsAtOnce = batch; ; rowsAtOnce = divisorUpTo(batch, Math.floor(rowsAtOnce / 2))) {
    const parts = (batch / rowsAtOnce) * accumulate;
    const graph = stepGraph(accumulating(job, rowsAtOnce, parts), rowsAtOnce);
    const bytes = neededBytes(graph.memory);
    const fewest = graph.statistics.length > 0 ? Math.min(batch, minNormalizedRows) : 1;
    const plan = { bytes, maxBytes, rowsAtOnce, accumulate: parts, fits: bytes <= maxBytes };
    if (plan.fits || divisorUpTo(batch, Math.floor(rowsAtOnce / 2)) < fewest) return plan;
  }
}

/** The job with as many rows at once as fit. @throws HaversackError `TrainingImpossible`, with the figures */
export function withinMemory(job: FitJob, maxBytes: number): FitJob {
  const plan = memoryPlan(job, maxBytes);
  if (plan.fits) return accumulating(job, plan.rowsAtOnce, plan.accumulate);
  throw new HaversackError(
    'TrainingImpossible',
    `A step over ${plan.rowsAtOnce} rows at once needs about ${megabytes(plan.bytes)}, and there are ${megabytes(maxBytes)} to train in: train less of the model (its head, or biases and norms only)${normalized(job, plan)}.`,
  );
}

function normalized(job: FitJob, { rowsAtOnce }: MemoryPlan): string {
  return job.statistics === 'batch' && rowsAtOnce > 1
    ? ', or freeze the statistics of batch normalization, so that fewer rows will do'
    : '';
}

function accumulating(job: FitJob, batchSize: number, accumulate: number): FitJob {
  const { options } = job.optimizer;
  if (batchSize === job.batchSize && accumulate === (options?.accumulate ?? 1)) return job;
  return { ...job, batchSize, optimizer: { ...job.optimizer, options: { ...options, accumulate } } };
}

/** 0 where there is none. */
function divisorUpTo(whole: number, most: number): number {
  let divisor = most;
  while (divisor > 0 && whole % divisor !== 0) divisor--;
  return divisor;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
