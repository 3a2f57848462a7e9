// Which learning rate a run would do well to begin with, by a sweep over its own rows. Stores nothing.
import { HaversackError } from '../core/errors.ts';
import type { TrainControl } from '../core/train/engine.ts';
import type { RatePoint, RateSweep } from '../core/train/find-learning-rate.ts';
import { database } from './database.ts';
import type { TrainRequest } from './protocol.ts';
import { jobOf, onnxEngineFor, trainJobOf } from './train.ts';

/** @throws HaversackError `TrainingImpossible`, `Aborted`, `NotInstalled`, `RuntimeFailed` */
export async function findRate(
  request: TrainRequest,
  control: TrainControl,
  onPoint: (point: RatePoint) => void,
): Promise<RateSweep> {
  if (request.recipe.engine !== 'onnx') {
    throw new HaversackError('TrainingImpossible', 'Only the engine onnx finds a learning rate.');
  }
  const job = await jobOf(await database(), request);
  const engine = await onnxEngineFor(job.request);
  return engine.findLearningRate(trainJobOf(job, null), control, onPoint);
}
