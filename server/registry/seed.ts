// The demo models, on first start: packages in folders become versions signed by this registry, each whole or not at all.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Registry } from './context.ts';

export interface Seeding {
  readonly model: string;
  readonly version: number;
}

/**
 * Commits what is not there yet, in order; `production` points at the last of each model that was new. A model that went
 * its own way (its last version came from somebody) is left alone.
 * @param folder `<model>/<version>/version.json` and the files beside it; one that is absent seeds nothing
 */
export async function seed(
  registry: Registry,
  folder: string,
  onProgress: (seeding: Seeding, index: number, of: number) => void,
): Promise<Seeding[]> {
  const absent: Seeding[] = [];
  for (const each of await listPackages(folder)) {
    const last = await lastVersion(registry, each.model);
    if (last < each.version && (last === 0 || (await isSeeded(registry, each.model, last))))
      absent.push(each);
  }
  for (const [index, each] of absent.entries()) {
    onProgress(each, index, absent.length);
    // Only where there is something to do: a later start needs none of it.
    const { seedVersion } = await import('./seed-version.ts');
    await seedVersion(registry, join(folder, each.model, String(each.version)));
  }
  return absent;
}

async function listPackages(folder: string): Promise<Seeding[]> {
  const found: Seeding[] = [];
  for (const model of await subfolders(folder)) {
    for (const name of await subfolders(join(folder, model))) {
      if (/^[1-9]\d*$/.test(name)) found.push({ model, version: Number(name) });
    }
  }
  return found.sort((a, b) => a.model.localeCompare(b.model) || a.version - b.version);
}

async function subfolders(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter(entry => entry.isDirectory()).map(entry => entry.name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

async function lastVersion(registry: Registry, model: string): Promise<number> {
  const row = await registry.database
    .selectFrom('versions')
    .select(({ fn }) => fn.max('version').as('last'))
    .where('model', '=', model)
    .executeTakeFirst();
  return row?.last ?? 0;
}

async function isSeeded(registry: Registry, model: string, version: number): Promise<boolean> {
  const deed = await registry.database
    .selectFrom('audit')
    .select('who')
    .where('what', '=', 'version')
    .where('subject', '=', `${model}@${version}`)
    .executeTakeFirst();
  return deed?.who === 'registry';
}
