// Last blocks of a project: taught on its photos, asked about the held-out ones beside the head alone, and kept where they are
// no worse.
import { HaversackError } from '../core/errors.ts';
import type { OpenSession } from '../core/runtime/session.ts';
import { probabilitiesOutput } from '../core/teach/compose-classifier.ts';
import {
  type BlocksCost,
  type BlocksLesson,
  type BlocksMachine,
  costOfBlocks,
  type TaughtBlocks,
  teachLastBlocks,
} from '../core/teach/teach-last-blocks.ts';
import type { TrainControl } from '../core/train/engine.ts';
import type { Database } from '../device/db.ts';
import type { BlocksOutcome, BlocksRunProgress, PhotoChanges } from './blocks-protocol.ts';
import { FallbackSession } from './fallback-session.ts';
import { type FinishingProject, keepFinished, projectNow } from './finish-project.ts';
import { openProject } from './open-project.ts';
import type { WebProvider } from './ort.ts';
import { openOrtSession } from './ort-session.ts';
import { answersOf, type AnsweredRows, shownReader } from './project-judge.ts';
import { trainHosts } from './train-hosts.ts';
import { trainingBytes } from './training-memory.ts';

/** Of fewer held-out photos it cannot be told which is better. */
const fewestHeldOut = 5;
/** Runs of one project with the same photos are alike on the same host. */
const seed = 1;

/** @throws HaversackError as `teachProjectBlocks` */
export function costOf(
  db: Database,
  project: string,
  changes: PhotoChanges,
  control: TrainControl,
): Promise<BlocksCost> {
  return withProject(db, project, control, ({ finishing, provider }) =>
    costOfBlocks(lessonOf(db, finishing, changes), machineOf(provider), control),
  );
}

/**
 * @throws HaversackError `TrainingImpossible` where it is no project of photos, a class has none to learn from, too few are held
 * out, or what sees cannot be trained; `TrainingDiverged`, `Aborted`, `NotInstalled`, `RuntimeFailed`, `QuotaExceeded`
 */
export function teachProjectBlocks(
  db: Database,
  project: string,
  changes: PhotoChanges,
  control: TrainControl,
  onProgress: (progress: BlocksRunProgress) => void,
): Promise<BlocksOutcome> {
  return withProject(db, project, control, async ({ finishing, provider }) => {
    const lesson = lessonOf(db, finishing, changes);
    const taught = await teachLastBlocks(lesson, machineOf(provider), control, onProgress);
    const heldOut = await answersByFile(db, finishing, taught, control, onProgress);
    const rows = new Set(heldOut.ids);
    const isRight = (answers: AnsweredRows) => (row: number) => answers.answers[row] === answers.labels[row];
    const alone = finishing.heldOut;
    const head = [...alone.ids.keys()].filter(row => rows.has(alone.ids[row]!)).filter(isRight(alone)).length;
    const blocks = [...heldOut.ids.keys()].filter(isRight(heldOut)).length;
    const figures = { head, blocks, heldOut: heldOut.ids.length, seconds: taught.seconds };
    if (blocks < head) return { candidate: null, ...figures };
    const candidate = await keepFinished(db, withBlocks(finishing, taught, heldOut), control);
    return { candidate, ...figures };
  });
}

interface ProjectAtHand {
  readonly finishing: FinishingProject;
  readonly provider: WebProvider;
}

/** Opened for this alone: what the page has open may be closed meanwhile, as when it is hidden. */
async function withProject<T>(
  db: Database,
  id: string,
  control: TrainControl,
  work: (at: ProjectAtHand) => Promise<T>,
): Promise<T> {
  const open = await openProject(db, id, control);
  try {
    const finishing = await projectNow(db, open);
    if (finishing.project.kind !== 'photo') {
      throw new HaversackError('TrainingImpossible', 'last layers learn from photos only');
    }
    if (finishing.heldOut.ids.length < fewestHeldOut) {
      throw new HaversackError(
        'TrainingImpossible',
        `${finishing.heldOut.ids.length} photos are held out; of fewer than ${fewestHeldOut} it cannot be told what is better`,
      );
    }
    return await work({ finishing, provider: open.provider });
  } finally {
    await open.learner.close();
  }
}

/** Of the part that is learnt from, and nothing else. */
function lessonOf(
  db: Database,
  { chosen, learnt: { rows } }: FinishingProject,
  changes: PhotoChanges,
): BlocksLesson {
  const read = shownReader(db, chosen.taken);
  return {
    embedder: chosen.embedder,
    rows,
    photo: row => read(rows.ids[row]!),
    changes,
    seed,
    maxBytes: trainingBytes(),
  };
}

function machineOf(provider: WebProvider): BlocksMachine {
  return { openSession: sessionsOn(provider), openHost: trainHosts('auto', () => undefined) };
}

/** On the provider that this device chose for what sees; on WASM where that fails. */
function sessionsOn(provider: WebProvider): OpenSession {
  return async file => {
    const onWasm = () => openOrtSession(file, 'wasm');
    const first = await openOrtSession(file, provider).catch((error: unknown) => {
      if (provider === 'wasm') throw error;
      return onWasm();
    });
    const session = new FallbackSession(first, onWasm);
    const { inputs, outputs } = first;
    return {
      provider,
      inputs,
      outputs,
      run: feeds => session.run(feeds),
      dispose: () => session.dispose(),
    };
  };
}

/** By the very file that would go out; photos that went meanwhile are left out. */
async function answersByFile(
  db: Database,
  { chosen, heldOut }: FinishingProject,
  { file }: TaughtBlocks,
  control: TrainControl,
  onProgress: (progress: BlocksRunProgress) => void,
): Promise<AnsweredRows> {
  const read = shownReader(db, chosen.taken);
  const session = await openOrtSession(file, 'wasm');
  const rows: number[] = [];
  const probabilities: number[] = [];
  const startedAt = performance.now();
  const total = heldOut.ids.length;
  try {
    for (const [row, id] of heldOut.ids.entries()) {
      await control.checkpoint();
      const photo = await read(id);
      if (photo) {
        const outputs = await session.run({ [session.inputs[0]!.name]: photo });
        rows.push(row);
        probabilities.push(...(outputs[probabilitiesOutput]!.data as Float32Array));
      }
      const remainingMs = ((performance.now() - startedAt) / (row + 1)) * (total - row - 1);
      onProgress({ phase: 'judging', done: row + 1, total, remainingMs });
    }
  } finally {
    await session.dispose();
  }
  return answersOf(heldOut, rows, Float32Array.from(probabilities));
}

function withBlocks(
  finishing: FinishingProject,
  taught: TaughtBlocks,
  heldOut: AnsweredRows,
): FinishingProject {
  const { penalty, temperature, judged, file, share, epochs } = taught;
  const learnt = { ...finishing.learnt, penalty, temperature, judged };
  return { ...finishing, learnt, heldOut, file, blocks: { share, epochs } };
}
