// A training run: rows, engine, new weights in the old graph, judgement, a signed candidate in the store.
import type { Bytes } from '../core/artifact/digest.ts';
import type { Manifest } from '../core/artifact/documents.ts';
import { HaversackError } from '../core/errors.ts';
import { memoryStepHost } from '../core/runtime/step-host.ts';
import type { TrainControl, Trained, TrainEngine, TrainProgress } from '../core/train/engine.ts';
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
import type { TrainOutcome, TrainRequest } from './protocol.ts';
import { settledRecipe } from './settled-recipe.ts';
import { jsonOf } from './stored-model.ts';
import { readVersionData, rowsOf, trainingRows, type VersionData } from './training-data.ts';

/** Largest |difference| between engine and graph, as a share of the engine's largest |value|. */
const conversionTolerance = 1e-5;

/**
 * @throws HaversackError `TrainingImpossible`, `TrainingDiverged`, `Aborted`, `NotInstalled`, `RuntimeFailed`,
 * `QuotaExceeded`
 */
export async function train(
  request: TrainRequest,
  control: TrainControl,
  onProgress: (progress: TrainProgress) => void,
): Promise<TrainOutcome> {
  const db = await database();
  const { manifest } = await openInstalled(db, request.model, request.version);
  const data = await readVersionData(db, manifest);
  const recipe = settledRecipe(request.recipe, data);
  const parent = await readVariant(db, request.model, request.version, manifest.authority.variant);
  const trained = await runEngine(db, { manifest, data, parent, recipe }, control, onProgress);
  const file = trainedFile(parent, trained);
  return withSession({ body: manifest, file: parent }, old =>
    withSession({ body: manifest, file }, async challenger => {
      await checkConversion(challenger, trained, control);
      const comparison = await compareOn(data, { old, challenger }, control);
      const identity = await loadIdentity(db);
      const made = await buildCandidate(db, {
        request: { ...request, recipe },
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
      return { candidate, backend: trained.backend, seconds: trained.seconds, comparison };
    }),
  );
}

interface Job {
  readonly manifest: Manifest;
  readonly data: VersionData;
  readonly parent: Bytes;
  readonly recipe: TrainRecipe;
}

async function runEngine(
  db: Database,
  { manifest, data, parent, recipe }: Job,
  control: TrainControl,
  onProgress: (progress: TrainProgress) => void,
): Promise<Trained> {
  const topology = recipe.engine === 'tfjs' ? await topologyOf(db, manifest) : null;
  const engine = await engineOf(recipe.engine);
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
async function engineOf(name: TrainRecipe['engine']): Promise<TrainEngine> {
  if (name === 'tfjs') {
    const { createTfjsEngine } = await import('../tfjs/engine.ts');
    return createTfjsEngine();
  }
  const { createOnnxEngine } = await import('../core/train/onnx-engine.ts');
  return createOnnxEngine(() => memoryStepHost('wasm', file => openOrtSession(file, 'wasm')));
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
