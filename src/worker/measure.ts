// Times every provider of this device on a version's recorded inputs, and how far each is from what was recorded.
import { toFailure } from '../core/errors.ts';
import { median } from '../core/median.ts';
import { fromRecorded, fromRecordedMap } from '../core/runtime/recorded-tensors.ts';
import type { TensorSpec } from '../core/runtime/session.ts';
import { smokeTest } from '../core/runtime/smoke-test.ts';
import { elements, type TensorMap } from '../core/tensor.ts';
import { createBreath } from './breath.ts';
import { keepChoice } from './choice.ts';
import { database } from './database.ts';
import { hasWebGpu, type WebProvider } from './ort.ts';
import { openOrtSession, type OrtSession } from './ort-session.ts';
import type { ProviderMeasurement, VersionRef } from './protocol.ts';
import { readStoredModel, type StoredModel } from './stored-model.ts';

const minRuns = 10;
const maxRuns = 50;
/** After `minRuns`, a slow model is timed no longer than this. */
const budgetMs = 1000;
/** Runs that are not counted: they compile pipelines and fill caches. */
const warmUpRuns = 2;

/** Measures, keeps the choice in the store, and answers what was measured. */
export async function measureVersion(ref: VersionRef): Promise<ProviderMeasurement[]> {
  const db = await database();
  const model = await readStoredModel(db, ref);
  const measurements = [await measure(model, 'wasm')];
  measurements.push(
    (await hasWebGpu()) ? await measure(model, 'webgpu') : failed('webgpu', 'no WebGPU adapter'),
  );
  await keepChoice(db, ref, measurements);
  return measurements;
}

async function measure(model: StoredModel, provider: WebProvider): Promise<ProviderMeasurement> {
  try {
    const started = performance.now();
    const session = await openOrtSession(model.file, provider);
    const openMs = performance.now() - started;
    try {
      const { difference, agrees } = await agreement(session, model);
      return {
        provider,
        medianMs: await medianRun(session, model),
        openMs,
        difference,
        agrees,
        failure: null,
      };
    } finally {
      await session.dispose();
    }
  } catch (error) {
    return failed(provider, toFailure(error, 'RuntimeFailed').detail);
  }
}

function failed(provider: WebProvider, failure: string): ProviderMeasurement {
  return { provider, medianMs: 0, openMs: 0, difference: null, agrees: false, failure };
}

/** Without a record there is nothing to disagree with. */
async function agreement(
  session: OrtSession,
  { recorded }: StoredModel,
): Promise<{ difference: number | null; agrees: boolean }> {
  return recorded ? smokeTest(session, recorded) : { difference: null, agrees: true };
}

async function medianRun(session: OrtSession, { recorded }: StoredModel): Promise<number> {
  const feeds = recorded?.cases[0] ? fromRecordedMap(recorded.cases[0].inputs) : zeros(session.inputs);
  for (let i = 0; i < warmUpRuns; i++) await session.run(feeds);
  const breathe = createBreath();
  const times: number[] = [];
  const started = performance.now();
  while (times.length < minRuns || (times.length < maxRuns && performance.now() - started < budgetMs)) {
    const before = performance.now();
    await session.run(feeds);
    times.push(performance.now() - before);
    await breathe();
  }
  return median(times);
}

/** One sample of zeros; a dimension of free size is 1. */
function zeros(inputs: readonly TensorSpec[]): TensorMap {
  return Object.fromEntries(
    inputs.map(({ name, datatype, shape }) => {
      const sizes = shape.map(size => (size === -1 ? 1 : size));
      return [
        name,
        fromRecorded({ datatype, shape: sizes, data: new Array<number>(elements(sizes)).fill(0) }),
      ];
    }),
  );
}
