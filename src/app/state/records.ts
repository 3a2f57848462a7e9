// Predictions that were kept, as the store has them: which are shown, in which order, and what is done to them.
import { signal } from '@preact/signals';
import { toFailure } from '../../core/errors.ts';
import { askNext } from '../../core/teach/ask-next.ts';
import { onChanges } from '../../device/changes.ts';
import { takeBackExamples } from '../../device/example-moves.ts';
import { type Added, addExamples } from '../../device/examples.ts';
import { decoded, drawn, preparePhoto } from '../../device/prepare-photo.ts';
import type { RecordRow } from '../../device/project-schemas.ts';
import {
  correctRecord,
  isCorrected,
  listRecords,
  readRecordPhoto,
  removeRecord,
  restoreRecord,
} from '../../device/records.ts';
import { t as common } from '../i18n/common.ts';
import { t } from '../i18n/records.ts';
import { toast } from '../parts/toast.tsx';
import { errorToast } from './error-toast.ts';
import { type ExampleOutcome, outcomeOf } from './example-outcome.ts';
import { installedByModel } from './installed.ts';
import { manifestOf } from './judge.ts';
import { projectOfModel } from './projects.ts';
import { need } from './services.ts';

export type RecordView = 'all' | 'notSure' | 'corrected' | 'unsaid';

/** Newest first; null until they were read. */
export const records = signal<readonly RecordRow[] | null>(null);

/** Keeps `records` as the store is. @returns the function that ends it */
export function followRecords(): () => void {
  const load = async (): Promise<void> => {
    try {
      records.value = await listRecords(need().db);
    } catch (thrown) {
      errorToast(toFailure(thrown));
    }
  };
  void load();
  return onChanges(({ type }) => {
    if (type === 'records') void load();
  });
}

/** @param model null: of all */
export function shownRecords(
  all: readonly RecordRow[],
  view: RecordView,
  model: string | null,
): readonly RecordRow[] {
  return all.filter(record => (model === null || record.model === model) && fits(record, view));
}

function fits(record: RecordRow, view: RecordView): boolean {
  switch (view) {
    case 'all':
      return true;
    case 'notSure':
      return record.answer.label === null;
    case 'corrected':
      return isCorrected(record);
    case 'unsaid':
      return record.truth === null;
  }
}

/** Photos that are looked at for likeness: more would take long on a phone. The rest keep their order, after these. */
const orderedAtMost = 300;
/** Means of so many by so many places say which photos are alike, with no model at hand. */
const likenessSide = 8;

/** Ids, those first that it would teach most to say what they are. Records that somebody spoke of are left out. */
export async function mostUseful(shown: readonly RecordRow[]): Promise<string[]> {
  const unsaid = shown.filter(({ truth, answer }) => truth === null && answer.probabilities !== null);
  const looked = unsaid.slice(0, orderedAtMost);
  const unlabelled = [];
  for (const { id, answer } of looked) {
    unlabelled.push({ id, embedding: await likenessOf(id), probabilities: answer.probabilities ?? [] });
  }
  return [...askNext(unlabelled), ...unsaid.slice(orderedAtMost).map(({ id }) => id)];
}

/** [likenessSide² × 3], about its mean, so that light and dark photos are not alike for that alone. */
async function likenessOf(id: string): Promise<Float32Array> {
  const blob = await readRecordPhoto(need().db, id);
  const none = new Float32Array(likenessSide * likenessSide * 3);
  if (!blob) return none;
  const bitmap = await decoded(blob);
  const small = drawn(bitmap, likenessSide);
  bitmap.close();
  const { data } = small.getImageData(0, 0, likenessSide, likenessSide);
  const values = none.map((_, i) => data[Math.floor(i / 3) * 4 + (i % 3)]!);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map(value => value - mean);
}

/** Where the project that made the model is on this device, the photo becomes an example of it, too. */
export async function say(record: RecordRow, label: string): Promise<void> {
  const { db } = need();
  await attempt(async () => {
    const before = await correctRecord(db, record.id, label);
    const added = await becomesExample(record, label);
    const takeBack = async (): Promise<void> => {
      await correctRecord(db, record.id, before);
      if (added) await takeBackExamples(db, added);
    };
    toast(
      t(added ? saidOf[outcomeOf(added)] : 'said', { label }),
      { label: common('undo'), run: () => void attempt(takeBack) },
      'record',
    );
  });
}

const saidOf = {
  kept: 'saidAndLearnt',
  known: 'saidAndKnown',
  like: 'saidAndLeftOut',
} as const satisfies Record<ExampleOutcome, string>;

/** Null where there is no project that it could be an example of. */
async function becomesExample({ id, model }: RecordRow, label: string): Promise<Added | null> {
  const { db } = need();
  const project = await projectOfModel(model);
  const of = project?.classes.find(one => one.label === label);
  const blob = of && (await readRecordPhoto(db, id));
  if (!project || !of || !blob) return null;
  const photo = await preparePhoto(blob);
  return addExamples(db, project.id, [
    { class: of.id, recording: crypto.randomUUID(), source: 'correction', shown: photo },
  ]);
}

export async function remove(id: string): Promise<void> {
  const { db } = need();
  await attempt(async () => {
    const removed = await removeRecord(db, id);
    if (!removed) return;
    const run = () => void attempt(() => restoreRecord(db, removed));
    toast(t('removed'), { label: common('undo'), run }, 'record');
  });
}

/** What a record of that model may be: the classes of its project, else the labels of what is on this device. */
export async function labelsOf(model: string): Promise<readonly string[]> {
  const project = await projectOfModel(model);
  if (project) return project.classes.map(({ label }) => label);
  const row = installedByModel.peek().get(model)?.[0];
  return (row && manifestOf(row).labels) ?? [];
}

/** Null where it has none. */
export function photoOf(id: string): Promise<Blob | null> {
  return readRecordPhoto(need().db, id);
}

async function attempt(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (thrown) {
    errorToast(toFailure(thrown));
  }
}
