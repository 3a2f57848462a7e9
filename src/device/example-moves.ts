// What examples are of, said anew, and undone. Their parts stay: one whose like lies in the other part of its new class goes.
import { straddles } from '../core/teach/place-example.ts';
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { deleteExamples } from './example-rows.ts';
import {
  type Added,
  assertClass,
  examplesOfClasses,
  type Move,
  oldestFirst,
  ownersOf,
  readWhole,
  removeExamples,
  type RemovedExample,
  restoreExamples,
} from './examples.ts';
import { placedOf } from './place-shown.ts';
import { type Example, exampleSchema, type Project } from './project-schemas.ts';
import { readRows } from './rows.ts';
import { storing } from './storage-error.ts';

export interface Moved {
  /** What those were of before that were moved. */
  readonly before: readonly Move[];
  /** Those that would lie beside a near-duplicate of the other part: nothing is lost by them, their like is there. */
  readonly removed: readonly RemovedExample[];
}

/**
 * Those that are gone are none.
 * @throws HaversackError `NotFound` for a class that is not of the example's project
 */
export async function moveExamples(db: Database, moves: readonly Move[]): Promise<Moved> {
  const { moved, models } = await storing(async () => {
    const stores = ['projects', 'examples', 'exampleFiles', 'thumbnails', 'embeddings'] as const;
    const tx = db.transaction(stores, 'readwrite', { durability: 'strict' });
    const store = tx.objectStore('examples');
    const raws = await Promise.all(moves.map(({ id }) => store.get(id)));
    const present = raws.filter(raw => raw !== undefined);
    const examples = readRows(exampleSchema, present, 'examples');
    const owners = await ownersOf(tx, examples);
    const wanted = new Map(moves.map(move => [move.id, move.class]));
    for (const { id, project } of examples) assertClass(owners.get(project)!, wanted.get(id)!);
    const { fitting, gone } = parted(await examplesOfClasses(tx, moves), examples, { wanted, owners });
    const removed = await readWhole(tx, gone);
    await deleteExamples(tx, gone);
    for (const example of fitting) await store.put(example);
    await tx.done;
    const kept = new Set(fitting.map(({ id }) => id));
    const before = examples.filter(({ id }) => kept.has(id)).map(({ id, class: of }) => ({ id, class: of }));
    return { moved: { before, removed }, models: [...owners.values()].map(({ model }) => model) };
  });
  for (const model of models) postChange('examples', model);
  return moved;
}

/** Which of them are of what is wanted then, and which must go. */
function parted(
  there: readonly Example[],
  examples: readonly Example[],
  { wanted, owners }: { wanted: ReadonlyMap<string, string>; owners: ReadonlyMap<string, Project> },
): { fitting: Example[]; gone: string[] } {
  const moving = new Set(examples.flatMap(({ id, class: of }) => (wanted.get(id) === of ? [] : [id])));
  const others = there.filter(({ id }) => !moving.has(id)).map(placedOf);
  const fitting: Example[] = [];
  const gone: string[] = [];
  for (const example of oldestFirst(examples.filter(({ id }) => moving.has(id)))) {
    const moved = { ...example, class: wanted.get(example.id)! };
    if (straddles(others, placedOf(moved), owners.get(example.project)!.kind)) gone.push(example.id);
    else {
      fitting.push(moved);
      others.push(placedOf(moved));
    }
  }
  return { fitting, gone };
}

/** @returns how many stay away, as `restoreExamples` says */
export async function undoMoves(db: Database, { before, removed }: Moved): Promise<number> {
  const back = await moveExamples(db, before);
  return back.removed.length + (await restoreExamples(db, removed));
}

/** Undoes `addExamples`: what was here already is again of what it was of, and the rest goes. */
export async function takeBackExamples(
  db: Database,
  { examples, before, removed }: Pick<Added, 'examples' | 'before' | 'removed'>,
): Promise<void> {
  const were = new Set(before.map(({ id }) => id));
  const made = examples.map(({ id }) => id).filter(id => !were.has(id));
  await removeExamples(db, made);
  await undoMoves(db, { before, removed });
}
