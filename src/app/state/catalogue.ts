// The registry's models as this device last heard of them.
import { computed, signal } from '@preact/signals';
import { aliasSchema, type Alias } from '../../core/artifact/documents.ts';
import type { ModelSummary, VersionSummary } from '../../core/artifact/registry-api.ts';
import { readDocument } from '../../core/artifact/signature.ts';
import { type Failure, toFailure } from '../../core/errors.ts';
import { refreshCatalogue } from '../../device/registry.ts';
import { caller, registry } from './connection.ts';
import { need } from './services.ts';

/** Null before first contact. */
export const catalogue = computed<readonly ModelSummary[] | null>(
  () => registry.value?.catalogue?.models ?? null,
);

/** Why the last refresh failed, or what it refused; null when all is well. */
export const catalogueProblem = signal<Failure | null>(null);
export const refreshing = signal(false);

/** Asks the registry what is new and who it takes us for. Never throws. */
export async function refresh(): Promise<void> {
  if (refreshing.value) return;
  refreshing.value = true;
  const { db, client } = need();
  try {
    const { refused } = await refreshCatalogue(db, client);
    catalogueProblem.value = refused[0] ?? null;
    caller.value = await client.me();
  } catch (thrown) {
    catalogueProblem.value = toFailure(thrown);
  } finally {
    refreshing.value = false;
  }
}

export function aliasesOf(model: ModelSummary): Alias[] {
  return model.aliases.flatMap(envelope => {
    try {
      return [readDocument(envelope, aliasSchema)];
    } catch {
      // Of a newer form than this app knows; the update path reports it.
      return [];
    }
  });
}

/** What `production` points at, else the newest. */
export function offeredVersion(model: ModelSummary): VersionSummary | null {
  const production = aliasesOf(model).find(alias => alias.alias === 'production');
  return model.versions.find(version => version.version === production?.version) ?? model.versions[0] ?? null;
}
