// Which learning rate to begin with: the learning rate range test (Smith, arXiv 1506.01186, §3.3), a short run in which the
// rate climbs from far too small to far too large while the loss is watched. Changes nothing: the weights that it moves are
// the host's copies. Knows no recipe's scope.
import { seededRandom } from '../data/random.ts';
import { HaversackError } from '../errors.ts';
import type { StepHost } from '../runtime/step-host.ts';
import type { TrainControl } from './engine.ts';
import type { FitJob } from './fit.ts';
import { withTeacher } from './distill.ts';
import { withCachedPrefix } from './prefix-cache.ts';
import { batchesOf, inOrder } from './samples.ts';
import { Stepper } from './stepper.ts';

export interface RatePoint {
  readonly rate: number;
  /** Of one step's rows, before the step. */
  readonly loss: number;
  /** Of the steps so far, the older ones fading. */
  readonly smoothed: number;
}

export interface RateSweep {
  /** In the order of the rates, which lie evenly on a logarithmic scale. */
  readonly points: readonly RatePoint[];
  /** Null where the loss fell at no rate. */
  readonly suggested: number | null;
  readonly ended: 'blown-up' | 'no-number' | 'highest-rate';
}

const lowest = 1e-6;
const highest = 1;
const maxSteps = 100;
/**
 * Of the moving average, which is corrected for its start as Adam's moments are (Gugger, "How Do You Find A Good Learning
 * Rate", 2018, has 0.98 for several hundred steps).
 */
const fading = 0.9;
/** The sweep ends where the smoothed loss is this many times the least one, and above what it was without training. */
const blownUp = 4;
/** Steps at rates too small to move anything: what the loss is, and how it scatters, without training. */
const stillSteps = 20;
/** The loss fell, or rose, where it left that by so many standard deviations of what is smoothed: batches differ. */
const deviations = 3;
/** Of a moving average of independent values, as a share of their own deviation. */
const smoothing = Math.sqrt((1 - fading) / (1 + fading));
/** And it fell where it came below this share of it. */
const fellShare = 0.95;

/** @throws HaversackError `TrainingImpossible`, `Aborted`, `OperatorUnsupported`, `RuntimeFailed` */
export async function findLearningRate(
  job: FitJob,
  host: StepHost,
  control: TrainControl,
  onPoint: (point: RatePoint) => void = () => undefined,
): Promise<RateSweep> {
  if (job.train.rows === 0) throw new HaversackError('TrainingImpossible', 'There are no rows to train on.');
  const batch = Math.min(job.batchSize, job.train.rows);
  return withCachedPrefix({ ...job, validation: null }, batch, host, control, async cached => {
    const ready = await withTeacher(cached, batch, host, control);
    const stepper = await Stepper.open(ready, batch, host);
    try {
      return await sweep(ready, stepper, control, onPoint);
    } finally {
      await stepper.dispose();
    }
  });
}

async function sweep(
  job: FitJob,
  stepper: Stepper,
  control: TrainControl,
  onPoint: (point: RatePoint) => void,
): Promise<RateSweep> {
  const points: RatePoint[] = [];
  let average = 0;
  const ended = (why: RateSweep['ended']) => ({ points, suggested: suggestedRate(points), ended: why });
  for (const { rows, count } of endlessBatches(job, stepper.rowsPerStep)) {
    const step = points.length + 1;
    if (step > maxSteps) break;
    await control.checkpoint();
    const rate = rateAt(step);
    const loss = await stepper.step(rows, count, step, rate).then(({ loss }) => loss, ifDiverged);
    if (loss === null) return ended('no-number');
    average = fading * average + (1 - fading) * loss;
    const smoothed = average / (1 - fading ** step);
    if (isBlownUp(points, smoothed)) return ended('blown-up');
    const point = { rate, loss, smoothed };
    points.push(point);
    onPoint(point);
  }
  return ended('highest-rate');
}

/** @param step from 1 */
function rateAt(step: number): number {
  return lowest * (highest / lowest) ** ((step - 1) / (maxSteps - 1));
}

function ifDiverged(thrown: unknown): null {
  if (thrown instanceof HaversackError && thrown.code === 'TrainingDiverged') return null;
  throw thrown;
}

function* endlessBatches({ train, seed }: FitJob, size: number) {
  const random = seededRandom(seed);
  const order = inOrder(train.rows);
  for (;;) {
    random.shuffle(order);
    yield* batchesOf(order, size);
  }
}

/**
 * A tenth of the rate at which the smoothed loss was least (Gugger, as above: one order of magnitude before the minimum,
 * where the loss still falls). Null where it fell at no rate, as with a model that knows its rows already.
 */
export function suggestedRate(points: readonly RatePoint[]): number | null {
  const [first, ...later] = points.slice(stillSteps);
  if (!first) return null;
  const { mean, scatter } = stillLoss(points);
  const fallen = Math.min(fellShare * mean, mean - scatter);
  const least = later.reduce((a, b) => (b.smoothed < a.smoothed ? b : a), first);
  return least.smoothed < fallen ? least.rate / 10 : null;
}

function isBlownUp(points: readonly RatePoint[], smoothed: number): boolean {
  if (points.length < stillSteps) return false;
  const { mean, scatter } = stillLoss(points);
  const least = points.reduce((low, point) => Math.min(low, point.smoothed), Infinity);
  return smoothed > blownUp * least && smoothed > mean + scatter;
}

/** `scatter`: how far the smoothed loss may be from the mean where nothing is learnt. */
function stillLoss(points: readonly RatePoint[]): { mean: number; scatter: number } {
  const losses = points.slice(0, stillSteps).map(({ loss }) => loss);
  const mean = losses.reduce((a, b) => a + b) / losses.length;
  const variance = losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / (losses.length - 1);
  return { mean, scatter: deviations * smoothing * Math.sqrt(variance) };
}
