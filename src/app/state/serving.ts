// Predictions on this device, through the page's one serving worker.
import type { Provider } from '../../core/runtime/session.ts';
import type { Result } from '../../core/result.ts';
import type { TensorMap } from '../../core/tensor.ts';
import type { OpenedModel, ProviderMeasurement } from '../../worker/protocol.ts';
import { type Served, ServedModels, type ServedTarget } from '../bridge/served-models.ts';
import { firstAnswer } from './first-answer.ts';
import { mend } from './mend.ts';
import { rememberProvider } from './head-start.ts';
import { keepRuntime } from './offline-runtime.ts';
import { need } from './services.ts';

export type { Served } from '../bridge/served-models.ts';
export type Target = ServedTarget;

/** In the page's performance timeline: when its first answer was there. The cold start is measured by it. */
const firstPredictionMark = 'haversack:first-prediction';
let answered = false;

let models: ServedModels | null = null;

/** What this page has open, for screens and for other applications alike. */
export function servedModels(): ServedModels {
  return (models ??= new ServedModels(need().serving, mend));
}

export async function openTarget(target: Target): Promise<Result<OpenedModel>> {
  const opened = await servedModels().open(target);
  if (!opened.ok) firstAnswer.settle();
  return opened;
}

export async function predict(target: Target, inputs: TensorMap): Promise<Result<Served>> {
  const answer = await servedModels().predict(target, inputs);
  if (answer.ok && !answered) {
    performance.mark(firstPredictionMark);
    rememberProvider(answer.value.provider);
    answered = true;
  }
  firstAnswer.settle();
  return answer;
}

/** Times this device's providers on a version and keeps the choice; the next prediction uses it. */
export async function measure(target: {
  readonly model: string;
  readonly version: number;
}): Promise<Result<ProviderMeasurement[]>> {
  const result = await need().serving.call(api => api.measure(target));
  servedModels().closeAll(target.model, target.version);
  const best = result.ok ? fastest(result.value) : null;
  if (best !== null) rememberProvider(best);
  if (best === 'webgpu') void keepRuntime(['webgpu']);
  return result;
}

function fastest(measurements: readonly ProviderMeasurement[]): Provider | null {
  const usable = measurements.filter(each => each.agrees && each.failure === null);
  return usable.sort((a, b) => a.medianMs - b.medianMs)[0]?.provider ?? null;
}
