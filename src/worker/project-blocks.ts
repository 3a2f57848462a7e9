// Last blocks of a project: taught on its photos, asked about the held-out ones beside the head alone and what was made
// before, and kept where they are no worse.
import type { Bytes } from '../core/artifact/digest.ts';
import { HaversackError, toFailure } from '../core/errors.ts';
import type { OpenSession, Session } from '../core/runtime/session.ts';
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
import { readCandidateFile } from '../device/candidates.ts';
import type { Database } from '../device/db.ts';
import type { Project } from '../device/project-schemas.ts';
import type { BlocksOutcome, BlocksRunProgress, PhotoChanges } from './blocks-protocol.ts';
import { FallbackSession } from './fallback-session.ts';
import { type FinishingProject, keepFinished, projectNow } from './finish-project.ts';
import { openProject } from './open-project.ts';
import type { WebProvider } from './ort.ts';
import { openOrtSession } from './ort-session.ts';
import { answersOf, type AnsweredRows, type ReadShown, shownReader } from './project-judge.ts';
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
 * out or left at the end, or what sees cannot be trained; `Conflict` where the project became another meanwhile; `TrainingDiverged`, `Aborted`, `NotInstalled`, `RuntimeFailed`, `QuotaExceeded`
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
    const { taken } = finishing.chosen;
    const before = await currentFile(db, finishing.project);
    const taught = await teachLastBlocks(lesson, machineOf(provider), control, onProgress);
    const files = before ? [taught.file, before] : [taught.file];
    const [heldOut, current] = await answersByFiles(files, finishing.heldOut, {
      readShown: shownReader(db, taken),
      control,
      onProgress,
    });
    assertEnough(heldOut!.ids.length);
    const figures = figuresOf(finishing.heldOut, heldOut!, current ?? null);
    const outcome = { ...figures, seconds: taught.seconds };
    if (figures.blocks < Math.max(figures.head, figures.current ?? 0)) return { candidate: null, ...outcome };
    const finished = withBlocks(finishing, taught, heldOut!);
    const candidate = await keepFinished(db, finished, control, now =>
      assertUnchanged(finishing.project, now),
    );
    return { candidate, ...outcome };
  });
}

/** What was made of the project last. Null: it is not here any more, or tells other classes apart. */
async function currentFile(db: Database, { candidate: digest, classes }: Project): Promise<Bytes | null> {
  if (digest === null) return null;
  try {
    const { candidate, file } = await readCandidateFile(db, digest);
    const isOfClasses = candidate.labels?.join('\n') === classes.map(({ label }) => label).join('\n');
    return isOfClasses ? file : null;
  } catch (thrown) {
    // Thrown away, or sent and given up for room.
    if (['NotFound', 'NotInstalled'].includes(toFailure(thrown).code)) return null;
    throw thrown;
  }
}

/** Of the photos that are still there. @param current null: nothing was made of the project before that can be asked */
function figuresOf(
  alone: AnsweredRows,
  heldOut: AnsweredRows,
  current: AnsweredRows | null,
): Pick<BlocksOutcome, 'head' | 'current' | 'blocks' | 'heldOut'> {
  const asked = new Set(heldOut.ids);
  const rightOf = ({ ids, answers, labels }: AnsweredRows) =>
    ids.filter((id, row) => asked.has(id) && answers[row] === labels[row]).length;
  return {
    head: rightOf(alone),
    current: current && rightOf(current),
    blocks: rightOf(heldOut),
    heldOut: heldOut.ids.length,
  };
}

/**
 * @param before what this run began from
 * @throws HaversackError `Conflict`: what was made of it would take the place of something newer
 */
function assertUnchanged(before: Project, now: Project): void {
  const changed = (['candidate', 'model', 'classes'] as const).filter(
    name => JSON.stringify(now[name]) !== JSON.stringify(before[name]),
  );
  if (changed.length === 0) return;
  throw new HaversackError(
    'Conflict',
    `while last layers learnt, the project's ${changed.join(' and ')} changed: nothing was replaced; finish it if need be, and teach them again`,
  );
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
    assertEnough(finishing.heldOut.ids.length);
    return await work({ finishing, provider: open.provider });
  } finally {
    await open.learner.close();
  }
}

/** @param heldOut photos @throws HaversackError `TrainingImpossible` */
function assertEnough(heldOut: number): void {
  if (heldOut >= fewestHeldOut) return;
  throw new HaversackError(
    'TrainingImpossible',
    `${heldOut} photos are held out; of fewer than ${fewestHeldOut} it cannot be told what is better`,
  );
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

interface Asking {
  readonly readShown: ReadShown;
  readonly control: TrainControl;
  readonly onProgress: (progress: BlocksRunProgress) => void;
}

/** By the very files that go out, one after the other; photos that went meanwhile are left out. */
async function answersByFiles(
  files: readonly Bytes[],
  heldOut: AnsweredRows,
  { readShown, control, onProgress }: Asking,
): Promise<AnsweredRows[]> {
  const answered: AnsweredRows[] = [];
  const total = files.length * heldOut.ids.length;
  const startedAt = performance.now();
  let done = 0;
  const onPhoto = () => {
    done++;
    const remainingMs = ((performance.now() - startedAt) / done) * (total - done);
    onProgress({ phase: 'judging', done, total, remainingMs });
  };
  for (const file of files) {
    const session = await openOrtSession(file, 'wasm');
    try {
      answered.push(await answersOfSession(session, heldOut, readShown, control, onPhoto));
    } finally {
      await session.dispose();
    }
  }
  return answered;
}

async function answersOfSession(
  session: Session,
  heldOut: AnsweredRows,
  readShown: ReadShown,
  control: TrainControl,
  onPhoto: () => void,
): Promise<AnsweredRows> {
  const rows: number[] = [];
  const probabilities: number[] = [];
  for (const [row, id] of heldOut.ids.entries()) {
    await control.checkpoint();
    const photo = await readShown(id);
    if (photo) {
      const outputs = await session.run({ [session.inputs[0]!.name]: photo });
      rows.push(row);
      probabilities.push(...(outputs[probabilitiesOutput]!.data as Float32Array));
    }
    onPhoto();
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
