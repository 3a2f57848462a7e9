// A training run: rows, engine, new weights in the old graph, judgement, a signed candidate in the store.
import type { Bytes, Digest } from '../core/artifact/digest.ts';
import type { Manifest } from '../core/artifact/documents.ts';
import { type Failure, HaversackError } from '../core/errors.ts';
import type { ChosenHost, HostTiming } from '../core/train/choose-host.ts';
import type { TrainControl, Trained, TrainEngine, TrainJob, TrainProgress } from '../core/train/engine.ts';
import { type Continuation, type FitState, fromTheStart } from '../core/train/fit-state.ts';
import type { OnnxEngine } from '../core/train/onnx-engine.ts';
import { trainedFile } from '../core/train/trained-file.ts';
import type { MemoryPlan } from '../core/train/fit-batch.ts';
import { saveCandidate } from '../device/candidates.ts';
import type { Database } from '../device/db.ts';
import { loadIdentity } from '../device/identity.ts';
import { openInstalled, readFile, readVariant } from '../device/library.ts';
import { openPrefixRows } from '../device/prefix-rows.ts';
import { answersOn, type Judged } from './answers.ts';
import { buildCandidate } from './build-candidate.ts';
import { database } from './database.ts';
import { compareOn, withSession } from './judge-versions.ts';
import type { RunProgress, TrainOutcome, TrainRequest } from './protocol.ts';
import { settledRecipe } from './settled-recipe.ts';
import { jsonOf } from './stored-model.ts';
import { trainHosts } from './train-hosts.ts';
import { trainingBytes } from './training-memory.ts';
import { readVersionData, rowsOf, trainingRows, type VersionData } from './training-data.ts';
import { identityOf, keeping, openUnfinished } from './unfinished-run.ts';

/** Largest |difference| between engine and graph, as a share of the engine's largest |value|. */
const conversionTolerance = 1e-5;
/** Where the engine answered on a GPU, which adds up in another order, and in float32 all the way. */
const gpuTolerance = 1e-3;

/**
 * @throws HaversackError `TrainingImpossible`, `TrainingDiverged`, `Aborted`, `NotInstalled`, `RuntimeFailed`,
 * `QuotaExceeded`
 */
export function train(
  request: TrainRequest,
  control: TrainControl,
  onProgress: (progress: RunProgress) => void,
): Promise<TrainOutcome> {
  return trainFrom(null, request, control, onProgress);
}

/**
 * From where a run was cut short. @param run the id of its row
 * @throws HaversackError as `train`; `TrainingImpossible` also where it cannot go on
 */
export async function goOn(
  run: Digest,
  control: TrainControl,
  onProgress: (progress: RunProgress) => void,
): Promise<TrainOutcome> {
  const { request, state } = await openUnfinished(run);
  return trainFrom(state, request, control, onProgress);
}

async function trainFrom(
  resume: FitState | null,
  request: TrainRequest,
  control: TrainControl,
  onProgress: (progress: RunProgress) => void,
): Promise<TrainOutcome> {
  const db = await database();
  const job = await jobOf(db, request);
  const identity = await identityOf(
    request,
    await openInstalled(db, request.model, request.version),
    job.data,
  );
  let unkept: Failure | null = null;
  const kept = { identity, resume, onUnkept: (failure: Failure) => (unkept = failure) };
  return keeping(db, kept, async continuation => {
    const report = (progress: TrainProgress) => onProgress({ ...progress, unkept });
    return judged(db, job, await runEngine(db, job, control, report, continuation), control);
  });
}

/** Old and new, and a candidate of the new one in the store. */
function judged(db: Database, job: Job, trained: Trained, control: TrainControl): Promise<TrainOutcome> {
  const { request, manifest, data, parent } = job;
  const file = trainedFile(parent, trained);
  return withSession({ body: manifest, file: parent }, old =>
    withSession({ body: manifest, file }, async challenger => {
      await checkConversion(challenger, trained, control);
      const comparison = await compareOn(data, { old, challenger }, control);
      const identity = await loadIdentity(db);
      const made = await buildCandidate(db, {
        request,
        manifest,
        data,
        file,
        session: challenger.session,
        comparison,
        device: identity.keyId,
      });
      // The last moment at which a stop leaves nothing behind.
      await control.checkpoint();
      const candidate = await saveCandidate(db, identity, { ...made, comparison });
      const { backend, seconds, diverged } = trained;
      return { candidate, backend, seconds, comparison, diverged };
    }),
  );
}

export interface Job {
  /** With all that its recipe left to the data. */
  readonly request: TrainRequest;
  readonly manifest: Manifest;
  readonly data: VersionData;
  readonly parent: Bytes;
}

export async function jobOf(db: Database, request: TrainRequest): Promise<Job> {
  const { manifest } = await openInstalled(db, request.model, request.version);
  const data = await readVersionData(db, manifest);
  const recipe = settledRecipe(request.recipe, data);
  const parent = await readVariant(db, request.model, request.version, manifest.authority.variant);
  return { request: { ...request, recipe }, manifest, data, parent };
}

/** @param topology for an engine that needs one */
export function trainJobOf({ request: { recipe }, data, parent }: Job, topology: unknown): TrainJob {
  const validation = rowsOf(data.parent, 'validation', data.labels);
  return {
    topology,
    model: parent,
    classes: data.labels.length,
    train: trainingRows(data, recipe.newSampleRepeats),
    validation: validation.rows > 0 ? validation : null,
    recipe,
    maxBytes: trainingBytes(),
  };
}

/** Null for an engine that does not say. @throws HaversackError `TrainingImpossible`, `NotInstalled` */
export async function estimate(request: TrainRequest): Promise<MemoryPlan | null> {
  if (request.recipe.engine !== 'onnx') return null;
  const { estimateMemory } = await import('../core/train/onnx-engine.ts');
  return estimateMemory(trainJobOf(await jobOf(await database(), request), null), trainingBytes());
}

async function runEngine(
  db: Database,
  job: Job,
  control: TrainControl,
  onProgress: (progress: TrainProgress) => void,
  continuation: Continuation,
): Promise<Trained> {
  const { request, manifest } = job;
  const topology = request.recipe.engine === 'tfjs' ? await topologyOf(db, manifest) : null;
  let timings: readonly HostTiming[] = [];
  const engine = await engineOf(request, continuation, chosen => (timings = chosen.timings));
  return engine.train(trainJobOf(job, topology), control, progress =>
    onProgress(timings.length > 0 ? { ...progress, timings } : progress),
  );
}

/** Each engine is loaded when a recipe asks for it: TensorFlow.js is larger than all the rest. */
async function engineOf(
  request: TrainRequest,
  continuation: Continuation,
  onChosen: (chosen: ChosenHost) => void,
): Promise<TrainEngine> {
  if (request.recipe.engine === 'tfjs') {
    const { createTfjsEngine } = await import('../tfjs/engine.ts');
    return createTfjsEngine();
  }
  return onnxEngineFor(request, continuation, onChosen);
}

export async function onnxEngineFor(
  { compute = 'auto' }: TrainRequest,
  continuation: Continuation = fromTheStart,
  onChosen: (chosen: ChosenHost) => void = () => undefined,
): Promise<OnnxEngine> {
  const { createOnnxEngine } = await import('../core/train/onnx-engine.ts');
  return createOnnxEngine(trainHosts(continuation.resume ?? compute, onChosen), continuation, openPrefixRows);
}

/** The layers as TensorFlow.js has them; the other engine reads them off the graph. */
async function topologyOf(db: Database, { artifacts: { topology } }: Manifest): Promise<unknown> {
  if (topology?.engine === 'tfjs') return jsonOf(await readFile(db, topology.file), 'topology');
  const got = topology ? `the one of ${topology.engine}` : 'none';
  throw new HaversackError('TrainingImpossible', `tfjs needs its topology, it came with ${got}`);
}

/** @throws HaversackError `RuntimeFailed` where the graph with the new weights answers otherwise than the engine did */
async function checkConversion(judged: Judged, { check }: Trained, control: TrainControl): Promise<void> {
  const rows = { features: check.features, rows: check.rows, labels: new Int32Array(check.rows) };
  const { probabilities } = await answersOn(judged, rows, control);
  if (!probabilities) return;
  const scale = check.probabilities.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  let difference = 0;
  probabilities.forEach((value, i) => {
    difference = Math.max(difference, Math.abs(value - check.probabilities[i]!) / scale);
  });
  const allowed = check.computedOn === 'gpu' ? gpuTolerance : conversionTolerance;
  if (difference <= allowed) return;
  throw new HaversackError(
    'RuntimeFailed',
    `the trained graph is ${difference.toExponential(1)} away from what was trained, allowed ${allowed}`,
  );
}
