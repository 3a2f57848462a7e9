// A training run: rows, engine, new weights in the old graph, judgement, a signed candidate in the store.
import type { Bytes, Digest } from '../core/artifact/digest.ts';
import type { Manifest } from '../core/artifact/documents.ts';
import { type Failure, HaversackError } from '../core/errors.ts';
import { memoryStepHost } from '../core/runtime/step-host.ts';
import type { TrainControl, Trained, TrainEngine, TrainProgress } from '../core/train/engine.ts';
import type { Continuation, FitState } from '../core/train/fit-state.ts';
import type { TrainRecipe } from '../core/train/recipe.ts';
import { trainedFile } from '../core/train/trained-file.ts';
import { saveCandidate } from '../device/candidates.ts';
import type { Database } from '../device/db.ts';
import { loadIdentity } from '../device/identity.ts';
import { openInstalled, readFile, readVariant } from '../device/library.ts';
import { answersOn, type Judged } from './answers.ts';
import { buildCandidate } from './build-candidate.ts';
import { database } from './database.ts';
import { compareOn, withSession } from './judge-versions.ts';
import { openOrtSession } from './ort-session.ts';
import type { RunProgress, TrainOutcome, TrainRequest } from './protocol.ts';
import { settledRecipe } from './settled-recipe.ts';
import { jsonOf } from './stored-model.ts';
import { readVersionData, rowsOf, trainingRows, type VersionData } from './training-data.ts';
import { identityOf, keeping, openUnfinished } from './unfinished-run.ts';

/** Largest |difference| between engine and graph, as a share of the engine's largest |value|. */
const conversionTolerance = 1e-5;

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
  const installed = await openInstalled(db, request.model, request.version);
  const { manifest } = installed;
  const data = await readVersionData(db, manifest);
  const recipe = settledRecipe(request.recipe, data);
  const parent = await readVariant(db, request.model, request.version, manifest.authority.variant);
  const job: Job = { request: { ...request, recipe }, manifest, data, parent };
  const identity = await identityOf(request, installed, data);
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

interface Job {
  /** With all that its recipe left to the data. */
  readonly request: TrainRequest;
  readonly manifest: Manifest;
  readonly data: VersionData;
  readonly parent: Bytes;
}

async function runEngine(
  db: Database,
  { request: { recipe }, manifest, data, parent }: Job,
  control: TrainControl,
  onProgress: (progress: TrainProgress) => void,
  continuation: Continuation,
): Promise<Trained> {
  const topology = recipe.engine === 'tfjs' ? await topologyOf(db, manifest) : null;
  const engine = await engineOf(recipe.engine, continuation);
  const validation = rowsOf(data.parent, 'validation', data.labels);
  return engine.train(
    {
      topology,
      model: parent,
      classes: data.labels.length,
      train: trainingRows(data, recipe.newSampleRepeats),
      validation: validation.rows > 0 ? validation : null,
      recipe,
    },
    control,
    onProgress,
  );
}

/** Each engine is loaded when a recipe asks for it: TensorFlow.js is larger than all the rest. */
async function engineOf(name: TrainRecipe['engine'], continuation: Continuation): Promise<TrainEngine> {
  if (name === 'tfjs') {
    const { createTfjsEngine } = await import('../tfjs/engine.ts');
    return createTfjsEngine();
  }
  const { createOnnxEngine } = await import('../core/train/onnx-engine.ts');
  return createOnnxEngine(() => memoryStepHost('wasm', file => openOrtSession(file, 'wasm')), continuation);
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
  if (difference <= conversionTolerance) return;
  throw new HaversackError(
    'RuntimeFailed',
    `the trained graph is ${difference.toExponential(1)} away from what was trained, allowed ${conversionTolerance}`,
  );
}
