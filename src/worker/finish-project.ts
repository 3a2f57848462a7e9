// A project becomes a model: what was learnt as one ONNX file, judged, recorded, and stored as a signed candidate.
import type { Digest } from '../core/artifact/digest.ts';
import type { Candidate } from '../core/artifact/documents.ts';
import type { ModelInterface } from '../core/artifact/interface.ts';
import { saidNames } from '../core/data/columns.ts';
import { HaversackError } from '../core/errors.ts';
import { composeClassifier } from '../core/teach/compose-classifier.ts';
import { meaningOfKind } from '../core/teach/shown-kind.ts';
import type { TrainControl } from '../core/train/engine.ts';
import { saveCandidate } from '../device/candidates.ts';
import { postChange } from '../device/changes.ts';
import type { Database } from '../device/db.ts';
import { parentOfNext } from '../device/founding.ts';
import { loadIdentity } from '../device/identity.ts';
import type { Project } from '../device/project-schemas.ts';
import { noteCandidate, readProject } from '../device/projects.ts';
import type { OpenProject } from './open-project.ts';
import { openOrtSession } from './ort-session.ts';
import type { Learnt } from './project-answerer.ts';
import { buildProjectCandidate, type FinishedProject, type Parent } from './project-candidate.ts';
import {
  answersByHead,
  checkComposed,
  compareWithParent,
  rowsToCheck,
  shownReader,
} from './project-judge.ts';
import { rowRanges } from './row-ranges.ts';
import { readStoredModel } from './stored-model.ts';

/**
 * @returns the candidate, in state `judging`
 * @throws HaversackError `TrainingImpossible` where a class has no example to learn from, there are fewer than two,
 * or a model of that name takes something else; `Aborted`, `NotInstalled`, `RuntimeFailed`, `QuotaExceeded`
 */
export async function finishProject(db: Database, open: OpenProject): Promise<Digest> {
  return keepFinished(db, await projectNow(db, open), open.learner.control);
}

/** A project as it was at one moment, and the file that it is. */
export type FinishingProject = Omit<FinishedProject, 'session' | 'parent' | 'device' | 'ranges'>;

/** With a head alone. @throws HaversackError as `finishProject` */
export async function projectNow(db: Database, { id, learner }: OpenProject): Promise<FinishingProject> {
  // Before what takes minutes; and again before it is stored, for another version may have come by then.
  await refOfParent(db, await readProject(db, id));
  await learner.learn();
  // All of one moment, before anything is awaited: what is shown, moved or taken away from now on is of the next version.
  const { all: examples, classes } = learner.examples;
  const learnt = learntOf(classes, learner.answerer.learnt);
  const heldOut = answersByHead(learnt, learner.examples.rows('test'));
  const [now, chosen] = await Promise.all([readProject(db, id), learner.chosen()]);
  const project = { ...now, classes };
  const file = composeClassifier(chosen.embedder, learnt.head);
  return { project, examples, learnt, heldOut, chosen, file, blocks: null };
}

/**
 * Checked, judged and stored as a signed candidate, in state `judging`, in one transaction with the project's word on it.
 * @param check throws where the project is, at that moment, not what this was made of; nothing is stored then
 * @throws HaversackError `TrainingImpossible` where the version before takes something else; `Aborted`, `RuntimeFailed`,
 * `QuotaExceeded`; `NotFound` where the project went meanwhile; what `check` throws
 */
export async function keepFinished(
  db: Database,
  finishing: FinishingProject,
  control: TrainControl,
  check: (now: Project) => void = () => undefined,
): Promise<Digest> {
  const { project, chosen, file } = finishing;
  const session = await openOrtSession(file, 'wasm');
  try {
    const identity = await loadIdentity(db);
    const parent = await parentOf(db, project);
    const ranges =
      project.columns && (await rowRanges(db, finishing.learnt.rows.ids, project.columns.length));
    const finished: FinishedProject = { ...finishing, session, parent, ranges, device: identity.keyId };
    const readShown = shownReader(db, chosen.taken);
    await checkComposed(session, rowsToCheck(finishing), readShown);
    const made = await buildProjectCandidate(finished);
    const comparison = await compareWithParent(finished, made.candidate, readShown, control);
    // The last moment at which closing leaves nothing behind.
    await control.checkpoint();
    const candidate = await saveCandidate(db, identity, { ...made, comparison }, (projects, digest) =>
      noteCandidate(projects, project.id, digest, check),
    );
    postChange('projects', project.model);
    return candidate;
  } finally {
    await session.dispose();
  }
}

/** @throws HaversackError `TrainingImpossible` */
function learntOf(classes: Project['classes'], learnt: Learnt | null): Learnt {
  const known = new Set(learnt?.rows.classIds);
  const without = classes.filter(({ id }) => !known.has(id)).map(({ label }) => `"${label}"`);
  if (learnt && without.length === 0) return learnt;
  throw new HaversackError(
    'TrainingImpossible',
    classes.length < 2
      ? `there are ${classes.length} classes, two or more are told apart`
      : `there is no example to learn ${without.join(', ')} from`,
  );
}

/** Null: it founds a model. */
async function parentOf(db: Database, project: Project): Promise<Parent | null> {
  const ref = await refOfParent(db, project);
  if (!ref) return null;
  const model = await readStoredModel(db, { model: project.model, version: ref.version });
  assertSameColumns(project, model.body.interface);
  return { ref, model };
}

/** @throws HaversackError `TrainingImpossible` where the version before takes rows of other columns */
function assertSameColumns({ model, columns }: Project, { inputs }: ModelInterface): void {
  const before = inputs[0] && saidNames(inputs[0]);
  if (!columns || before?.join('\n') === columns.join('\n')) return;
  throw new HaversackError(
    'TrainingImpossible',
    `'${model}' takes ${before?.join(', ') ?? 'other numbers'}, these rows have ${columns.join(', ')}: it needs another name`,
  );
}

/** @throws HaversackError `TrainingImpossible` where what the model of that name takes is of another kind */
async function refOfParent(db: Database, { model, kind }: Project): Promise<Candidate['parent']> {
  const next = await parentOfNext(db, model);
  const takes = meaningOfKind[kind];
  if (!next || next.takes === null || next.takes === takes) return next && next.ref;
  throw new HaversackError(
    'TrainingImpossible',
    `'${model}' takes ${next.takes}, what ${kind}s teach takes ${takes}: it needs another name`,
  );
}
