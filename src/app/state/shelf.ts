// What stands in the Library: the registry's models and this device's, in one list, with what is stored here.
import { computed } from '@preact/signals';
import { type Alias, type Evaluation, manifestSchema } from '../../core/artifact/documents.ts';
import type { ModelSummary, VersionSummary } from '../../core/artifact/registry-api.ts';
import { readDocument } from '../../core/artifact/signature.ts';
import type { Active, Installed } from '../../device/schema.ts';
import { aliasesOf, catalogue } from './catalogue.ts';
import { activeByModel, installedByModel } from './installed.ts';
import { wantedByModel } from './updates.ts';

export interface ShelfVersion {
  readonly version: number;
  readonly parent: number | null;
  /** Whether it learned from samples of a device alone: its parent came without data. */
  readonly alone: boolean;
  /** Other versions made from the same parent. */
  readonly siblings: readonly number[];
  readonly note: string | null;
  readonly createdAt: string;
  readonly evaluations: readonly Evaluation[];
  /** Of the variant that is got without asking: what was uploaded. */
  readonly bytes: number;
  readonly aliases: readonly string[];
  readonly installed: Installed | null;
  /** Whether the registry still has it. */
  readonly listed: boolean;
}

export interface ShelfModel {
  readonly model: string;
  /** Newest first. */
  readonly versions: readonly ShelfVersion[];
  /** What one tap gets: `production`, else the newest. */
  readonly offered: ShelfVersion | null;
  readonly active: Active | null;
  /** The version that the registry means for this device, where it is not the one that runs. */
  readonly wanted: number | null;
}

export const shelf = computed<readonly ShelfModel[]>(() => {
  const listed = new Map((catalogue.value ?? []).map(summary => [summary.model, summary]));
  const names = new Set([...listed.keys(), ...installedByModel.value.keys(), ...activeByModel.value.keys()]);
  return [...names]
    .sort()
    .map(name =>
      toShelf(
        name,
        listed.get(name) ?? null,
        installedByModel.value.get(name) ?? [],
        activeByModel.value.get(name) ?? null,
        wantedByModel.value.get(name)?.version ?? null,
      ),
    );
});

export function toShelf(
  model: string,
  summary: ModelSummary | null,
  here: readonly Installed[],
  active: Active | null,
  wanted: number | null = null,
): ShelfModel {
  const aliases = summary ? aliasesOf(summary) : [];
  const listed = (summary?.versions ?? []).map(version =>
    fromSummary(version, aliases, here.find(row => row.version === version.version) ?? null),
  );
  const known = new Set(listed.map(version => version.version));
  const unlisted = here.filter(row => !known.has(row.version)).map(fromInstalled);
  const all = [...listed, ...unlisted].sort((a, b) => b.version - a.version);
  const versions = all.map(version => ({ ...version, siblings: siblingsOf(version, all) }));
  const production = aliases.find(alias => alias.alias === 'production')?.version;
  const offered = versions.find(version => version.version === production) ?? versions[0] ?? null;
  return { model, versions, offered, active, wanted };
}

function fromSummary(
  version: VersionSummary,
  aliases: readonly Alias[],
  row: Installed | null,
): ShelfVersion {
  return {
    version: version.version,
    parent: version.parent?.version ?? null,
    alone: version.parent !== null && version.lacks.includes('dataset'),
    siblings: [],
    note: version.note,
    createdAt: version.createdAt,
    evaluations: version.evaluations,
    bytes: version.variants[0]?.bytes ?? 0,
    aliases: aliases.filter(alias => alias.version === version.version).map(alias => alias.alias),
    installed: row,
    listed: true,
  };
}

function fromInstalled(row: Installed): ShelfVersion {
  const manifest = readDocument(row.manifest, manifestSchema);
  return {
    version: row.version,
    parent: manifest.parent?.version ?? null,
    alone: manifest.parent !== null && manifest.artifacts.dataset === null,
    siblings: [],
    note: manifest.note,
    createdAt: manifest.createdAt,
    evaluations: manifest.evaluations,
    bytes: manifest.authority.file.bytes,
    aliases: [],
    installed: row,
    listed: false,
  };
}

function siblingsOf({ version, parent }: ShelfVersion, all: readonly ShelfVersion[]): number[] {
  if (parent === null) return [];
  return all
    .filter(other => other.parent === parent && other.version !== version)
    .map(other => other.version)
    .sort((a, b) => a - b);
}

/**
 * The version that one tap would bring; null where what runs is as it should be. A rollout need not mean this device; to whom
 * chose a version by hand, a newer one is offered.
 */
export function updateReady({ active, offered, wanted }: ShelfModel): number | null {
  if (active === null || active.version === null) return null;
  if (active.follows) return wanted === active.version ? null : wanted;
  return offered !== null && offered.version > active.version ? offered.version : null;
}
