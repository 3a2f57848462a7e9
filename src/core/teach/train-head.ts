// Learns a head: softmax regression on embeddings. How strongly it is held back, and how sure its answers are, is told by
// rows that were kept out, recordings whole. No random numbers: the same rows give the same head.
import { HaversackError } from '../errors.ts';
import type { TrainControl } from '../train/engine.ts';
import { calibrate, type Calibration } from './calibrate.ts';
import { foldsOf } from './folds.ts';
import { type Head, softmaxRows } from './head.ts';
import type { LabelledEmbeddings } from './labelled-embeddings.ts';
import { minimize } from './lbfgs.ts';
import {
  balancedWeights,
  logitsOf,
  parameterCount,
  regressionObjective,
  type RegressionRows,
} from './softmax-regression.ts';
import { spanOf } from './span.ts';
import { seenBy, type View, viewOf } from './vectors.ts';

/** Rows are judged in so many parts, each by what the others taught. */
export const judgedFolds = 3;
/** From strong to weak, a half of a power of ten apart; each starts where the one before it ended. */
const penalties = [1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5];
/** Where nothing could be kept out. */
const usualPenalty = 1e-2;
/** A smaller loss counts where it is smaller by this share; after so many penalties without one, weaker ones are not tried. */
const leastGain = 0.01;
const patience = 2;
/** At each penalty: enough where the start is near, and more would only fit the rows that are learnt from. */
const search = { maxSteps: 16, tolerance: 2e-4 };
/** Below this share of the width, rows are fewer numbers as coordinates of what they span, and worth bringing there. */
const fewRows = 1 / 3;

export interface TrainedHead {
  readonly head: Head;
  readonly penalty: number;
  readonly temperature: number;
  /** Of each row by what was learnt without it, its recording included. */
  readonly judged: JudgedRows;
}

export interface JudgedRows {
  /** Rows of the training data that were judged; those of a class that was in one fold only are not. */
  readonly rows: readonly number[];
  /** [rows, classes], calibrated. */
  readonly probabilities: Float32Array<ArrayBuffer>;
}

/**
 * 500 rows of 1280 numbers take less than a second on one core.
 * @param control where others get their turn, and where it may be stopped; absent: neither
 * @throws HaversackError `TrainingImpossible` (fewer than two classes, or one without rows), `Aborted`
 */
export async function trainHead(rows: LabelledEmbeddings, control?: TrainControl): Promise<TrainedHead> {
  assertEnough(rows);
  const view = viewOf(rows.embeddings, rows.width);
  const seen = seenBy(view, rows.embeddings);
  const isFew = rows.labels.length < rows.width * fewRows;
  const span = isFew ? spanOf(seen, rows.width) : null;
  const { classes, labels } = rows;
  const all: RegressionRows = span
    ? { width: span.rank, classes, labels, features: span.coordinates }
    : { width: rows.width, classes, labels, features: seen };
  const breathe = control && (() => control.checkpoint());
  const chosen = await choosePenalty(all, foldsOf(rows, judgedFolds), breathe);
  const parameters = await fitted(all, chosen.penalty, breathe);
  const head = headOf(
    rows,
    view,
    { parameters, width: all.width, basis: span?.basis ?? null },
    chosen.temperature,
  );
  return { head, penalty: chosen.penalty, temperature: chosen.temperature, judged: chosen.judged };
}

function assertEnough({ classes, labels }: LabelledEmbeddings): void {
  const shown = new Set(labels);
  if (classes >= 2 && shown.size === classes) return;
  throw new HaversackError(
    'TrainingImpossible',
    `A head tells two classes apart or more, each with an example: ${shown.size} of ${classes} have one.`,
  );
}

type Breathe = (() => Promise<void>) | undefined;

/** The way that was judged, down to the penalty that was chosen. */
async function fitted(rows: RegressionRows, penalty: number, breathe: Breathe): Promise<Float64Array> {
  const parameters = new Float64Array(parameterCount(rows));
  for (const each of penalties.filter(other => other >= penalty)) {
    await minimize(regressionObjective(rows, each), parameters, { ...search, ...(breathe && { breathe }) });
  }
  return parameters;
}

interface Chosen {
  readonly penalty: number;
  readonly temperature: number;
  readonly judged: JudgedRows;
}

/** The penalty whose logits, calibrated, have the smallest loss on rows that were kept out. */
async function choosePenalty(rows: RegressionRows, folds: Int32Array, breathe: Breathe): Promise<Chosen> {
  const parts = foldParts(rows, folds);
  const places = parts.flatMap(({ heldOut }) => heldOut);
  if (places.length === 0) {
    const judged = { rows: [], probabilities: new Float32Array() };
    return { penalty: usualPenalty, temperature: 1, judged };
  }
  const labels = Int32Array.from(places, place => rows.labels[place]!);
  const weights = balancedWeights(labels, rows.classes);
  let best: { penalty: number; calibration: Calibration; logits: Float64Array } | null = null;
  let worse = 0;
  for (const penalty of penalties) {
    const logits = await heldOutLogits(parts, penalty, breathe);
    const calibration = calibrate({ classes: rows.classes, logits, labels, weights });
    if (!best || calibration.loss < best.calibration.loss * (1 - leastGain)) {
      best = { penalty, calibration, logits };
      worse = 0;
    } else if (++worse === patience) {
      break;
    }
  }
  const { penalty, calibration, logits } = best!;
  const { temperature } = calibration;
  const probabilities = softmaxRows(logits, rows.classes, temperature);
  return { penalty, temperature, judged: { rows: places, probabilities } };
}

interface FoldPart {
  readonly train: RegressionRows;
  readonly test: RegressionRows;
  /** Places of the test rows in all. */
  readonly heldOut: readonly number[];
  /** Where the search is: each penalty goes on from the one before. */
  readonly parameters: Float64Array;
}

/** Rows of classes that the rest of the folds does not know are not judged. */
function foldParts(rows: RegressionRows, folds: Int32Array): FoldPart[] {
  const places = [...rows.labels.keys()];
  return Array.from({ length: judgedFolds }, (_, fold) => {
    const trained = places.filter(place => folds[place] !== fold);
    const known = new Set(trained.map(place => rows.labels[place]!));
    const heldOut = places.filter(place => folds[place] === fold && known.has(rows.labels[place]!));
    const parameters = new Float64Array(parameterCount(rows));
    return {
      train: pick(rows, trained),
      test: pick(rows, heldOut),
      heldOut,
      parameters,
      classes: known.size,
    };
  }).filter(({ heldOut, classes }) => heldOut.length > 0 && classes > 1);
}

function pick(
  { width, classes, features, labels }: RegressionRows,
  places: readonly number[],
): RegressionRows {
  const picked = new Float32Array(places.length * width);
  places.forEach((place, i) => picked.set(features.subarray(place * width, (place + 1) * width), i * width));
  return { width, classes, features: picked, labels: Int32Array.from(places, place => labels[place]!) };
}

/** Of all parts, one after the other. */
async function heldOutLogits(
  parts: readonly FoldPart[],
  penalty: number,
  breathe: Breathe,
): Promise<Float64Array> {
  const logits: number[] = [];
  for (const { train, test, parameters } of parts) {
    await minimize(regressionObjective(train, penalty), parameters, {
      ...search,
      ...(breathe && { breathe }),
    });
    for (const logit of logitsOf(test, parameters)) logits.push(logit);
  }
  return Float64Array.from(logits);
}

interface Regression {
  /** [classes, width + 1] */
  readonly parameters: Float64Array;
  readonly width: number;
  /** [width, numbers of an embedding]; null: the numbers are the embedding's. */
  readonly basis: Float32Array | null;
}

/** With the temperature divided in. */
function headOf(
  { width, classes }: LabelledEmbeddings,
  view: View,
  regression: Regression,
  temperature: number,
): Head {
  const weights = new Float32Array(width * classes);
  const biases = new Float32Array(classes);
  for (let label = 0; label < classes; label++) {
    const from = label * (regression.width + 1);
    const ofClass = regression.parameters.subarray(from, from + regression.width);
    rowOf(ofClass, regression.basis, width).forEach((weight, i) => {
      weights[i * classes + label] = weight / temperature;
    });
    biases[label] = regression.parameters[from + regression.width]! / temperature;
  }
  return { width, classes, view, weights, biases };
}

/** Weights of coordinates as weights of what the coordinates are of. */
function rowOf(weights: Float64Array, basis: Float32Array | null, width: number): Float64Array {
  if (!basis) return weights;
  const row = new Float64Array(width);
  weights.forEach((weight, axis) => {
    for (let i = 0; i < width; i++) row[i]! += weight * basis[axis * width + i]!;
  });
  return row;
}
