// What a finished project is worth: on examples that were held out, by the very file that goes out.
import type { Candidate } from '../core/artifact/documents.ts';
import type { ModelInterface } from '../core/artifact/interface.ts';
import { HaversackError } from '../core/errors.ts';
import { compare, type Comparison } from '../core/evaluate/compare.ts';
import { decide } from '../core/evaluate/decide.ts';
import type { Session } from '../core/runtime/session.ts';
import { probabilitiesOf } from '../core/teach/head.ts';
import { rowsAt } from '../core/teach/labelled-embeddings.ts';
import type { Tensor } from '../core/tensor.ts';
import type { TrainControl } from '../core/train/engine.ts';
import type { Database } from '../device/db.ts';
import { readExampleFile } from '../device/examples.ts';
import { openOrtSession } from './ort-session.ts';
import type { Learnt } from './project-answerer.ts';
import type { FinishedProject } from './project-candidate.ts';
import type { EmbeddedRows } from './project-examples.ts';
import { shownTensor, type Taken } from './shown-tensor.ts';

/** Examples on which the file is held against what it was made of. */
const checkedExamples = 4;
/** Largest |difference| of a probability: what was embedded on a GPU is added up in another order than here. */
const composedTolerance = 1e-2;

/** Rows, and what the head answers to them. */
export interface AnsweredRows extends EmbeddedRows {
  /** [rows, classes] */
  readonly probabilities: Float32Array<ArrayBuffer>;
  /** [rows] */
  readonly answers: Int32Array<ArrayBuffer>;
}

/** @param places of the rows that are asked about; absent: all */
export function answersByHead(
  { head }: Learnt,
  rows: EmbeddedRows,
  places: readonly number[] = [...rows.ids.keys()],
): AnsweredRows {
  return answersOf(rows, places, probabilitiesOf(head, rowsAt(rows, places).embeddings));
}

/**
 * What the file is to be held against. Held-out rows; where there are none, a few that were learnt from, for which the head alone
 * answers: what last blocks learnt was asked by the file itself.
 */
export function rowsToCheck({
  learnt,
  heldOut,
  blocks,
}: Pick<FinishedProject, 'learnt' | 'heldOut' | 'blocks'>) {
  if (heldOut.ids.length > 0 || blocks) return heldOut;
  return answersByHead(learnt, learnt.rows, [...learnt.rows.ids.keys()].slice(0, checkedExamples));
}

/** @param places of the rows that were asked about @param probabilities of those, [places, classes] */
export function answersOf(
  rows: EmbeddedRows,
  places: readonly number[],
  probabilities: Float32Array<ArrayBuffer>,
): AnsweredRows {
  const { classes } = rows;
  const answers = Int32Array.from(places, (_place, row) =>
    likeliest(probabilities.subarray(row * classes, (row + 1) * classes)),
  );
  const ids = places.map(place => rows.ids[place]!);
  return { ...rows, ...rowsAt(rows, places), ids, probabilities, answers };
}

/** The first of the largest. */
function likeliest(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}

/** An example as the file takes it; null for one that is gone. */
export type ReadShown = (id: string) => Promise<Tensor | null>;

/** @param taken as of an embedder */
export function shownReader(db: Database, taken: Taken): ReadShown {
  return async id => {
    const file = await readExampleFile(db, id);
    return file && shownTensor(file, taken);
  };
}

/** @throws HaversackError `RuntimeFailed` where the file answers otherwise than what it was made of */
export async function checkComposed(
  session: Session,
  { ids, classes, probabilities }: AnsweredRows,
  readShown: ReadShown,
): Promise<void> {
  let difference = 0;
  for (const [row, id] of ids.slice(0, checkedExamples).entries()) {
    const shown = await readShown(id);
    if (!shown) continue;
    const [answered] = Object.values(await session.run({ [session.inputs[0]!.name]: shown }));
    (answered!.data as Float32Array).forEach((value, i) => {
      const distance = Math.abs(value - probabilities[row * classes + i]!);
      if (!(distance <= difference)) difference = distance;
    });
  }
  if (difference <= composedTolerance) return;
  throw new HaversackError(
    'RuntimeFailed',
    `the finished model is ${difference.toExponential(1)} away from what was taught, allowed ${composedTolerance}`,
  );
}

/**
 * The version before beside the new one, on the same held-out examples. Null where it founds a model, where nothing was held out,
 * and where the version before tells other classes apart.
 */
export async function compareWithParent(
  { parent, heldOut }: Pick<FinishedProject, 'parent' | 'heldOut'>,
  { labels, data }: Pick<Candidate, 'labels' | 'data'>,
  readShown: ReadShown,
  control: TrainControl,
): Promise<Comparison | null> {
  const before = parent?.model.body.labels;
  if (!parent || !labels || before?.join('\n') !== labels.join('\n')) return null;
  const session = await openOrtSession(parent.model.file, 'wasm');
  try {
    const rows: { truth: number; old: number; new: number }[] = [];
    for (const [row, id] of heldOut.ids.entries()) {
      await control.checkpoint();
      const shown = await readShown(id);
      if (!shown) continue;
      const old = await answerOf(session, parent.model.body.interface, shown);
      rows.push({ truth: heldOut.labels[row]!, old, new: heldOut.answers[row]! });
    }
    if (rows.length === 0) return null;
    const column = (name: keyof (typeof rows)[number]) => Int32Array.from(rows, each => each[name]);
    const added = { truth: column('truth'), old: column('old'), new: column('new') };
    return compare(labels, { parent: null, added: { ...added, dataset: data?.digest ?? null } });
  } finally {
    await session.dispose();
  }
}

/** @throws HaversackError `RuntimeFailed` where it answers with no class */
async function answerOf(session: Session, face: ModelInterface, shown: Tensor): Promise<number> {
  const outputs = await session.run({ [session.inputs[0]!.name]: shown });
  const index = decide(face, null, outputs)[0]?.index;
  if (index == null) throw new HaversackError('RuntimeFailed', 'the version before answers with no class');
  return index;
}
