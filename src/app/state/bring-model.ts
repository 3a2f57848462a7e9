// A model that was dropped on the Library: looked at, named, and kept on this device as one that founds a model. Nothing is kept
// before that, and nothing of what is refused.
import { signal } from '@preact/signals';
import type { Digest } from '../../core/artifact/digest.ts';
import { type Failure, toFailure } from '../../core/errors.ts';
import { discardCandidate } from '../../device/candidates.ts';
import type { Database } from '../../device/db.ts';
import { runCandidate } from '../../device/run-candidate.ts';
import { type Inspected, lookAt, type Looked, nameOf, type Said, saidOf } from './brought-model.ts';
import type { GivenFile } from './given-files.ts';
import { keepRuntime } from './offline-runtime.ts';
import { need } from './services.ts';

export type BringState =
  | { readonly phase: 'empty' }
  | { readonly phase: 'inspecting'; readonly name: string }
  | Looked
  | {
      readonly phase: 'keeping';
      readonly inspected: Inspected;
      /** What came meanwhile, by its name: it is to come again. Null where nothing did. */
      readonly turnedAway: string | null;
    };

/** Outside the screen, so that it goes on while the reader looks elsewhere. */
export const bringing = signal<BringState>({ phase: 'empty' });
let take = 0;

/** A file, or those of a folder; a newer choice wins over an older, and none over one that is being kept. */
export async function bringFiles(given: readonly GivenFile[]): Promise<void> {
  const current = bringing.peek();
  if (current.phase === 'keeping') {
    bringing.value = { ...current, turnedAway: nameOf(given) };
    return;
  }
  const mine = ++take;
  bringing.value = { phase: 'inspecting', name: nameOf(given) };
  const found = await lookAt(files => need().serving.call(api => api.bringModel(files)), given);
  if (mine === take) bringing.value = found;
}

/** @returns whether it is on this device now, and runs */
export async function keepBrought(model: string, said: Said): Promise<boolean> {
  const current = bringing.peek();
  if (current.phase !== 'ready') return false;
  const { inspected } = current;
  const mine = ++take;
  bringing.value = { phase: 'keeping', inspected, turnedAway: null };
  const problem = await kept(model, inspected, said);
  if (mine !== take) return problem === null;
  bringing.value = problem ? { phase: 'ready', inspected, failure: problem } : { phase: 'empty' };
  return problem === null;
}

/** @returns why it was not */
async function kept(model: string, inspected: Inspected, said: Said): Promise<Failure | null> {
  const { db, serving } = need();
  try {
    const { labels, note } = said;
    const face = saidOf(inspected, said);
    const given = { model, file: inspected.file, interface: face, labels, note };
    const founded = await serving.call(api => api.foundModel(given));
    if (!founded.ok) return founded.error;
    await run(db, founded.value.candidate);
    // What runs it, for when the network is away; with models of the registry that is fetched with the first.
    void keepRuntime(['wasm']);
    return null;
  } catch (thrown) {
    return toFailure(thrown, 'StorageFailed');
  }
}

/** Or nothing of it is left, and its name is free again. @throws HaversackError as `runCandidate` */
async function run(db: Database, candidate: Digest): Promise<void> {
  try {
    await runCandidate(db, candidate);
  } catch (thrown) {
    // What keeps it from running may keep it from going, too; why it does not run is what is said.
    await discardCandidate(db, candidate).catch(() => undefined);
    throw thrown;
  }
}

export function leaveBrought(): void {
  take += 1;
  bringing.value = { phase: 'empty' };
}
