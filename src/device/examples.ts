// What was shown to a project: photos, seconds of sound or rows of numbers, with the class that somebody said they are of. Never
// evicted: nobody else has them.
import { type Bytes, type Digest, sha256 } from '../core/artifact/digest.ts';
import { HaversackError } from '../core/errors.ts';
import { type ExamplePart, straddles } from '../core/teach/place-example.ts';
import type { rowMediaType } from '../core/teach/row-bytes.ts';
import { postChange } from './changes.ts';
import { ownBuffer } from './chunk-store.ts';
import type { Database } from './db.ts';
import { withRoom } from './evict.ts';
import { deleteExamples, type ExampleTransaction } from './example-rows.ts';
import {
  assertKind,
  assertRoom,
  assertSameColumns,
  Beside,
  placed,
  placedOf,
  type Unplaced,
} from './place-shown.ts';
import { type Example, exampleSchema, type Project } from './project-schemas.ts';
import { changedProject, projectOf } from './projects.ts';
import { readRow, readRows } from './rows.ts';
import { storing } from './storage-error.ts';

interface KeptFile {
  readonly bytes: Bytes;
  /** As in `exampleSchema`. */
  readonly width: number;
  readonly height: number;
  /** JPEG, at most 128 pixels wide and high; of nothing where there is no picture of it. */
  readonly thumbnail: Bytes;
  readonly fingerprint: string;
}

/** A photo as it is kept: upright, no larger than it is learnt from, without what a camera wrote into it (`preparePhoto`). */
export interface KeptPhoto extends KeptFile {
  readonly mediaType: 'image/jpeg' | 'image/png';
}

/** A second of sound as it is kept: 16-bit PCM, mono, 16 kHz (`prepareSound`). */
export interface KeptSound extends KeptFile {
  readonly mediaType: 'audio/wav';
}

/** A row of numbers as it is kept (`prepareRow`). */
export interface KeptRow extends KeptFile {
  readonly mediaType: typeof rowMediaType;
}

export type KeptShown = KeptPhoto | KeptSound | KeptRow;

export interface NewExample extends Pick<Example, 'class' | 'recording' | 'source'> {
  readonly shown: KeptShown;
  /** Of a row: what its numbers are. Others than the project's are refused; absent: they are the project's. */
  readonly columns?: readonly string[];
  /** When it was shown; absent: now. */
  readonly at?: Date;
  /** As it was fixed elsewhere, in a data set that was exported; absent: where it is placed here. */
  readonly part?: ExamplePart;
}

/** How many of those that were given came to what. */
export interface Added {
  /** In the order in which they were given; those left out are not among them. */
  readonly examples: readonly Example[];
  /** Those that were here already; they are of the class that was said last. */
  readonly known: number;
  /** What those were of before. */
  readonly before: readonly Move[];
  /** Too much like examples of both parts: whatever they were learnt by, something would be judged on its like. */
  readonly leftOut: number;
  /** Those of them that were here already, under another class. */
  readonly removed: readonly RemovedExample[];
}

/**
 * Keeps examples, each in its part for ever. One transaction: what one is placed beside is read in it, for two pages may
 * show at once; either all of them are kept or none.
 * @throws HaversackError `NotFound` without the project or a class; `InputInvalid` for what a project of that kind is not shown, or a
 * row of other columns; `TooLarge` for more rows than a project may have; `QuotaExceeded`
 */
export async function addExamples(
  db: Database,
  project: string,
  given: readonly NewExample[],
): Promise<Added> {
  const made = await Promise.all(given.map(async each => ({ ...each, row: await rowOf(project, each) })));
  const bytes = made.reduce((sum, { row }) => sum + row.bytes, 0);
  const { model } = projectOf(await storing(() => db.get('projects', project)), project);
  const added = await withRoom(
    db,
    () => Promise.resolve(bytes),
    () => storing(() => putNew(db, project, made)),
    {},
  );
  postChange('examples', model);
  return added;
}

async function rowOf(project: string, { shown, at = new Date(), ...given }: NewExample): Promise<Unplaced> {
  const { width, height, fingerprint, bytes, thumbnail } = shown;
  return {
    id: await exampleIdOf(project, bytes),
    project,
    class: given.class,
    recording: given.recording,
    source: given.source,
    width,
    height,
    fingerprint,
    bytes: bytes.length + thumbnail.length,
    createdAt: at.toISOString(),
  };
}

/** SHA-256 of the project's id, as it is written, and the file's bytes. */
export function exampleIdOf(project: string, file: Bytes): Promise<Digest> {
  const name = new TextEncoder().encode(project);
  const both = new Uint8Array(name.length + file.length);
  both.set(name);
  both.set(file, name.length);
  return sha256(both);
}

async function putNew(
  db: Database,
  project: string,
  made: readonly (NewExample & { readonly row: Unplaced })[],
): Promise<Added> {
  const stores = ['projects', 'examples', 'exampleFiles', 'thumbnails', 'embeddings'] as const;
  const tx = db.transaction(stores, 'readwrite', { durability: 'strict' });
  const store = tx.objectStore('examples');
  const owner = projectOf(await tx.objectStore('projects').get(project), project);
  for (const { class: id, shown, columns } of made) {
    assertClass(owner, id);
    assertKind(owner, shown, columns);
  }
  const here = readRows(exampleSchema, await store.index('project').getAll(project), 'examples');
  const known = new Beside(owner.kind, oldestFirst(here));
  assertRoom(owner, new Set([...here, ...made.map(({ row }) => row)].map(({ id }) => id)).size);
  const examples: Example[] = [];
  const gone: string[] = [];
  let [again, leftOut] = [0, 0];
  for (const { row, shown, part: fixed } of made) {
    const old = known.get(row.id);
    const example = placed(known.places, { row, old, fixed });
    if (example === null) {
      leftOut++;
      if (old) gone.push(old.id);
      continue;
    }
    if (old) again++;
    else {
      await tx.objectStore('exampleFiles').put(fileOf(example.id, shown));
      if (shown.thumbnail.length > 0) {
        await tx.objectStore('thumbnails').put({ id: example.id, bytes: ownBuffer(shown.thumbnail) });
      }
    }
    known.put(example);
    await store.put(example);
    examples.push(example);
  }
  const removed = await readWhole(tx, gone);
  await deleteExamples(tx, gone);
  await tx.objectStore('projects').put(changedProject(owner, {}));
  await tx.done;
  const kept = new Set(examples.map(({ id }) => id));
  const were = here.filter(({ id }) => kept.has(id)).map(({ id, class: of }) => ({ id, class: of }));
  return { examples, known: again, before: were, leftOut, removed };
}

function fileOf(id: string, { mediaType, bytes }: KeptShown) {
  return { id, mediaType, bytes: ownBuffer(bytes) };
}

/** @throws HaversackError `NotFound` */
export function assertClass({ classes }: Project, id: string): void {
  if (classes.some(each => each.id === id)) return;
  throw new HaversackError('NotFound', `class ${id.slice(0, 8)} is not in the project`);
}

/** Oldest first. */
export async function listExamples(db: Database, project: string): Promise<Example[]> {
  const raws = await storing(() => db.getAllFromIndex('examples', 'project', project));
  return oldestFirst(readRows(exampleSchema, raws, 'examples'));
}

export function oldestFirst(examples: readonly Example[]): Example[] {
  return examples.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id));
}

/** How many examples each class of the project has, without reading them. */
export async function countExamples(
  db: Database,
  { classes }: Pick<Project, 'classes'>,
): Promise<Map<string, number>> {
  return storing(async () => {
    const index = db.transaction('examples').store.index('class');
    const counts = await Promise.all(classes.map(({ id }) => index.count(id)));
    return new Map(classes.map(({ id }, i) => [id, counts[i]!]));
  });
}

/** Null where it is gone. */
export async function readExampleFile(db: Database, id: string): Promise<Blob | null> {
  const row = await storing(() => db.get('exampleFiles', id));
  return row ? new Blob([row.bytes], { type: row.mediaType }) : null;
}

/** By id; those that are gone are not in it. Ask for those that are seen, not for all. */
export async function readThumbnails(db: Database, ids: readonly string[]): Promise<Map<string, Blob>> {
  const rows = await storing(() => {
    const { store } = db.transaction('thumbnails');
    return Promise.all(ids.map(id => store.get(id)));
  });
  return new Map(
    rows.flatMap(row => (row ? [[row.id, new Blob([row.bytes], { type: 'image/jpeg' })] as const] : [])),
  );
}

/** An example and what it is of. */
export interface Move {
  readonly id: string;
  readonly class: string;
}

/** An example that was removed, with its file, to be put back. */
export interface RemovedExample {
  readonly example: Example;
  /** Of its project then. */
  readonly columns: Project['columns'];
  readonly mediaType: string;
  readonly bytes: ArrayBuffer;
  readonly thumbnail: ArrayBuffer;
}

/** The answer puts them back, and holds their files until it is let go. Those that are not there are none. */
export async function removeExamples(db: Database, ids: readonly string[]): Promise<RemovedExample[]> {
  const { removed, models } = await storing(async () => {
    const stores = ['projects', 'examples', 'exampleFiles', 'thumbnails', 'embeddings'] as const;
    const tx = db.transaction(stores, 'readwrite', { durability: 'strict' });
    const whole = await readWhole(tx, ids);
    const owners = await ownersOf(
      tx,
      whole.map(({ example }) => example),
    );
    await deleteExamples(tx, ids);
    await tx.done;
    return { removed: whole, models: [...owners.values()].map(({ model }) => model) };
  });
  for (const model of models) postChange('examples', model);
  return removed;
}

/**
 * Each in the part it had. What straddles by now, its like having been shown meanwhile, stays away.
 * @returns how many do
 * @throws HaversackError `NotFound` where the project or the class is gone; `InputInvalid` for rows of other columns than the project
 * has by now; `TooLarge` where others took their room; `QuotaExceeded`
 */
export async function restoreExamples(db: Database, removed: readonly RemovedExample[]): Promise<number> {
  const { models, away } = await storing(async () => {
    const stores = ['projects', 'examples', 'exampleFiles', 'thumbnails'] as const;
    const tx = db.transaction(stores, 'readwrite', { durability: 'strict' });
    const examples = removed.map(({ example }) => example);
    const owners = await ownersOf(tx, examples);
    for (const { project, class: id } of examples) assertClass(owners.get(project)!, id);
    for (const owner of owners.values()) await assertTakesBack(tx, owner, removed);
    const others = (await examplesOfClasses(tx, examples)).map(placedOf);
    const fitting = removed.filter(
      ({ example }) => !straddles(others, placedOf(example), owners.get(example.project)!.kind),
    );
    await putRemoved(tx, fitting);
    await tx.done;
    return {
      models: [...owners.values()].map(({ model }) => model),
      away: removed.length - fitting.length,
    };
  });
  for (const model of models) postChange('examples', model);
  return away;
}

/** In a caller's transaction. @throws HaversackError `InputInvalid`, `TooLarge` */
export async function assertTakesBack(
  tx: ExampleTransaction<'examples'>,
  project: Project,
  removed: readonly RemovedExample[],
): Promise<void> {
  if (project.kind !== 'row') return;
  const own = removed.filter(({ example }) => example.project === project.id);
  for (const { columns } of own) assertSameColumns(project, columns ?? []);
  const here = await tx.objectStore('examples').index('project').getAllKeys(project.id);
  assertRoom(project, new Set([...here, ...own.map(({ example }) => example.id)]).size);
}

/** All of the classes that these are of; in a caller's transaction. */
export async function examplesOfClasses(
  tx: ExampleTransaction<'examples'>,
  of: readonly Pick<Example, 'class'>[],
): Promise<Example[]> {
  const index = tx.objectStore('examples').index('class');
  const classes = [...new Set(of.map(each => each.class))];
  const raws = await Promise.all(classes.map(id => index.getAll(id)));
  return readRows(exampleSchema, raws.flat(), 'examples');
}

/** The projects that examples are of, by id; in a caller's transaction. @throws HaversackError `NotFound` */
export async function ownersOf(
  tx: ExampleTransaction<'projects'>,
  examples: readonly Example[],
): Promise<Map<string, Project>> {
  const ids = [...new Set(examples.map(({ project }) => project))];
  const raws = await Promise.all(ids.map(id => tx.objectStore('projects').get(id)));
  return new Map(ids.map((id, i) => [id, projectOf(raws[i], id)]));
}

/** In a caller's transaction. @throws HaversackError `NotFound` for those of a project that is gone */
export async function readWhole(
  tx: ExampleTransaction<'projects' | 'examples' | 'exampleFiles' | 'thumbnails'>,
  ids: readonly string[],
): Promise<RemovedExample[]> {
  const whole: Omit<RemovedExample, 'columns'>[] = [];
  for (const id of ids) {
    const [raw, file, thumbnail] = await Promise.all([
      tx.objectStore('examples').get(id),
      tx.objectStore('exampleFiles').get(id),
      tx.objectStore('thumbnails').get(id),
    ]);
    const example = readRow(exampleSchema, raw, 'examples');
    if (!example || !file) continue;
    const { mediaType, bytes } = file;
    whole.push({ example, mediaType, bytes, thumbnail: thumbnail?.bytes ?? new ArrayBuffer(0) });
  }
  const owners = await ownersOf(
    tx,
    whole.map(({ example }) => example),
  );
  return whole.map(each => ({ ...each, columns: owners.get(each.example.project)!.columns }));
}

/** In a caller's transaction. */
export async function putRemoved(
  tx: ExampleTransaction<'examples' | 'exampleFiles' | 'thumbnails'>,
  removed: readonly RemovedExample[],
): Promise<void> {
  for (const { example, mediaType, bytes, thumbnail } of removed) {
    await Promise.all([
      tx.objectStore('examples').put(example),
      tx.objectStore('exampleFiles').put({ id: example.id, mediaType, bytes }),
      thumbnail.byteLength > 0 && tx.objectStore('thumbnails').put({ id: example.id, bytes: thumbnail }),
    ]);
  }
}
