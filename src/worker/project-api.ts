// The projects' side of the worker's surface: those that are open, by handle. The work itself is loaded when it is asked for.
import { HaversackError } from '../core/errors.ts';
import { answer } from './answer.ts';
import { database } from './database.ts';
import type { OpenProject } from './open-project.ts';
import { quietly, releasing } from './page-proxy.ts';
import type { ProjectApi } from './protocol.ts';

const open = new Map<number, OpenProject>();
let lastHandle = 0;

export const projects: ProjectApi = {
  openProject: id =>
    answer(async () => {
      const { openProject } = await import('./open-project.ts');
      const project = await openProject(await database(), id);
      const handle = ++lastHandle;
      open.set(handle, project);
      return { handle, provider: project.provider };
    }, 'TrainingImpossible'),

  learn: (handle, onStanding) =>
    answer(
      () => releasing(onStanding, () => opened(handle).learner.learn(quietly(onStanding))),
      'TrainingImpossible',
    ),

  look: (handle, shown) => answer(() => opened(handle).learner.look(shown), 'RuntimeFailed'),

  finishProject: handle =>
    answer(async () => {
      const { finishProject } = await import('./finish-project.ts');
      return { candidate: await finishProject(await database(), opened(handle)) };
    }, 'TrainingImpossible'),

  closeProject: handle =>
    answer(async () => {
      const project = open.get(handle);
      open.delete(handle);
      await project?.learner.close();
      return null;
    }, 'RuntimeFailed'),

  embeddingPoints: ref =>
    answer(async () => {
      const { pointsOf } = await import('./project-embedder.ts');
      return pointsOf(await database(), ref);
    }, 'ModelInvalid'),
};

export function openProjects(): number {
  return open.size;
}

/** As a rejection, not a throw: whoever calls answers with it. */
function opened(handle: number): OpenProject {
  const project = open.get(handle);
  if (!project) throw new HaversackError('Aborted', `no project is open under handle ${handle}`);
  return project;
}
