// One classifier that is being taught by showing: its classes and examples as the store has them, what it says now, and what is
// done to it. Says in passing what failed and what can be undone.
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { type Failure, toFailure } from '../../core/errors.ts';
import type { Digest } from '../../core/artifact/digest.ts';
import { fail, type Result } from '../../core/result.ts';
import { onChanges } from '../../device/changes.ts';
import {
  addExamples,
  type KeptPhoto,
  listExamples,
  moveExamples,
  readThumbnails,
  removeExamples,
  restoreExamples,
} from '../../device/examples.ts';
import type { ImportedExamples, ImportOptions } from '../../device/import-examples.ts';
import { addClass, removeClass, renameClass, restoreClass } from '../../device/project-classes.ts';
import type { EmbedderRef, Example, Project } from '../../device/project-schemas.ts';
import { chooseEmbedder, readProject, renameProject } from '../../device/projects.ts';
import type { LiveAnswer, Photo, ProjectStanding, VersionRef } from '../../worker/protocol.ts';
import { BridgedProject } from '../bridge/project-port.ts';
import { t as common } from '../i18n/common.ts';
import { t } from '../i18n/new-model.ts';
import { saveFile } from '../parts/save-file.ts';
import type { ReadThumbnail } from '../parts/thumbnails.tsx';
import { toast } from '../parts/toast.tsx';
import { errorToast } from './error-toast.ts';
import { createLatest } from './latest.ts';
import { createLearning } from './learning.ts';
import { proposedPoint } from './projects.ts';
import { need } from './services.ts';

/** What became of a photo that was given. `like`: it is too much like others that are learnt from and judged on. */
export type AddOutcome = 'kept' | 'known' | 'like' | 'failed';

/** All methods may be handed on without it. */
export interface Teaching {
  readonly project: ReadonlySignal<Project>;
  /** Newest first. */
  readonly examples: ReadonlySignal<readonly Example[]>;
  /** By class; newest first. */
  readonly byClass: ReadonlySignal<ReadonlyMap<string, readonly Example[]>>;
  readonly standing: ReadonlySignal<ProjectStanding | null>;
  /** To the last picture that was looked at. */
  readonly answer: ReadonlySignal<LiveAnswer | null>;
  /** Why it does not learn. */
  readonly problem: ReadonlySignal<Failure | null>;
  readonly readThumbnail: ReadThumbnail;
  /** Of several pictures the latest is answered. `null`: there is none any more. */
  readonly look: (photo: Photo | null) => void;
  readonly isLooking: () => boolean;
  readonly learnAgain: () => void;
  readonly add: (
    classId: string,
    photo: KeptPhoto,
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
  /** A zip of this app's, or one with a folder a class. Null where it failed, which is said. */
  readonly bringZip: (
    zip: Blob,
    options: Pick<ImportOptions, 'signal' | 'onProgress'>,
  ) => Promise<ImportedExamples | null>;
  /** By a version's proposed place. Why it cannot is in `problem`. */
  readonly seeBy: (ref: VersionRef) => Promise<void>;
  readonly chooseEmbedder: (embedder: EmbedderRef) => Promise<void>;
  /** @param model what it is to be called */
  readonly finish: (model: string) => Promise<Result<{ readonly candidate: Digest }>>;
  readonly dispose: () => void;
}

/** @throws HaversackError `NotFound`, `StorageFailed` */
export async function openTeaching(id: string): Promise<Teaching> {
  const { db, training } = need();
  const project = signal(await readProject(db, id));
  const examples = signal<readonly Example[]>((await listExamples(db, id)).reverse());
  const byClass = computed(() => groupByClass(examples.value));
  const answer = signal<LiveAnswer | null>(null);
  const port = new BridgedProject(training, id);
  const learning = createLearning(port);
  const looking = createLooking(port, answer);

  const reload = async (): Promise<void> => {
    project.value = await readProject(db, id);
    examples.value = (await listExamples(db, id)).reverse();
    if (project.value.embedder && examples.value.length > 0) learning.start();
  };
  const unlisten = onChanges(({ type }) => {
    if (type === 'projects' || type === 'examples') void reload().catch(console.error);
  });
  if (project.value.embedder) learning.start();

  const seeing = createSeeing(async ref => {
    const embedder = 'value' in ref ? ref : { ...ref, value: (await proposedPoint(ref)).value };
    await port.close();
    await chooseEmbedder(db, id, embedder);
  });
  return {
    project,
    examples,
    byClass,
    standing: learning.standing,
    answer,
    problem: computed(() => seeing.problem.value ?? learning.problem.value),
    readThumbnail: async one => (await readThumbnails(db, [one])).get(one) ?? null,
    ...looking,
    learnAgain: () => void (seeing.problem.peek() ? seeing.again() : learning.start()),
    ...actionsOn(id, project),
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
    seeBy: seeing.choose,
    chooseEmbedder: seeing.choose,
    finish: async model => {
      try {
        if (model !== project.peek().model) await renameProject(db, id, model);
      } catch (thrown) {
        return fail(toFailure(thrown));
      }
      return port.finish();
    },
    dispose: () => {
      unlisten();
      learning.dispose();
      void port.dispose();
    },
  };
}

/** The choice of what sees: what failed stays in sight, and can be tried again. */
function createSeeing(choose: (ref: VersionRef | EmbedderRef) => Promise<void>) {
  const problem = signal<Failure | null>(null);
  let last: VersionRef | EmbedderRef | null = null;
  const chosen = async (ref: VersionRef | EmbedderRef): Promise<void> => {
    last = ref;
    problem.value = null;
    try {
      await choose(ref);
    } catch (thrown) {
      problem.value = toFailure(thrown);
    }
  };
  const again = (): Promise<void> => (last ? chosen(last) : Promise.resolve());
  return { problem, choose: chosen, again };
}

function groupByClass(examples: readonly Example[]): ReadonlyMap<string, readonly Example[]> {
  const groups = new Map<string, Example[]>();
  for (const example of examples) {
    const group = groups.get(example.class);
    if (group) group.push(example);
    else groups.set(example.class, [example]);
  }
  return groups;
}

function createLooking(
  port: BridgedProject,
  answer: { value: LiveAnswer | null },
): Pick<Teaching, 'look' | 'isLooking'> {
  let underWay = 0;
  const latest = createLatest(
    async (photo: Photo) => {
      underWay += 1;
      const result = await port.look(photo);
      underWay -= 1;
      return result;
    },
    result => {
      // Why it cannot look is said where it learns.
      if (result.ok) answer.value = result.value;
    },
  );
  return {
    look: photo => {
      if (photo === null) answer.value = null;
      latest(photo);
    },
    isLooking: () => underWay > 0,
  };
}

type Actions = Pick<
  Teaching,
  'add' | 'move' | 'removeExamples' | 'addClass' | 'classNamed' | 'renameClass' | 'removeClass'
>;

function actionsOn(id: string, project: ReadonlySignal<Project>): Actions {
  const { db } = need();
  const labelOf = (classId: string): string =>
    project.peek().classes.find(one => one.id === classId)?.label ?? '';
  return {
    add: async (classId, photo, from) => {
      const added = await tried(() => addExamples(db, id, [{ ...from, class: classId, photo }]));
      if (!added) return 'failed';
      if (added.leftOut > 0) return 'like';
      return added.known > 0 ? 'known' : 'kept';
    },
    move: async (ids, classId) => {
      const undo = await tried(() =>
        moveExamples(
          db,
          ids.map(one => ({ id: one, class: classId })),
        ),
      );
      if (undo)
        offerUndo(t('moved', { n: undo.length, name: labelOf(classId) }), () => moveExamples(db, undo));
    },
    removeExamples: async ids => {
      const removed = await tried(() => removeExamples(db, ids));
      if (removed) offerUndo(t('photosRemoved', { n: removed.length }), () => restoreExamples(db, removed));
    },
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

/** Says what went wrong; then there is no answer. */
async function tried<T>(act: () => Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (thrown) {
    errorToast(toFailure(thrown));
    return null;
  }
}

function offerUndo(said: string, undo: () => Promise<unknown>): void {
  toast(said, { label: common('undo'), run: () => void tried(undo) }, 'teaching');
}
