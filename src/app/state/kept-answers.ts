// What is kept of answers: corrections, as examples of a project or as records, and answers that somebody wants kept. An answer
// has one record, whatever is done to it.
import { signal } from '@preact/signals';
import { toFailure } from '../../core/errors.ts';
import type { Bytes } from '../../core/artifact/digest.ts';
import { takeBackExamples } from '../../device/example-moves.ts';
import { addExamples, type KeptShown } from '../../device/examples.ts';
import type { Project, RecordRow } from '../../device/project-schemas.ts';
import { correctRecord, keepRecord, removeRecord } from '../../device/records.ts';
import { t as common } from '../i18n/common.ts';
import { t } from '../i18n/use-photo.ts';
import { toast } from '../parts/toast.tsx';
import type { Answer } from './answers.ts';
import type { Answered } from './asking.ts';
import { errorToast } from './error-toast.ts';
import { type ExampleOutcome, outcomeOf } from './example-outcome.ts';
import { hereNow } from './place.ts';
import { need } from './services.ts';

/** What a model was asked about, as it is kept. */
export interface Subject {
  readonly toExample: () => Promise<KeptShown>;
  /** JPEG that goes with its record; null: it is kept without. */
  readonly toPhoto: () => Promise<Bytes | null>;
}

/** Whether what is held and the model is not sure of is kept by itself, and whether places are kept. */
export const collectsUnsure = remembered('haversack.collect-unsure', true);
export const keepsPlaces = remembered('haversack.keep-places', false);

/** Of answers that were kept. Held by their answers: they go with what is on the screen. */
const recordOf = new WeakMap<Answer, Promise<RecordRow>>();

/**
 * Keeps what it really is: an example, where there is a project with such a class, else a record; and where there is a record of
 * it already, it says so, too. Says it, with a way back. Answers whether it was kept: not so an example that was there already, or
 * that is left out.
 */
export async function correctAnswer(
  answered: Answered<Subject> & { readonly label: string; readonly project: Project | null },
): Promise<boolean> {
  const { project, label } = answered;
  const of = project?.classes.find(one => one.label === label);
  return attempt(async () => {
    const isNew = !recordOf.has(answered.answer);
    if (!project || !of) {
      const takeBack = isNew ? await keep(answered, label) : await amend(answered, label);
      return sayKept(t('recordKeptAs', { label }), takeBack);
    }
    const { db } = need();
    const shown = await answered.subject.toExample();
    const made = { class: of.id, recording: crypto.randomUUID(), source: 'correction' as const, shown };
    const added = await addExamples(db, project.id, [made]);
    const takeBack = isNew ? null : await amend(answered, label);
    const outcome = outcomeOf(added);
    const isChanged = outcome === 'kept' || added.removed.length > 0 || takeBack !== null;
    const undo = () => Promise.all([takeBackExamples(db, added), takeBack?.()]);
    sayKept(t(saidOf[outcome], { label }), isChanged ? undo : null);
    return outcome === 'kept';
  });
}

const saidOf = {
  kept: 'exampleKept',
  known: 'exampleKnown',
  like: 'exampleAlike',
} as const satisfies Record<ExampleOutcome, string>;

/** Without anybody having said what it is. What was kept already is not kept twice. */
export function keepAnswer(answered: Answered<Subject>): Promise<boolean> {
  return attempt(async () => sayKept(t('recordKept'), await keep(answered, null)));
}

type TakeBack = () => Promise<unknown>;

async function keep({ answer, subject }: Answered<Subject>, truth: string | null): Promise<TakeBack> {
  const kept = recordOf.get(answer) ?? newRecord(answer, subject, truth);
  recordOf.set(answer, kept);
  try {
    const { id } = await kept;
    return () => {
      recordOf.delete(answer);
      return removeRecord(need().db, id);
    };
  } catch (thrown) {
    recordOf.delete(answer);
    throw thrown;
  }
}

/** @returns how what was said before is said again */
async function amend({ answer }: Answered<Subject>, truth: string): Promise<TakeBack> {
  const { db } = need();
  const record = await recordOf.get(answer);
  if (!record) return () => Promise.resolve();
  const before = await correctRecord(db, record.id, truth);
  return () => correctRecord(db, record.id, before);
}

async function newRecord(answer: Answer, subject: Subject, truth: string | null): Promise<RecordRow> {
  const { decided, from } = answer;
  const [first] = decided;
  const [photo, place] = await Promise.all([
    subject.toPhoto(),
    keepsPlaces.peek() ? hereNow() : Promise.resolve(null),
  ]);
  const kept = await keepRecord(need().db, {
    model: from.model,
    version: from.candidate === null ? from.version : null,
    candidate: from.candidate,
    photo,
    answer: {
      label: first?.sure ? first.label : null,
      probabilities: first?.probabilities ? [...first.probabilities] : null,
    },
    truth,
    place,
  });
  if (keepsPlaces.peek() && place === null) toast(t('placeRefused'));
  return kept;
}

/** @param undo null where nothing was changed */
function sayKept(said: string, undo: TakeBack | null): true {
  toast(said, undo && { label: common('undo'), run: () => void attempt(undo) }, 'photo');
  return true;
}

/** False where it failed, which is said. */
async function attempt<T>(act: () => Promise<T>): Promise<T | false> {
  try {
    return await act();
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
