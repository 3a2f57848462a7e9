// What people do to a project: kept in the store, undone where that is offered, said in passing where it fails.
import type { ReadonlySignal } from '@preact/signals';
import type { Digest } from '../../core/artifact/digest.ts';
import { toFailure } from '../../core/errors.ts';
import { fail, type Result } from '../../core/result.ts';
import { readCandidate } from '../../device/candidates.ts';
import { moveExamples, undoMoves } from '../../device/example-moves.ts';
import { addExamples, type KeptShown, removeExamples, restoreExamples } from '../../device/examples.ts';
import type { ImportedExamples, ImportOptions } from '../../device/import-examples.ts';
import { readFile } from '../../device/library.ts';
import { candidateOf } from '../../device/needs.ts';
import { addClass, removeClass, renameClass, restoreClass } from '../../device/project-classes.ts';
import type { Example, Project } from '../../device/project-schemas.ts';
import { renameProject } from '../../device/projects.ts';
import type { BridgedProject } from '../bridge/project-port.ts';
import { t as common } from '../i18n/common.ts';
import { t } from '../i18n/new-model.ts';
import { teachingWords } from '../i18n/teaching.ts';
import { saveFile } from '../parts/save-file.ts';
import { toast } from '../parts/toast.tsx';
import { errorToast } from './error-toast.ts';
import { type ExampleOutcome, outcomeOf } from './example-outcome.ts';
import { need } from './services.ts';

/** What became of a photo that was given. */
export type AddOutcome = ExampleOutcome | 'failed';

/** All may be handed on without it. */
export interface ProjectActions {
  readonly add: (
    classId: string,
    shown: KeptShown,
    from: Pick<Example, 'recording' | 'source'>,
  ) => Promise<AddOutcome>;
  readonly move: (ids: readonly string[], classId: string) => Promise<void>;
  readonly removeExamples: (ids: readonly string[]) => Promise<void>;
  readonly addClass: (label: string, isNone?: boolean) => Promise<string | null>;
  /** The class of that name, made where there is none; the first for an empty name. Null where it failed, which is said. */
  readonly classNamed: (label: string) => Promise<string | null>;
  readonly renameClass: (id: string, label: string) => Promise<void>;
  readonly removeClass: (id: string) => Promise<void>;
  /** All photos with their labels, as a zip to take away. */
  readonly exportData: () => Promise<void>;
  /** What was made of it last, as one ONNX file to take away. */
  readonly exportModel: () => Promise<void>;
  /** A zip of this app's, or one with a folder a class. Null where it failed, which is said. */
  readonly bringZip: (
    zip: Blob,
    options: Pick<ImportOptions, 'signal' | 'onProgress'>,
  ) => Promise<ImportedExamples | null>;
  /** @param model what it is to be called */
  readonly finish: (model: string) => Promise<Result<{ readonly candidate: Digest }>>;
}

/** @param id of the project */
export function actionsOn(
  id: string,
  project: ReadonlySignal<Project>,
  port: Pick<BridgedProject, 'finish'>,
): ProjectActions {
  return { ...classActions(id, project), ...photoActions(id, project), ...wholeActions(id, project, port) };
}

type Words = ReturnType<typeof teachingWords>;

function labelOf(project: ReadonlySignal<Project>, classId: string): string {
  return project.peek().classes.find(one => one.id === classId)?.label ?? '';
}

type PhotoActions = Pick<ProjectActions, 'add' | 'move' | 'removeExamples'>;

function photoActions(id: string, project: ReadonlySignal<Project>): PhotoActions {
  const { db } = need();
  const t = teachingWords(project.peek().kind);
  return {
    add: async (classId, shown, from) => {
      const added = await tried(() => addExamples(db, id, [{ ...from, class: classId, shown }]));
      return added ? outcomeOf(added) : 'failed';
    },
    move: async (ids, classId) => {
      const moves = ids.map(one => ({ id: one, class: classId }));
      const moved = await tried(() => moveExamples(db, moves));
      if (!moved) return;
      const { before, removed } = moved;
      const said = t('moved', { n: before.length, name: labelOf(project, classId) });
      const gone = removed.length;
      offerUndo(gone > 0 ? t('movedAndGone', { said, n: gone }) : said, async () => {
        sayAway(t, await undoMoves(db, moved));
      });
    },
    removeExamples: async ids => {
      const removed = await tried(() => removeExamples(db, ids));
      if (!removed) return;
      offerUndo(t('photosRemoved', { n: removed.length }), async () => {
        sayAway(t, await restoreExamples(db, removed));
      });
    },
  };
}

type ClassActions = Pick<ProjectActions, 'addClass' | 'classNamed' | 'renameClass' | 'removeClass'>;

function classActions(id: string, project: ReadonlySignal<Project>): ClassActions {
  const { db } = need();
  return {
    addClass: async (label, isNone = false) =>
      (await tried(() => addClass(db, id, label, isNone)))?.id ?? null,
    classNamed: async label => {
      const { classes } = project.peek();
      const there = label === '' ? classes[0] : classes.find(one => one.label === label);
      if (there) return there.id;
      const made = await tried(() => addClass(db, id, label || t('classLabel', { n: 1 })));
      return made?.id ?? null;
    },
    renameClass: async (classId, label) => {
      await tried(() => renameClass(db, id, classId, label));
    },
    removeClass: async classId => {
      const removed = await tried(() => removeClass(db, id, classId));
      if (removed) offerUndo(t('removed', { name: removed.class.label }), () => restoreClass(db, removed));
    },
  };
}

/** Zips are written and read by what is fetched when it is asked for. */
function wholeActions(
  id: string,
  project: ReadonlySignal<Project>,
  port: Pick<BridgedProject, 'finish'>,
): Pick<ProjectActions, 'bringZip' | 'exportData' | 'exportModel' | 'finish'> {
  const { db } = need();
  return {
    bringZip: (zip, options) =>
      tried(async () => {
        const { importExamples } = await import('../../device/import-examples.ts');
        const [first] = project.peek().classes;
        return importExamples(db, id, zip, { ...options, ...(first && { rootClass: first.id }) });
      }),
    exportData: async () => {
      const zip = await tried(async () => {
        const { exportProject } = await import('../../device/export-project.ts');
        return exportProject(db, id);
      });
      if (zip) saveFile(`${project.peek().model}.zip`, zip);
    },
    exportModel: async () => {
      const { candidate, model } = project.peek();
      if (candidate === null) return;
      const file = await tried(async () => {
        const { authority } = candidateOf(await readCandidate(db, candidate));
        return readFile(db, authority.file);
      });
      if (file) saveFile(`${model}.onnx`, new Blob([file]));
    },
    finish: async model => {
      try {
        if (model !== project.peek().model) await renameProject(db, id, model);
      } catch (thrown) {
        return fail(toFailure(thrown));
      }
      return port.finish();
    },
  };
}

/** Says what went wrong; then there is no answer. */
async function tried<T>(act: () => Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (thrown) {
    errorToast(toFailure(thrown));
    return null;
  }
}

/** Of what was undone, that could not come back: its like was shown meanwhile. */
function sayAway(t: Words, n: number): void {
  if (n > 0) toast(t('tooAlike', { n }));
}

function offerUndo(said: string, undo: () => Promise<unknown>): void {
  toast(said, { label: common('undo'), run: () => void tried(undo) }, 'teaching');
}
