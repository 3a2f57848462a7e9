// One look at the registry: its list, then every model here that follows `production`.
import { targetOf } from '../core/artifact/rollout.ts';
import type { ModelSummary } from '../core/artifact/registry-api.ts';
import { type Failure, toFailure } from '../core/errors.ts';
import type { RegistryClient } from '../client/registry.ts';
import { seenAlias } from './aliases.ts';
import type { Database } from './db.ts';
import { loadIdentity } from './identity.ts';
import { advance, listActive } from './library.ts';
import { pullVersion } from './pull.ts';
import { refreshCatalogue } from './registry.ts';
import type { Active } from './schema.ts';

export type CheckNews =
  /** The list of models was compared with the registry's; `refused`: documents that were not believed. */
  | { readonly type: 'checked'; readonly refused: readonly Failure[] }
  /** `version` was swapped in for `from`. */
  | { readonly type: 'updated'; readonly model: string; readonly version: number; readonly from: number }
  | { readonly type: 'failed'; readonly model: string | null; readonly failure: Failure };

export interface CheckOptions {
  readonly db: Database;
  readonly client: Pick<RegistryClient, 'root' | 'models' | 'version' | 'chunk'>;
  readonly onChange: (news: CheckNews) => void;
  readonly signal?: AbortSignal;
}

/**
 * A model that fails is told and does not hold up the others.
 * @throws HaversackError where the list itself cannot be had: `Offline`, `Unauthorized`, …; `Aborted`
 */
export async function checkForUpdates(options: CheckOptions): Promise<void> {
  const { db, client, onChange, signal } = options;
  const { models, refused } = await refreshCatalogue(db, client, signal);
  onChange({ type: 'checked', refused });
  const { keyId } = await loadIdentity(db);
  for (const active of await listActive(db)) {
    const { model } = active;
    try {
      const version = await versionFor(db, active, keyId);
      if (version === null) continue;
      const variant = variantOf(models, model, version, active.variant);
      await pullVersion({ db, client, model, version, variant, signal });
      if (await advance(db, active, version)) {
        onChange({ type: 'updated', model, version, from: active.version });
      }
    } catch (thrown) {
      const failure = toFailure(thrown);
      if (failure.code === 'Aborted') throw thrown;
      onChange({ type: 'failed', model, failure });
    }
  }
}

/** The version that `production` wants here, or null where what runs is to stay. */
async function versionFor(db: Database, active: Active, keyId: string): Promise<number | null> {
  if (!active.follows) return null;
  const production = await seenAlias(db, active.model, 'production');
  if (!production || production.alias.version === active.version) return null;
  const target = await targetOf(production.alias, { keyId, groups: [] }, active.version);
  return target === null || target.version === active.version ? null : target.version;
}

/** The kind that runs now, where the registry lists it for the new version. Else the authority. */
function variantOf(
  models: readonly ModelSummary[],
  model: string,
  version: number,
  variant: string,
): string | undefined {
  const summary = models.find(entry => entry.model === model);
  const listed = summary?.versions.find(entry => entry.version === version)?.variants ?? [];
  return listed.some(entry => entry.name === variant) ? variant : undefined;
}
