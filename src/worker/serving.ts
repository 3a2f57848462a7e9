// Opens models and answers predictions: sessions by handle, each smoke-tested before it is handed out.
import type { Recorded } from '../core/artifact/recorded.ts';
import { HaversackError } from '../core/errors.ts';
import { ok, type Result } from '../core/result.ts';
import { smokeTest } from '../core/runtime/smoke-test.ts';
import type { TensorMap } from '../core/tensor.ts';
import { answer } from './answer.ts';
import { chosenProvider } from './choice.ts';
import { database } from './database.ts';
import { loadOrt, threads, type WebProvider } from './ort.ts';
import { openOrtSession, type OrtSession } from './ort-session.ts';
import type { OpenedModel, Prediction, ServingApi } from './protocol.ts';
import { readStoredCandidate, readStoredModel, type StoredModel } from './stored-model.ts';

/** More live sessions and the longest unused is closed: ONNX Runtime's memory never shrinks (onnxruntime#21673). */
const maxSessions = 6;

/** By handle, the longest unused first. */
const sessions = new Map<number, OrtSession>();
let lastHandle = 0;

export const serving: ServingApi = {
  open: ref =>
    answer(async () => {
      const started = performance.now();
      const db = await database();
      const provider = await chosenProvider(db, ref);
      const reading = readStoredModel(db, ref);
      warmUp(provider);
      const model = await reading;
      return handOut(await openTested(model, provider), model.variant, started);
    }, 'RuntimeFailed'),

  warmUp: provider => {
    warmUp(provider);
    return Promise.resolve(ok(null));
  },

  openCandidate: digest =>
    answer(async () => {
      const started = performance.now();
      warmUp('wasm');
      const model = await readStoredCandidate(await database(), digest);
      return handOut(await openTested(model, 'wasm'), model.variant, started);
    }, 'RuntimeFailed'),

  openFile: (file, provider = 'wasm') =>
    answer(async () => {
      const started = performance.now();
      return handOut(await openOrtSession(file, provider), 'file', started);
    }, 'RuntimeFailed'),

  close: handle =>
    answer(async () => {
      const session = sessions.get(handle);
      sessions.delete(handle);
      await session?.dispose();
      return null;
    }, 'RuntimeFailed'),

  openCount: () => Promise.resolve(sessions.size),

  bringModel: files =>
    answer(async () => (await import('./bring-model.ts')).bringModel(files), 'ModelInvalid'),

  foundModel: given =>
    answer(async () => {
      const { foundModel } = await import('./found-model.ts');
      return { candidate: await foundModel(await database(), given) };
    }, 'RuntimeFailed'),

  tryVersion: ref => answer(async () => (await import('./try-version.ts')).tryVersion(ref), 'RuntimeFailed'),

  measure: ref => answer(async () => (await import('./measure.ts')).measureVersion(ref), 'RuntimeFailed'),
};

export function predict(handle: number, inputs: TensorMap): Promise<Result<Prediction>> {
  return answer(async () => {
    const session = used(handle);
    const started = performance.now();
    const outputs = await session.run(inputs);
    return { outputs, runMs: performance.now() - started, provider: session.provider };
  }, 'RuntimeFailed');
}

function used(handle: number): OrtSession {
  const session = sessions.get(handle);
  if (!session) throw new HaversackError('RuntimeFailed', `no model is open under handle ${handle}`);
  sessions.delete(handle);
  sessions.set(handle, session);
  return session;
}

/** The runtime compiles while the store is read. A failure is told where the session is opened. */
function warmUp(provider: WebProvider): void {
  loadOrt(provider).catch(() => undefined);
}

/** Where the chosen WebGPU is gone (another driver, a lost device), WASM still answers. */
async function openTested(model: StoredModel, provider: WebProvider): Promise<OrtSession> {
  try {
    return await openAndTest(model, provider);
  } catch (error) {
    if (provider === 'wasm') throw error;
    return openAndTest(model, 'wasm');
  }
}

/** @throws HaversackError `RuntimeFailed` where it does not answer as recorded */
async function openAndTest(model: StoredModel, provider: WebProvider): Promise<OrtSession> {
  const session = await openOrtSession(model.file, provider);
  try {
    if (model.recorded) await assertAnswers(session, model.recorded);
    return session;
  } catch (error) {
    await session.dispose();
    throw error;
  }
}

/** On the first recorded case, which also warms the session up; `measure` runs them all. */
async function assertAnswers(session: OrtSession, { tolerance, cases }: Recorded): Promise<void> {
  const { difference, agrees } = await smokeTest(session, { tolerance, cases: cases.slice(0, 1) });
  if (agrees) return;
  throw new HaversackError(
    'RuntimeFailed',
    `on ${session.provider} it answers ${difference.toExponential(1)} away from what was recorded, allowed ${tolerance}`,
  );
}

function handOut(session: OrtSession, variant: string, started: number): OpenedModel {
  const handle = ++lastHandle;
  sessions.set(handle, session);
  closeLongestUnused();
  return {
    handle,
    variant,
    provider: session.provider,
    threads: session.provider === 'wasm' ? threads : 1,
    openMs: performance.now() - started,
  };
}

function closeLongestUnused(): void {
  for (const [handle, session] of sessions) {
    if (sessions.size <= maxSessions) return;
    sessions.delete(handle);
    session.dispose().catch(() => undefined);
  }
}
