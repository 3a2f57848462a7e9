// The versions on this device: list, open, activate, go back, remove.
import type { FileRef } from '../core/artifact/chunks.ts';
import type { Bytes } from '../core/artifact/digest.ts';
import { HaversackError } from '../core/errors.ts';
import { seenAlias } from './aliases.ts';
import { postChange } from './changes.ts';
import { discardRun, listRuns } from './checkpoints.ts';
import { readFile } from './chunk-store.ts';
import type { Database } from './db.ts';
import { collectGarbage } from './garbage.ts';
import { documentsOf, variantFile, type VersionDocuments } from './needs.ts';
import { readRow, readRows } from './rows.ts';
import { type Active, activeSchema, type Installed, installedSchema, type RunningVersion } from './schema.ts';
import { storing } from './storage-error.ts';
import { versionKey } from './version-key.ts';

export { readFile } from './chunk-store.ts';

/** Written down no more often: what is unused for weeks is told from what is not all the same. */
const usedEveryMs = 60 * 60_000;

export interface InstalledVersion extends VersionDocuments {
  readonly row: Installed;
}

/** Newest version first within a model. */
export async function listInstalled(db: Database): Promise<Installed[]> {
  const rows = readRows(installedSchema, await storing(() => db.getAll('installed')), 'installed');
  return rows.sort((a, b) => a.model.localeCompare(b.model) || b.version - a.version);
}

/** @throws HaversackError `NotInstalled`, `DocumentInvalid` */
export async function openInstalled(db: Database, model: string, version: number): Promise<InstalledVersion> {
  const raw = await storing(() => db.get('installed', [model, version]));
  const row = readRow(installedSchema, raw, 'installed');
  if (!row) throw notInstalled(model, version);
  // Where there is no room even for that, it is used all the same.
  await noteUse(db, row).catch(() => undefined);
  return { row, ...documentsOf(row) };
}

/** So that it is not the first to go when room is short. */
async function noteUse(db: Database, { model, version, lastUsedAt }: Installed): Promise<void> {
  if (Date.now() - Date.parse(lastUsedAt) < usedEveryMs) return;
  await storing(async () => {
    const tx = db.transaction('installed', 'readwrite');
    // Pinned or removed meanwhile: only the row as it is now is written back.
    const row = readRow(installedSchema, await tx.store.get([model, version]), 'installed');
    if (row) await tx.store.put({ ...row, lastUsedAt: new Date().toISOString() });
    await tx.done;
  });
}

/**
 * A variant's file, every chunk hashed again.
 * @throws HaversackError `NotInstalled`, `ChunkInvalid`
 */
export async function readVariant(
  db: Database,
  model: string,
  version: number,
  variant: string,
): Promise<Bytes> {
  return readFile(db, fileOfInstalled(await openInstalled(db, model, version), variant));
}

/** Where a variant's chunks are told. @throws HaversackError `NotInstalled` where the variant is not here */
export function fileOfInstalled(installed: InstalledVersion, variant: string): FileRef {
  const { model, version, variants } = installed.row;
  if (!variants.includes(variant)) throw notInstalled(model, version, variant);
  return variantFile(installed, variant);
}

/** What runs for a model here; null where it has no version. */
export async function activeOf(db: Database, model: string): Promise<Active | null> {
  return readRow(activeSchema, await storing(() => db.get('active', model)), 'active');
}

export async function listActive(db: Database): Promise<Active[]> {
  return readRows(activeSchema, await storing(() => db.getAll('active')), 'active');
}

/**
 * Makes an installed version the one that runs. The one before can be gone back to. Chosen by hand, a version other than
 * the registry's `production` stays; `production` itself is followed from then on.
 * @throws HaversackError `NotInstalled`
 */
export async function activate(
  db: Database,
  model: string,
  version: number,
  variant?: string,
): Promise<Active> {
  const production = await seenAlias(db, model, 'production');
  const follows = production === null ? undefined : production.alias.version === version;
  return replaceActive(db, model, now => ({ version, variant, follows: follows ?? now?.follows ?? true }));
}

/**
 * Back to the version before, and no longer after `production`: else the next look at the registry would undo it.
 * @throws HaversackError `NotInstalled`
 */
export async function rollBack(db: Database, model: string): Promise<Active> {
  return replaceActive(db, model, now => {
    if (now?.previous == null) {
      throw new HaversackError('NotInstalled', `${model} has no version to go back to on this device`);
    }
    return { version: now.previous, variant: undefined, follows: false };
  });
}

/** Whether a newer `production` replaces what runs by itself. */
export async function follow(db: Database, model: string, follows: boolean): Promise<void> {
  await storing(async () => {
    const { store, done } = db.transaction('active', 'readwrite', { durability: 'strict' });
    const now = readRow(activeSchema, await store.get(model), 'active');
    if (!now) throw new HaversackError('NotInstalled', `${model} has no version on this device`);
    await store.put({ ...now, follows });
    await done;
  });
  postChange('active', model);
}

/**
 * An update: from what ran when it was decided to `version`. Nothing happens where the user chose otherwise meanwhile.
 * @returns whether it was swapped in
 * @throws HaversackError `NotInstalled`
 */
export async function advance(db: Database, from: RunningVersion, version: number): Promise<boolean> {
  let swapped = false;
  await replaceActive(db, from.model, now => {
    if (!now) throw notInstalled(from.model, from.version);
    swapped = now.follows && now.version === from.version && now.candidate === from.candidate;
    return swapped ? { version, variant: undefined, follows: true } : null;
  });
  return swapped;
}

interface Choice {
  readonly version: number;
  readonly variant: string | undefined;
  readonly follows: boolean;
}

/** @param choose answers null where what runs is to stay; it throws where nothing runs */
async function replaceActive(
  db: Database,
  model: string,
  choose: (now: Active | null) => Choice | null,
): Promise<Active> {
  const next = await storing(async () => {
    const tx = db.transaction(['installed', 'active'], 'readwrite', { durability: 'strict' });
    const active = tx.objectStore('active');
    const now = readRow(activeSchema, await active.get(model), 'active');
    const choice = choose(now);
    if (choice === null) return now!;
    const { version, variant: wanted, follows } = choice;
    const raw = await tx.objectStore('installed').get([model, version]);
    const installed = readRow(installedSchema, raw, 'installed');
    const variant = wanted ?? keptVariant(installed, now);
    if (variant === undefined || !installed?.variants.includes(variant)) {
      throw notInstalled(model, version, wanted);
    }
    const previous = previousOf(now, version);
    const row: Active = { model, version, variant, previous, follows, candidate: null };
    await active.put(row);
    await tx.done;
    return row;
  });
  postChange('active', model);
  return next;
}

/** What can be gone back to from `version`, after `now`. */
export function previousOf(now: Active | null, version: number | null): number | null {
  const before = now?.version ?? null;
  const previous = before !== null && before !== version ? before : (now?.previous ?? null);
  return previous === version ? null : previous;
}

/** The kind of variant that ran before, where the version has it here. */
export function keptVariant(installed: Installed | null, now: Active | null): string | undefined {
  return installed?.variants.find(name => name === now?.variant) ?? installed?.variants[0];
}

/** Removes a version and what only it needs, unfinished runs included. What ran is replaced by the version before, or the newest that is left. */
export async function removeVersion(db: Database, model: string, version: number): Promise<void> {
  await storing(async () => {
    const tx = db.transaction(['installed', 'active', 'choices'], 'readwrite', { durability: 'strict' });
    const installed = tx.objectStore('installed');
    await installed.delete([model, version]);
    await tx.objectStore('choices').delete(versionKey(model, version));
    const left = readRows(installedSchema, await installed.index('model').getAll(model), 'installed');
    const active = tx.objectStore('active');
    const now = readRow(activeSchema, await active.get(model), 'active');
    const next = now && activeWithout(now, version, left);
    if (next) await active.put(next);
    else await active.delete(model);
    await tx.done;
  });
  for (const { id, request } of await listRuns(db, model)) {
    if (request.version === version) await discardRun(db, id);
  }
  await collectGarbage(db);
  postChange('installed', model);
  postChange('active', model);
}

function activeWithout(now: Active, version: number, left: readonly Installed[]): Active | null {
  const previous = now.previous === version ? null : now.previous;
  if (now.version !== version) return { ...now, previous };
  return heirOf({ ...now, previous }, left);
}

/** What runs where the candidate that runs does so no more; null where nothing is left that could. @param left as `heirOf` */
export function activeWithoutCandidate(now: Active, left: readonly Installed[]): RunningVersion | null {
  return now.version === null ? heirOf(now, left) : { ...now, candidate: null };
}

/**
 * What runs where what ran is gone: the version before, or the newest that is left; null where none is.
 * @param left what is installed of the model
 */
export function heirOf(now: Active, left: readonly Installed[]): RunningVersion | null {
  const heir =
    left.find(row => row.version === now.previous) ?? left.toSorted((a, b) => b.version - a.version)[0];
  if (!heir) return null;
  const variant = keptVariant(heir, now)!;
  const { model, follows } = now;
  return { model, version: heir.version, variant, previous: null, follows, candidate: null };
}

function notInstalled(model: string, version: number, variant?: string): HaversackError {
  return new HaversackError(
    'NotInstalled',
    `${model}@${version}${variant ? ` as ${variant}` : ''} is not here`,
  );
}
