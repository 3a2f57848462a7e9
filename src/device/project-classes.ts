// The classes of a project: added, renamed, put in another order, and removed with their examples, at any time.
import { HaversackError } from '../core/errors.ts';
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { deleteExamples } from './example-rows.ts';
import { assertTakesBack, putRemoved, type RemovedExample, readWhole } from './examples.ts';
import { maxLabelLength, type Project } from './project-schemas.ts';
import { changedProject, changeProject, newClass, type ProjectClass, projectOf } from './projects.ts';
import { storing } from './storage-error.ts';

/** A class that was removed, to be put back. */
export interface RemovedClass {
  readonly project: string;
  readonly class: ProjectClass;
  /** Where it stood. */
  readonly index: number;
  readonly examples: readonly RemovedExample[];
}

/**
 * @param isNone "None of these", of which there is one at most
 * @throws HaversackError `NotFound`; `InputInvalid` for a label that another class has
 */
export async function addClass(
  db: Database,
  project: string,
  label: string,
  isNone = false,
): Promise<ProjectClass> {
  const [made] = await addClasses(db, project, [newClass(label, isNone)]);
  return made!;
}

/** All of them or none. @throws HaversackError `NotFound`; `InputInvalid` as `addClass`, and for more than a project may have */
export async function addClasses(
  db: Database,
  project: string,
  made: readonly ProjectClass[],
): Promise<ProjectClass[]> {
  const changed = await changeProject(db, project, ({ classes }) => ({ classes: [...classes, ...made] }));
  return changed.classes.slice(-made.length);
}

/** @throws HaversackError `NotFound`; `InputInvalid` for a label that another class has */
export function renameClass(db: Database, project: string, id: string, label: string): Promise<Project> {
  return changeProject(db, project, ({ classes }) => ({
    classes: classes.with(indexOf(classes, id), { ...classOf(classes, id), label }),
  }));
}

/** @param to the index that it has then */
export function moveClass(db: Database, project: string, id: string, to: number): Promise<Project> {
  return changeProject(db, project, ({ classes }) => {
    const moved = classOf(classes, id);
    return {
      classes: classes.filter(each => each !== moved).toSpliced(to, 0, moved),
    };
  });
}

/** With its examples. The answer puts it back, and holds its photos until it is let go. */
export async function removeClass(db: Database, project: string, id: string): Promise<RemovedClass> {
  const { removed, model } = await storing(async () => {
    const stores = ['projects', 'examples', 'exampleFiles', 'thumbnails', 'embeddings'] as const;
    const tx = db.transaction(stores, 'readwrite', { durability: 'strict' });
    const row = projectOf(await tx.objectStore('projects').get(project), project);
    const index = indexOf(row.classes, id);
    const ids = await tx.objectStore('examples').index('class').getAllKeys(id);
    const examples = await readWhole(tx, ids);
    await deleteExamples(tx, ids);
    await tx
      .objectStore('projects')
      .put(changedProject(row, { classes: row.classes.filter(each => each.id !== id) }));
    await tx.done;
    return { removed: { project, class: row.classes[index]!, index, examples }, model: row.model };
  });
  postChange('projects', model);
  if (removed.examples.length > 0) postChange('examples', model);
  return removed;
}

/**
 * Under a label that is free: where another class has its own by now, `cup (2)`. "None of these" is one of the others where there is
 * such a class by now. @throws HaversackError `NotFound`; `InputInvalid`, `TooLarge` as `restoreExamples`; `QuotaExceeded`
 */
export async function restoreClass(db: Database, removed: RemovedClass): Promise<void> {
  const model = await storing(async () => {
    const stores = ['projects', 'examples', 'exampleFiles', 'thumbnails'] as const;
    const tx = db.transaction(stores, 'readwrite', { durability: 'strict' });
    const row = projectOf(await tx.objectStore('projects').get(removed.project), removed.project);
    if (row.classes.some(({ id }) => id === removed.class.id)) return row.model;
    await assertTakesBack(tx, row, removed.examples);
    const classes = row.classes.toSpliced(removed.index, 0, fittingIn(row.classes, removed.class));
    await tx.objectStore('projects').put(changedProject(row, { classes }));
    await putRemoved(tx, removed.examples);
    await tx.done;
    return row.model;
  });
  postChange('projects', model);
  postChange('examples', model);
}

/** What had its place may have been taken meanwhile: its photos are not to be lost over that. */
function fittingIn(classes: readonly ProjectClass[], removed: ProjectClass): ProjectClass {
  const taken = new Set(classes.map(({ label }) => label));
  let label = removed.label;
  for (let nth = 2; taken.has(label); nth++) {
    const ending = ` (${nth})`;
    label = removed.label.slice(0, maxLabelLength - ending.length) + ending;
  }
  return { ...removed, label, isNone: removed.isNone && !classes.some(({ isNone }) => isNone) };
}

function classOf(classes: readonly ProjectClass[], id: string): ProjectClass {
  return classes[indexOf(classes, id)]!;
}

function indexOf(classes: readonly ProjectClass[], id: string): number {
  const index = classes.findIndex(each => each.id === id);
  if (index < 0) throw new HaversackError('NotFound', `class ${id.slice(0, 8)} is not in the project`);
  return index;
}
