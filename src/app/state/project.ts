// One classifier that is being taught by showing: its classes and examples as the store has them, and what it says
// now.
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { type Failure, toFailure } from '../../core/errors.ts';
import { onChanges } from '../../device/changes.ts';
import { decodeSound } from '../../device/decode-sound.ts';
import { listExamples, readExampleFile, readThumbnails } from '../../device/examples.ts';
import {
  builtInEmbedder,
  type EmbedderChoice,
  type Example,
  type Project,
} from '../../device/project-schemas.ts';
import { chooseEmbedder, readProject } from '../../device/projects.ts';
import type { LiveAnswer, ProjectStanding, Shown, VersionRef } from '../../worker/protocol.ts';
import { BridgedProject } from '../bridge/project-port.ts';
import type { ReadThumbnail } from '../parts/thumbnails.tsx';
import { errorToast } from './error-toast.ts';
import { createLatest } from './latest.ts';
import { createLearning } from './learning.ts';
import { keepRuntime } from './offline-runtime.ts';
import { actionsOn, type ProjectActions } from './project-actions.ts';
import { proposedPoint } from './projects.ts';
import { type RowActions, rowActionsOn } from './row-actions.ts';
import { need } from './services.ts';

/** All methods may be handed on without it. */
export interface Teaching extends ProjectActions, RowActions {
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
  /** [samples] at `soundRate`, of a project of sounds; null: it is gone. */
  readonly readSound: (id: string) => Promise<Float32Array<ArrayBuffer> | null>;
  /** Of several pictures the latest is answered. `null`: there is none any more. */
  readonly look: (shown: Shown | null) => void;
  readonly isLooking: () => boolean;
  readonly learnAgain: () => void;
  /** By a version's proposed place. Why it cannot is in `problem`. */
  readonly seeBy: (ref: VersionRef) => Promise<void>;
  readonly chooseEmbedder: (embedder: EmbedderChoice) => Promise<void>;
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

  let isOver = false;
  /** The database may close, and the project go, while a screen that nobody sees any more still reads. */
  const noteUnlessOver = (thrown: unknown): void => {
    if (!isOver) errorToast(toFailure(thrown));
  };
  const reload = async (): Promise<void> => {
    const seenBy = idOf(project.peek());
    project.value = await readProject(db, id);
    // Chosen here or in another tab: what is open sees by the one before, until it is opened again.
    if (idOf(project.peek()) !== seenBy) await port.close();
    examples.value = (await listExamples(db, id)).reverse();
    if (canLearn(project.value) && examples.value.length > 0) learning.start();
  };
  const unlisten = onChanges(({ type }) => {
    if (type === 'projects' || type === 'examples') void reload().catch(noteUnlessOver);
  });
  if (canLearn(project.value)) learning.start();
  // With a model of the library comes what runs it; what is built in is without one, and is to work offline all the same.
  if (project.value.embedder === builtInEmbedder) void keepRuntime(['wasm']);

  const seeing = createSeeing(async ref => {
    const embedder =
      typeof ref === 'string' || 'value' in ref ? ref : { ...ref, value: (await proposedPoint(ref)).value };
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
    readSound: async one => {
      const file = await readExampleFile(db, one);
      return file && decodeSound(file);
    },
    ...looking,
    learnAgain: () => void (seeing.problem.peek() ? seeing.again() : learning.start()),
    ...actionsOn(id, project, port),
    ...rowActionsOn(id, project),
    seeBy: seeing.choose,
    chooseEmbedder: seeing.choose,
    dispose: () => {
      isOver = true;
      unlisten();
      learning.dispose();
      void port.dispose();
    },
  };
}

/** Of what embeds, and of what it takes. */
function idOf({ embedder, columns }: Project): string {
  return JSON.stringify([embedder, columns]);
}

/** Without what embeds, or before anybody said what rows consist of, there is nothing to learn by. */
function canLearn({ kind, embedder, columns }: Project): boolean {
  return embedder !== null && (kind !== 'row' || columns !== null);
}

/** The choice of what sees: what failed stays in sight, and can be tried again. */
function createSeeing(choose: (ref: VersionRef | EmbedderChoice) => Promise<void>) {
  const problem = signal<Failure | null>(null);
  let last: VersionRef | EmbedderChoice | null = null;
  const chosen = async (ref: VersionRef | EmbedderChoice): Promise<void> => {
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
    async (shown: Shown) => {
      underWay += 1;
      const result = await port.look(shown);
      underWay -= 1;
      return result;
    },
    result => {
      // Why it cannot look is said where it learns.
      if (result.ok) answer.value = result.value;
    },
  );
  return {
    look: shown => {
      if (shown === null) answer.value = null;
      latest(shown);
    },
    isLooking: () => underWay > 0,
  };
}
