// Projects of three colours, to which drawn photos are shown.
import type { Database } from '../../src/device/db.ts';
import { addExamples, type NewExample } from '../../src/device/examples.ts';
import type { Project } from '../../src/device/project-schemas.ts';
import { createProject } from '../../src/device/projects.ts';
import { keptPhoto } from '../device/photos.ts';

/** Of the classes, in degrees. */
export const hues = [0, 120, 240];
export const labels = ['red', 'green', 'blue'];
/** Of the version that `storePhotoModel` stores as `base`. */
export const embedder = { model: 'base', version: 1, value: 'pooled' };

export function newProject(db: Database): Promise<Project> {
  return createProject(db, { model: 'colours', labels, embedder });
}

/**
 * @param place of the class
 * @param first seed of the first photo; others show something else
 */
export async function show(
  db: Database,
  { id, classes }: Project,
  place: number,
  count: number,
  first = 0,
): Promise<void> {
  const recording = crypto.randomUUID();
  const given = Array.from({ length: count }, async (_, i): Promise<NewExample> => {
    const photo = await keptPhoto(1000 * place + first + i, hues[place]);
    const at = new Date(1000 * (first + i));
    return { class: classes[place]!.id, shown: photo, recording, source: 'file', at };
  });
  await addExamples(db, id, await Promise.all(given));
}
