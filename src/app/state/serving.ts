// Predictions on this device: opens each version once in the serving worker, and again where that worker is gone.
import type { Digest } from '../../core/artifact/digest.ts';
import type { Provider } from '../../core/runtime/session.ts';
import { ok, type Result } from '../../core/result.ts';
import type { TensorMap } from '../../core/tensor.ts';
import type { OpenedModel, ProviderMeasurement } from '../../worker/protocol.ts';
import type { ErrorCode } from '../../core/errors.ts';
import { mend } from './mend.ts';
import { rememberProvider } from './head-start.ts';
import { keepRuntime } from './offline-runtime.ts';
import { need } from './services.ts';

/** A version on this device, or what this device made and is still judging. */
export type Target =
  | { readonly model: string; readonly version: number; readonly variant?: string }
  | { readonly candidate: Digest };

export interface Served {
  readonly outputs: TensorMap;
  readonly variant: string;
  readonly provider: Provider;
  readonly threads: number;
  readonly runMs: number;
  /** What opening it took, once. */
  readonly openMs: number;
  /** From the question to the answer on this page, the worker's way there and back included, opening not. */
  readonly totalMs: number;
}

interface Open {
  readonly generation: number;
  readonly opening: Promise<Result<OpenedModel>>;
}

/** In the page's performance timeline: when its first answer was there. The cold start is measured by it. */
const firstPredictionMark = 'haversack:first-prediction';
let answered = false;

/** The one in use and the one before, so that going back is at once. */
const keptOpen = 2;
/** By target; the longest unused first. */
const opened = new Map<string, Open>();

function keyOf(target: Target): string {
  return 'candidate' in target
    ? `candidate:${target.candidate}`
    : `${target.model}@${target.version}/${target.variant ?? ''}`;
}

/** Opens it, or answers the one that is open. Called ahead of the first question, it saves that one the wait. */
export async function openTarget(target: Target): Promise<Result<OpenedModel>> {
  const first = await openOnce(target);
  if (first.ok || !('version' in target) || !lacksPieces.has(first.error.code)) return first;
  return (await mend(target.model, target.version)) ? openOnce(target) : first;
}

/** What opening says where the browser's storage lost or damaged pieces of a version. */
const lacksPieces: ReadonlySet<ErrorCode> = new Set(['ChunkInvalid', 'NotInstalled']);

async function openOnce(target: Target): Promise<Result<OpenedModel>> {
  const { serving } = need();
  const key = keyOf(target);
  const known = opened.get(key);
  opened.delete(key);
  if (known?.generation === serving.generation) {
    opened.set(key, known);
    return known.opening;
  }
  const opening = serving.call(api =>
    'candidate' in target ? api.openCandidate(target.candidate) : api.open(target),
  );
  const entry = { generation: serving.generation, opening };
  opened.set(key, entry);
  for (const old of [...opened.keys()].slice(0, -keptOpen)) closeTarget(old);
  const result = await opening;
  if (!result.ok && opened.get(key) === entry) opened.delete(key);
  return result;
}

function closeTarget(key: string): void {
  const entry = opened.get(key);
  opened.delete(key);
  const { serving } = need();
  if (entry?.generation !== serving.generation) return;
  void entry.opening.then(result =>
    result.ok && entry.generation === serving.generation
      ? serving.call(api => api.close(result.value.handle))
      : null,
  );
}

/** A handle that died with its worker, or was closed for others, is opened again, once. */
export async function predict(target: Target, inputs: TensorMap): Promise<Result<Served>> {
  const first = await ask(target, inputs);
  if (first.ok || first.error.code !== 'RuntimeFailed') return first;
  opened.delete(keyOf(target));
  return ask(target, inputs);
}

async function ask(target: Target, inputs: TensorMap): Promise<Result<Served>> {
  const { serving } = need();
  const model = await openTarget(target);
  if (!model.ok) return model;
  const { handle, variant, threads, openMs } = model.value;
  const started = performance.now();
  const answer = await serving.predict(handle, inputs);
  if (!answer.ok) return answer;
  if (!answered) {
    performance.mark(firstPredictionMark);
    rememberProvider(answer.value.provider);
  }
  answered = true;
  const { outputs, provider, runMs } = answer.value;
  return ok({ outputs, variant, provider, threads, openMs, runMs, totalMs: performance.now() - started });
}

/** Times this device's providers on a version and keeps the choice; the next prediction uses it. */
export async function measure(target: {
  readonly model: string;
  readonly version: number;
}): Promise<Result<ProviderMeasurement[]>> {
  const result = await need().serving.call(api => api.measure(target));
  for (const key of [...opened.keys()]) {
    if (key.startsWith(`${target.model}@${target.version}/`)) closeTarget(key);
  }
  const best = result.ok ? fastest(result.value) : null;
  if (best !== null) rememberProvider(best);
  if (best === 'webgpu') void keepRuntime(['webgpu']);
  return result;
}

function fastest(measurements: readonly ProviderMeasurement[]): Provider | null {
  const usable = measurements.filter(each => each.agrees && each.failure === null);
  return usable.sort((a, b) => a.medianMs - b.medianMs)[0]?.provider ?? null;
}
