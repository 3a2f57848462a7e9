// The second training engine: TensorFlow.js, on WebGPU, else WebGL, else the CPU. Loading this file loads no part of it;
// making an engine does.
import { HaversackError, toFailure } from '../core/errors.ts';
import type { TrainControl, Trained, TrainEngine, TrainJob, TrainProgress } from '../core/train/engine.ts';
import type { BackendName } from './backend.ts';
import { parseTopology } from './topology.ts';

export type TfjsEngine = TrainEngine & {
  /** What computes; another one after a run on it failed at its first step. */
  readonly backend: BackendName;
};

/**
 * @param backends in the order in which they are tried.
 * @throws HaversackError `TrainingImpossible` where none of them starts.
 */
export async function createTfjsEngine(
  backends: readonly BackendName[] = ['webgpu', 'webgl', 'cpu'],
): Promise<TfjsEngine> {
  const { startBackend } = await import('./backend.ts');
  const left = [...backends];

  async function next(cause?: unknown): Promise<BackendName> {
    for (let name = left.shift(); name; name = left.shift()) if (await startBackend(name)) return name;
    throw new HaversackError('TrainingImpossible', `None of ${backends.join(', ')} can compute here.`, {
      cause,
    });
  }

  let backend = await next();
  return {
    name: 'tfjs',
    get backend() {
      return backend;
    },
    async train(job, control, onProgress) {
      if (job.recipe.distillation?.weight) {
        throw new HaversackError('TrainingImpossible', 'tfjs does not distil; the engine onnx does.');
      }
      for (;;) {
        // What is wrong with the job is wrong on every backend, and one that has computed a step can compute.
        const run = { isFinal: false };
        const watched: TrainControl = {
          checkpoint: () =>
            control.checkpoint().catch((thrown: unknown) => {
              run.isFinal = true;
              throw thrown;
            }),
        };
        const told = (progress: TrainProgress) => {
          run.isFinal = true;
          onProgress(progress);
        };
        try {
          return await trainOn(backend, job, watched, told);
        } catch (thrown) {
          if (thrown instanceof HaversackError) throw thrown;
          const { code, detail } = toFailure(thrown, 'RuntimeFailed');
          if (run.isFinal || left.length === 0)
            throw new HaversackError(code, `TensorFlow.js: ${detail}`, { cause: thrown });
          backend = await next(thrown);
        }
      }
    },
  };
}

async function trainOn(
  backend: BackendName,
  job: TrainJob,
  control: TrainControl,
  onProgress: (progress: TrainProgress) => void,
): Promise<Trained> {
  const { trainRun } = await import('./train-run.ts');
  return trainRun(job, parseTopology(job.topology), backend, control, onProgress);
}
