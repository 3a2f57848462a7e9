// A project that is open in this worker: what embeds what it is shown, and what learns it.
import { HaversackError } from '../core/errors.ts';
import type { TrainControl } from '../core/train/engine.ts';
import type { Database } from '../device/db.ts';
import type { EmbedderChoice } from '../device/project-schemas.ts';
import { readProject } from '../device/projects.ts';
import type { WebProvider } from './ort.ts';
import { EmbedderSession } from './project-embedder.ts';
import { ProjectLearner } from './project-learner.ts';

export interface OpenProject {
  readonly id: string;
  /** As it was when the project was opened: another choice takes another opening. */
  readonly embedder: EmbedderChoice;
  readonly provider: WebProvider;
  readonly learner: ProjectLearner;
}

/**
 * @param within of the work that it is opened for: its learning is held up and stopped with that
 * @throws HaversackError `NotFound`; `TrainingImpossible` without an embedder; `NotInstalled`, `ChunkInvalid`, `RuntimeFailed`
 */
export async function openProject(
  db: Database,
  id: string,
  within: TrainControl | null = null,
): Promise<OpenProject> {
  const project = await readProject(db, id);
  const { embedder } = project;
  if (!embedder)
    throw new HaversackError('TrainingImpossible', 'no model was chosen to see what it is shown by');
  const session = await EmbedderSession.open(db, embedder, project);
  const learner = new ProjectLearner(db, id, session, within);
  return { id, embedder, provider: session.provider, learner };
}
