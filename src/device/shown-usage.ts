// What photos take of the store, and which versions their projects need. Loaded when it is asked for: the shell needs none of
// it.
import type { z } from '../core/zod.ts';
import type { Database } from './db.ts';
import {
  type Example,
  exampleSchema,
  projectSchema,
  type RecordRow,
  recordSchema,
} from './project-schemas.ts';
import { readRows } from './rows.ts';
import { storing } from './storage-error.ts';
import { versionKey } from './version-key.ts';

/** Rows read at a time. */
const window = 1000;

export interface ShownUsage {
  /** By project. */
  readonly projects: readonly {
    readonly id: string;
    readonly model: string;
    readonly examples: number;
    /** Of photos and thumbnails. */
    readonly bytes: number;
  }[];
  /** Photos of kept predictions. */
  readonly recordBytes: number;
}

/** By the rows alone: no photo is read. @throws HaversackError `StorageFailed` */
export async function shownUsage(db: Database): Promise<ShownUsage> {
  const projects = readRows(projectSchema, await storing(() => db.getAll('projects')), 'projects');
  const taken = new Map(projects.map(({ id }) => [id, { examples: 0, bytes: 0 }]));
  for await (const { project, bytes } of eachRow(db, 'examples', exampleSchema)) {
    const sum = taken.get(project);
    if (sum) taken.set(project, { examples: sum.examples + 1, bytes: sum.bytes + bytes });
  }
  let recordBytes = 0;
  for await (const { photo } of eachRow(db, 'records', recordSchema)) recordBytes += photo?.bytes ?? 0;
  return {
    projects: projects.map(({ id, model }) => ({ id, model, ...taken.get(id)! })),
    recordBytes,
  };
}

async function* eachRow<Row>(
  db: Database,
  name: 'examples' | 'records',
  schema: z.ZodType<Row>,
): AsyncGenerator<Row> {
  let range: IDBKeyRange | null = null;
  for (;;) {
    const rows: (Example | RecordRow)[] = await storing(() => db.getAll(name, range, window));
    yield* readRows(schema, rows, name);
    const last = rows.at(-1);
    if (!last || rows.length < window) return;
    range = IDBKeyRange.lowerBound(last.id, true);
  }
}

/** Keys of the versions that embed what is shown here. @param raws the rows of `projects`, as they are */
export function embedderKeys(raws: readonly unknown[]): string[] {
  return readRows(projectSchema, raws, 'projects').flatMap(({ embedder }) =>
    typeof embedder === 'object' && embedder ? [versionKey(embedder.model, embedder.version)] : [],
  );
}
