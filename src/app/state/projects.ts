// The classifiers that are being taught by showing on this device, and what new ones begin with. Loaded with the screens that
// need it, never with the shell.
import { signal } from '@preact/signals';
import { HaversackError, toFailure } from '../../core/errors.ts';
import type { Result } from '../../core/result.ts';
import type { EmbeddingPoint } from '../../core/teach/embedder.ts';
import { onChanges } from '../../device/changes.ts';
import { countExamples } from '../../device/examples.ts';
import type { Project, ShownKind } from '../../device/project-schemas.ts';
import { createProject, listProjects, removeProject } from '../../device/projects.ts';
import type { VersionRef } from '../../worker/protocol.ts';
import { catalogue } from './catalogue.ts';
import { errorToast } from './error-toast.ts';
import { installedByModel } from './installed.ts';
import { pointsOf } from '../bridge/project-port.ts';
import { need } from './services.ts';

export interface BegunProject {
  readonly project: Project;
  /** How many were shown. */
  readonly photos: number;
}

/** The one that was worked on last first. Empty until `followProjects`. */
export const begunProjects = signal<readonly BegunProject[]>([]);

/** Keeps `begunProjects` as the store is. @returns the function that ends it */
export function followProjects(): () => void {
  let ended = false;
  const load = async (): Promise<void> => {
    try {
      begunProjects.value = await readBegun();
    } catch (thrown) {
      if (!ended) console.error(thrown);
    }
  };
  void load();
  const unlisten = onChanges(({ type }) => {
    if (type === 'projects' || type === 'examples') void load();
  });
  return () => {
    ended = true;
    unlisten();
  };
}

async function readBegun(): Promise<BegunProject[]> {
  const { db } = need();
  const projects = await listProjects(db);
  return Promise.all(
    projects.map(async project => {
      const counts = await countExamples(db, project);
      return { project, photos: [...counts.values()].reduce((sum, n) => sum + n, 0) };
    }),
  );
}

/**
 * One to show things of that kind to: that which was begun and shown nothing yet, else a new one with these classes.
 * @throws HaversackError `StorageFailed`, `QuotaExceeded`
 */
export async function beginProject(kind: ShownKind, labels: readonly string[]): Promise<Project> {
  const begun = await readBegun();
  const empty = begun.find(
    ({ project, photos }) => project.kind === kind && photos === 0 && project.candidate === null,
  );
  if (empty) return empty.project;
  const taken = begun.map(({ project }) => project.model);
  return createProject(need().db, { kind, model: freeName(taken), labels });
}

/** `my-model`, or the first `my-model-2` … that nothing here or in the registry is called. */
function freeName(taken: readonly string[]): string {
  const names = new Set([
    ...taken,
    ...installedByModel.value.keys(),
    ...(catalogue.value ?? []).map(({ model }) => model),
  ]);
  for (let n = 1; ; n++) {
    const name = n === 1 ? 'my-model' : `my-model-${n}`;
    if (!names.has(name)) return name;
  }
}

/** The project on this device that becomes that model, or became it. */
export async function projectOfModel(model: string): Promise<Project | null> {
  return (await listProjects(need().db)).find(project => project.model === model) ?? null;
}

export async function removeBegun(id: string): Promise<void> {
  try {
    await removeProject(need().db, id);
  } catch (thrown) {
    errorToast(toFailure(thrown));
  }
}

const knownPoints = new Map<string, Promise<Result<EmbeddingPoint[]>>>();

/** Where a version's embedding may be taken, the proposed place first. Asked of the worker once a version. */
export function embeddingPointsOf(ref: VersionRef): Promise<Result<EmbeddingPoint[]>> {
  const key = `${ref.model}@${ref.version}`;
  const known = knownPoints.get(key) ?? pointsOf(need().training, ref);
  knownPoints.set(key, known);
  void known.then(result => {
    if (!result.ok) knownPoints.delete(key);
  });
  return known;
}

/** The proposed place. @throws HaversackError where the model has none, or could not be opened */
export async function proposedPoint(ref: VersionRef): Promise<EmbeddingPoint> {
  const result = await embeddingPointsOf(ref);
  if (!result.ok) throw new HaversackError(result.error.code, result.error.detail);
  const [first] = result.value;
  if (!first) throw new HaversackError('TrainingImpossible', `${ref.model}: no place to take an embedding`);
  return first;
}
