// What is on this device and what of it is in use, as the database says.
import { computed, signal } from '@preact/signals';
import { type Failure, toFailure } from '../../core/errors.ts';
import {
  activate,
  follow,
  listActive,
  listInstalled,
  removeVersion,
  rollBack,
} from '../../device/library.ts';
import { setPinned } from '../../device/pinned.ts';
import type { Active, Installed } from '../../device/schema.ts';
import { errorToast } from './error-toast.ts';
import { need, type Services } from './services.ts';

/** Null until it was read. */
export const installed = signal<readonly Installed[] | null>(null);
export const activeByModel = signal<ReadonlyMap<string, Active>>(new Map());

/** By model's name; newest version first. */
export const installedByModel = computed(() => {
  const rows = [...(installed.value ?? [])].sort(
    (a, b) => a.model.localeCompare(b.model) || b.version - a.version,
  );
  const groups = new Map<string, Installed[]>();
  for (const row of rows) groups.set(row.model, [...(groups.get(row.model) ?? []), row]);
  return groups;
});

export async function loadInstalled({ db }: Services): Promise<void> {
  const [rows, actives] = await Promise.all([listInstalled(db), listActive(db)]);
  activeByModel.value = new Map(actives.map(row => [row.model, row]));
  installed.value = rows;
}

/** Uses a version that is here, from the next prediction on. Shows why not, where it fails. */
export async function switchTo(model: string, version: number, variant?: string): Promise<boolean> {
  return attempt(() => activate(need().db, model, version, ...(variant === undefined ? [] : [variant])));
}

export function goBackTo(model: string): Promise<boolean> {
  return attempt(() => rollBack(need().db, model));
}

/** From now on newer versions of the registry's are taken again. */
export function followAgain(model: string): Promise<boolean> {
  return attempt(() => follow(need().db, model, true));
}

/** Kept whatever else is short of room, or not. */
export function pin(model: string, version: number, pinned: boolean): Promise<boolean> {
  return attempt(() => setPinned(need().db, model, version, pinned));
}

export function remove(model: string, version: number): Promise<boolean> {
  return attempt(() => removeVersion(need().db, model, version));
}

async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (thrown) {
    const problem: Failure = toFailure(thrown);
    errorToast(problem);
    return false;
  }
}
