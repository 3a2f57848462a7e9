// Classifiers that are taught on this device by showing: what they are called, their classes, what embeds their photos.
import type { IDBPObjectStore, StoreNames } from 'idb';
import type { Digest } from '../core/artifact/digest.ts';
import { HaversackError } from '../core/errors.ts';
import type { ShownKind } from '../core/teach/shown-kind.ts';
import { z } from '../core/zod.ts';
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { deleteExamples } from './example-rows.ts';
import { builtInEmbedder, type EmbedderChoice, type Project, projectSchema } from './project-schemas.ts';
import { readRow, readRows } from './rows.ts';
import type { HaversackDB } from './schema.ts';
import { storing } from './storage-error.ts';

export type ProjectClass = Project['classes'][number];

export interface NewProject {
  /** The model it becomes. */
  readonly model: string;
  /** Of its first classes; more can come at any time. */
  readonly labels?: readonly string[];
  /** Absent: `photo`. */
  readonly kind?: ShownKind;
  /** Absent: of photos none yet; of sounds and rows what is built in. */
  readonly embedder?: EmbedderChoice | null;
}

/**
 * @throws HaversackError `InputInvalid` for a name that is none, labels that are empty or twice the same, or photos to be seen
 * by what is built in for others
 */
export async function createProject(
  db: Database,
  { model, labels = [], kind = 'photo', embedder = kind === 'photo' ? null : builtInEmbedder }: NewProject,
): Promise<Project> {
  const now = new Date().toISOString();
  const made = checked({
    id: crypto.randomUUID(),
    kind,
    model,
    classes: labels.map(label => newClass(label)),
    columns: null,
    embedder,
    candidate: null,
    createdAt: now,
    updatedAt: now,
  });
  await storing(async () => {
    const tx = db.transaction('projects', 'readwrite', { durability: 'strict' });
    await tx.store.add(made);
    await tx.done;
  });
  postChange('projects', made.model);
  return made;
}

export function newClass(label: string, isNone = false): ProjectClass {
  return { id: crypto.randomUUID(), label, isNone };
}

/** The one that was worked on last first. */
export async function listProjects(db: Database): Promise<Project[]> {
  const rows = readRows(projectSchema, await storing(() => db.getAll('projects')), 'projects');
  return rows.sort((a, b) => b.updatedAt.localeCompare(a.updatedAt));
}

/** @throws HaversackError `NotFound` */
export async function readProject(db: Database, id: string): Promise<Project> {
  return projectOf(await storing(() => db.get('projects', id)), id);
}

/** A row as it was read. @throws HaversackError `NotFound` */
export function projectOf(raw: unknown, id: string): Project {
  const row = readRow(projectSchema, raw, 'projects');
  if (!row) throw new HaversackError('NotFound', `project ${id.slice(0, 8)} is not on this device`);
  return row;
}

/**
 * Reads a project, changes it and keeps it, in one transaction.
 * @throws HaversackError `NotFound`; `InputInvalid` where what came out is no project; what `change` throws
 */
export async function changeProject(
  db: Database,
  id: string,
  change: (project: Project) => Partial<Project>,
): Promise<Project> {
  const changed = await storing(async () => {
    const tx = db.transaction('projects', 'readwrite', { durability: 'strict' });
    const project = projectOf(await tx.store.get(id), id);
    const next = changedProject(project, change(project));
    await tx.store.put(next);
    await tx.done;
    return next;
  });
  postChange('projects', changed.model);
  return changed;
}

/** @throws HaversackError `InputInvalid` where what comes out is no project */
export function changedProject(project: Project, change: Partial<Project>): Project {
  return checked({
    ...project,
    ...change,
    id: project.id,
    kind: project.kind,
    updatedAt: new Date().toISOString(),
  });
}

/** Of the model that it becomes. */
export function renameProject(db: Database, id: string, model: string): Promise<Project> {
  return changeProject(db, id, () => ({ model }));
}

/** Embeddings of the one before stay until their examples go: choosing that one again costs nothing. */
export function chooseEmbedder(db: Database, id: string, embedder: EmbedderChoice): Promise<Project> {
  return changeProject(db, id, () => ({ embedder }));
}

/** In the transaction of a caller. */
export type ProjectStore = IDBPObjectStore<
  HaversackDB,
  ArrayLike<StoreNames<HaversackDB>>,
  'projects',
  'readwrite'
>;

/**
 * In the caller's transaction, before it writes anything else.
 * @param candidate what was made of it last
 * @param check throws where the project, as it is then, is not what that was made of
 * @throws HaversackError `NotFound`; what `check` throws; having written nothing
 */
export async function noteCandidate(
  projects: ProjectStore,
  id: string,
  candidate: Digest,
  check: (now: Project) => void,
): Promise<void> {
  const now = projectOf(await projects.get(id), id);
  check(now);
  await projects.put(changedProject(now, { candidate }));
}

/** With all that was shown. What was made of it stays. */
export async function removeProject(db: Database, id: string): Promise<void> {
  const project = await storing(async () => {
    const stores = ['projects', 'examples', 'exampleFiles', 'thumbnails', 'embeddings'] as const;
    const tx = db.transaction(stores, 'readwrite', { durability: 'strict' });
    const row = readRow(projectSchema, await tx.objectStore('projects').get(id), 'projects');
    await deleteExamples(tx, await tx.objectStore('examples').index('project').getAllKeys(id));
    await tx.objectStore('projects').delete(id);
    await tx.done;
    return row;
  });
  postChange('projects', project?.model);
  postChange('examples', project?.model);
}

function checked(project: Project): Project {
  const parsed = projectSchema.safeParse(project);
  if (!parsed.success) throw new HaversackError('InputInvalid', z.prettifyError(parsed.error));
  const { classes, kind, embedder } = parsed.data;
  if (kind === 'photo' && embedder === builtInEmbedder) {
    throw new HaversackError('InputInvalid', 'nothing that sees photos is built in');
  }
  const twice = classes.find(({ label }, i) => classes.findIndex(other => other.label === label) !== i);
  if (twice) throw new HaversackError('InputInvalid', `there are two classes called "${twice.label}"`);
  if (classes.filter(({ isNone }) => isNone).length > 1) {
    throw new HaversackError('InputInvalid', 'two classes mean "none of these"');
  }
  return parsed.data;
}
