// Teaches the last blocks of what embeds photos, together with a head: from the head alone on, in the gradient engine's step.
// Knows no store and no runtime.
import type { Bytes } from '../artifact/digest.ts';
import { HaversackError } from '../errors.ts';
import type { OpenSession } from '../runtime/session.ts';
import type { StepHost } from '../runtime/step-host.ts';
import type { TrainControl } from '../train/engine.ts';
import { fit, type FitJob, type FitProgress, type Fitted } from '../train/fit.ts';
import { fromTheStart } from '../train/fit-state.ts';
import type { OpenHost } from '../train/onnx-engine.ts';
import type { SampleSource } from '../train/samples.ts';
import { withStepProbe } from '../train/step-probe.ts';
import { trainedFile } from '../train/trained-file.ts';
import { whileDevicesLast } from '../train/while-devices-last.ts';
import { batchSize, blockJob, type BlockSettings } from './block-job.ts';
import { BlockEye, lookAt, type LookedAt, type Looking, type PhotoOfRow, viewsWithin } from './block-rows.ts';
import { calibratedBlocks } from './calibrate-blocks.ts';
import { composeClassifier } from './compose-classifier.ts';
import type { Embedder } from './embedder.ts';
import { type LabelledEmbeddings, rowsAt } from './labelled-embeddings.ts';
import { partClassifier, type PartedClassifier } from './last-blocks.ts';
import { augmentationOf, type PhotoChanges } from './photo-changes.ts';
import { trainHead } from './train-head.ts';
import { learningParts } from './validation-part.ts';

/** Views of each photo, where memory bears as many: kept, they cost the frozen beginning once (docs/teaching-by-showing.md). */
const mostViews = 6;
/** What the frozen beginning made may take this much memory, for all photos. */
const maxRowBytes = 256 * 2 ** 20;
/** Photos and steps by which it is told what a run takes. */
const probedPhotos = 4;
const probedSteps = 2;

export interface BlocksLesson extends BlockSettings {
  readonly embedder: Embedder;
  /** What is learnt from: nothing of the part that is held out. */
  readonly rows: LabelledEmbeddings;
  readonly photo: PhotoOfRow;
  readonly changes: PhotoChanges;
}

/** What computes. */
export interface BlocksMachine {
  /** For what is run without being trained. */
  readonly openSession: OpenSession;
  /** The host is the run's, which disposes of it. */
  readonly openHost: OpenHost;
}

export interface BlocksProgress {
  /** `looking`: photos go through what stays as it is; `learning`: steps are taken. */
  readonly phase: 'looking' | 'learning';
  readonly done: number;
  readonly total: number;
  /** Of the phase; null where nothing has been timed yet. */
  readonly remainingMs: number | null;
}

export interface TaughtBlocks {
  /** As `composeClassifier` makes it, with what was learnt. */
  readonly file: Bytes;
  /** Of the head that it began with. */
  readonly penalty: number;
  /** What the logits were divided by at the end. */
  readonly temperature: number;
  /** Of the embedder's weights, that learnt. */
  readonly share: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly provider: Fitted['provider'];
  /** The rows that said when to stop, by what was kept: places in the lesson's rows, and [rows, classes], calibrated. */
  readonly judged: { readonly rows: readonly number[]; readonly probabilities: Float32Array<ArrayBuffer> };
}

/**
 * The head is learnt anew without the rows that say when to stop: it would have them by heart, and they would say so.
 * @throws HaversackError `TrainingImpossible`, `TrainingDiverged`, `Aborted`, `RuntimeFailed`
 */
export async function teachLastBlocks(
  lesson: BlocksLesson,
  machine: BlocksMachine,
  control: TrainControl,
  onProgress: (progress: BlocksProgress) => void,
): Promise<TaughtBlocks> {
  const begun = await begin(lesson, control);
  const { learn, validate } = await looked(begun, machine.openSession, control, onProgress);
  const job = jobOf(begun, sourceOf(learn), validate.source);
  return whileDevicesLast(fromTheStart, async (from, losses) => {
    const host = await machine.openHost(() => job, control, losses);
    try {
      const fitted = await fit(job, host, control, told(onProgress), from);
      return await taught(begun, fitted, validate, host);
    } finally {
      await host.dispose();
    }
  });
}

function told(onProgress: (progress: BlocksProgress) => void): (progress: FitProgress) => void {
  return ({ step, steps, workedMs }) => {
    const remainingMs = (workedMs / step) * (steps - step);
    onProgress({ phase: 'learning', done: step, total: steps, remainingMs });
  };
}

async function taught(
  { file, parted, penalty }: Begun,
  fitted: Fitted,
  validate: LookedAt,
  host: StepHost,
): Promise<TaughtBlocks> {
  const judged = await calibratedBlocks(parted, fitted.weights, validate.source, host);
  return {
    file: trainedFile(file, { weights: judged.weights, changes: [] }),
    penalty,
    temperature: judged.temperature,
    share: parted.share,
    epochs: fitted.epochs,
    seconds: fitted.workedMs / 1000,
    provider: fitted.provider,
    judged: { rows: validate.places, probabilities: judged.probabilities },
  };
}

export interface BlocksCost {
  /** Of a run to its last epoch. */
  readonly seconds: number;
  /** Of the embedder's weights, that would learn. */
  readonly share: number;
}

/** By a few photos and real steps. @throws HaversackError as `teachLastBlocks` */
export async function costOfBlocks(
  lesson: BlocksLesson,
  machine: BlocksMachine,
  control: TrainControl,
): Promise<BlocksCost> {
  const begun = await begin(lesson, control);
  const { learn, validate } = begun.parts;
  const few = { ...begun, parts: { learn: learn.slice(0, probedPhotos), validate: [] } };
  const shown = await looked(few, machine.openSession, control, () => undefined);
  const job = jobOf(begun, repeated(sourceOf(shown.learn), learn.length * begun.views), null);
  const host = await machine.openHost(() => job, control, 0);
  try {
    const stepMs = await withStepProbe(job, host, control, async probe => {
      return (await probe.time(host, times => times.length >= probedSteps)).stepMs;
    });
    const steps = job.epochs * Math.ceil(job.train.rows / batchSize);
    const seconds = (shown.photoMs * (learn.length + validate.length) + stepMs * steps) / 1000;
    return { seconds, share: begun.parted.share };
  } finally {
    await host.dispose();
  }
}

interface Begun {
  readonly lesson: BlocksLesson;
  readonly parts: ReturnType<typeof learningParts>;
  readonly penalty: number;
  /** With the head that was learnt without the rows that say when to stop. */
  readonly file: Bytes;
  readonly parted: PartedClassifier;
  readonly views: number;
}

async function begin(lesson: BlocksLesson, control: TrainControl): Promise<Begun> {
  const { embedder, rows, changes } = lesson;
  const parts = learningParts(rows);
  const { head, penalty } = await trainHead(rowsAt(rows, parts.learn), control);
  const file = composeClassifier(embedder, head);
  const parted = partClassifier(file);
  const most = augmentationOf(changes, 1) ? mostViews : 1;
  const counts = { learn: parts.learn.length, validate: parts.validate.length };
  return {
    lesson,
    parts,
    penalty,
    file,
    parted,
    views: viewsWithin(parted, counts, most, maxRowBytes),
  };
}

interface Looked {
  readonly learn: LookedAt;
  readonly validate: LookedAt;
  /** Of a photo, in the mean: opening what looks at them is not in it, for it does not grow with them. */
  readonly photoMs: number;
}

async function looked(
  { lesson, parts, parted, views }: Begun,
  openSession: OpenSession,
  control: TrainControl,
  onProgress: (progress: BlocksProgress) => void,
): Promise<Looked> {
  const total = parts.learn.length + parts.validate.length;
  const eye = await BlockEye.open(parted, openSession);
  const startedAt = performance.now();
  let [done, photoMs] = [0, 0];
  const looking: Omit<Looking, 'views' | 'changes'> = {
    eye,
    boundary: parted.boundary,
    photo: lesson.photo,
    labels: lesson.rows.labels,
    seed: lesson.seed,
    control,
    onPhoto: () => {
      done++;
      photoMs = (performance.now() - startedAt) / done;
      onProgress({ phase: 'looking', done, total, remainingMs: photoMs * (total - done) });
    },
  };
  try {
    const changes = augmentationOf(
      lesson.changes,
      Math.min(parted.imageShape.height, parted.imageShape.width),
    );
    const learn = await lookAt({ ...looking, views, changes }, parts.learn);
    const validate = await lookAt({ ...looking, views: 1, changes: null }, parts.validate);
    return { learn, validate, photoMs };
  } finally {
    await eye.dispose();
  }
}

/** @throws HaversackError `TrainingImpossible` where no photo was read */
function sourceOf({ source }: LookedAt): SampleSource {
  if (source) return source;
  throw new HaversackError('TrainingImpossible', 'None of the photos is there to be read.');
}

function jobOf({ lesson, parted }: Begun, train: SampleSource, validation: SampleSource | null): FitJob {
  return blockJob(parted, { train, validation, classes: lesson.rows.classes }, lesson);
}

/** As many rows as there will be, for what only counts them. */
function repeated(source: SampleSource, rows: number): SampleSource {
  const labels = source.target.data as Int32Array<ArrayBuffer>;
  const again = (row: number) => row % source.rows;
  return {
    ...source,
    rows,
    target: {
      datatype: 'INT32',
      shape: [rows],
      data: Int32Array.from({ length: rows }, (_, i) => labels[again(i)]!),
    },
    take: order => source.take(order.map(again)),
  };
}
