// What is kept of answers to photos: corrections, as examples of a project or as records, and answers that somebody wants kept.
import { signal } from '@preact/signals';
import { toFailure } from '../../core/errors.ts';
import { addExamples, takeBackExamples } from '../../device/examples.ts';
import type { Project } from '../../device/project-schemas.ts';
import { preparePhoto } from '../../device/prepare-photo.ts';
import { keepRecord, removeRecord } from '../../device/records.ts';
import { t as common } from '../i18n/common.ts';
import { t } from '../i18n/use-photo.ts';
import { toast } from '../parts/toast.tsx';
import type { Answer } from './answers.ts';
import { errorToast } from './error-toast.ts';
import { hereNow } from './place.ts';
import { need } from './services.ts';
import type { VersionInUse } from './version.ts';

export interface AnsweredPhoto {
  readonly inUse: VersionInUse;
  readonly answer: Answer;
  /** What was asked about. */
  readonly canvas: OffscreenCanvas;
}

/** Whether held pictures whose answer is not sure are kept by themselves, and whether places are kept. */
export const collectsUnsure = remembered('haversack.collect-unsure', true);
export const keepsPlaces = remembered('haversack.keep-places', false);

/** Says it, with a way back. Answers whether it was kept. */
export async function correctAnswer(
  photo: AnsweredPhoto & { readonly label: string; readonly project: Project | null },
): Promise<boolean> {
  const { project, label } = photo;
  const of = project?.classes.find(one => one.label === label);
  return attempt(() => (project && of ? keepExample(photo, project, of) : keep(photo, label)));
}

/** Without anybody having said what it is. */
export function keepAnswer(photo: AnsweredPhoto): Promise<boolean> {
  return attempt(() => keep(photo, null));
}

async function keepExample(
  { canvas }: AnsweredPhoto,
  project: Project,
  { id, label }: Project['classes'][number],
): Promise<void> {
  const { db } = need();
  const photo = await preparePhoto(canvas);
  const made = { class: id, recording: crypto.randomUUID(), source: 'correction' as const, photo };
  const added = await addExamples(db, project.id, [made]);
  sayKept(t('exampleKept', { label }), () => takeBackExamples(db, added));
}

async function keep({ inUse, answer, canvas }: AnsweredPhoto, truth: string | null): Promise<void> {
  const { db } = need();
  const decided = answer.decided[0];
  const [photo, place] = await Promise.all([
    preparePhoto(canvas),
    keepsPlaces.peek() ? hereNow() : Promise.resolve(null),
  ]);
  const kept = await keepRecord(db, {
    model: inUse.model,
    version: inUse.candidate === null ? inUse.version : null,
    candidate: inUse.candidate,
    photo: photo.bytes,
    answer: {
      label: decided?.sure ? decided.label : null,
      probabilities: decided?.probabilities ? [...decided.probabilities] : null,
    },
    truth,
    place,
  });
  if (keepsPlaces.peek() && place === null) toast(t('placeRefused'));
  const said = truth === null ? t('recordKept') : t('recordKeptAs', { label: truth });
  sayKept(said, () => removeRecord(db, kept.id));
}

function sayKept(said: string, undo: () => Promise<unknown>): void {
  toast(said, { label: common('undo'), run: () => void attempt(undo) }, 'photo');
}

async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (thrown) {
    errorToast(toFailure(thrown));
    return false;
  }
}

/** A choice that stays, where the browser lets it. */
function remembered(key: string, otherwise: boolean) {
  const read = (): boolean => {
    try {
      const text = localStorage.getItem(key);
      return text === null ? otherwise : text === 'yes';
    } catch {
      return otherwise;
    }
  };
  const choice = signal(read());
  choice.subscribe(value => {
    try {
      localStorage.setItem(key, value ? 'yes' : 'no');
    } catch {
      // Private windows may refuse; then the choice lasts as long as the tab.
    }
  });
  return choice;
}
