// The classes that labels from elsewhere are of: a project's own by that name, or made.
import { HaversackError } from '../core/errors.ts';
import type { Database } from './db.ts';
import { addClasses } from './project-classes.ts';
import { maxClasses, maxLabelLength, type Project } from './project-schemas.ts';
import { newClass, type ProjectClass } from './projects.ts';

export interface Labelled {
  /** Trimmed. Null: nothing says what it is. */
  readonly label: string | null;
  readonly isNone: boolean;
}

/**
 * The id of the class of each label. Looked at before the first is made: nothing is left of what cannot be brought in.
 * @throws HaversackError as `newClassesFor`
 */
export async function classesFor(
  db: Database,
  project: Project,
  found: readonly Labelled[],
  rootClass?: string,
): Promise<Map<string | null, string>> {
  const fresh = newClassesFor(project, found);
  if (fresh.length > 0) await addClasses(db, project.id, fresh);
  const ids = new Map<string | null, string>(
    [...project.classes, ...fresh].map(({ label, id }) => [label, id]),
  );
  if (rootClass !== undefined) ids.set(null, rootClass);
  return ids;
}

/**
 * Those that the labels need beside the project's.
 * @throws HaversackError `InputInvalid` for a label that is too long, and for too many
 */
export function newClassesFor({ classes }: Project, found: readonly Labelled[]): ProjectClass[] {
  const known = new Set(classes.map(({ label }) => label));
  let hasNone = classes.some(({ isNone }) => isNone);
  const fresh = new Map<string, ProjectClass>();
  for (const { label, isNone } of found) {
    if (label === null || known.has(label) || fresh.has(label)) continue;
    assertLabel(label);
    fresh.set(label, newClass(label, isNone && !hasNone));
    hasNone ||= isNone;
  }
  const count = classes.length + fresh.size;
  if (count > maxClasses) {
    throw new HaversackError(
      'InputInvalid',
      `it would have ${count} classes then, at most ${maxClasses} are taken`,
    );
  }
  return [...fresh.values()];
}

function assertLabel(label: string): void {
  if (label.length <= maxLabelLength) return;
  throw new HaversackError(
    'InputInvalid',
    `the label '${label.slice(0, 40)}…' has ${label.length} characters, at most ${maxLabelLength} are taken`,
  );
}
