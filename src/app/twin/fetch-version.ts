// Gets a version that a caller wants loaded, and is not here, from the registry: verified as every other, with the runtime.
import { aliasSchema } from '../../core/artifact/documents.ts';
import type { ModelSummary } from '../../core/artifact/registry-api.ts';
import { targetOf } from '../../core/artifact/rollout.ts';
import { HaversackError } from '../../core/errors.ts';
import { readDocument } from '../../core/artifact/signature.ts';
import type { Target } from '../../core/serve/service.ts';
import type { RegistryClient } from '../../client/registry.ts';
import { seenAlias } from '../../device/aliases.ts';
import { isMetered } from '../../device/connection-kind.ts';
import type { Database } from '../../device/db.ts';
import { pullVersion } from '../../device/pull.ts';
import { connect, readRegistry, refreshCatalogue } from '../../device/registry.ts';
import { cacheRuntime } from '../../device/runtime-cache.ts';
import { readSettings } from '../../device/settings.ts';
import { standingOf } from '../../device/standing.ts';

/** @throws HaversackError `Offline`, `NotFound`, `Unauthorized`, `Unavailable` (a link that is paid by what goes over it), … */
export async function fetchVersion(
  db: Database,
  client: RegistryClient,
  { model, version: wanted }: Target,
): Promise<void> {
  if (isMetered() && !(await readSettings(db)).overMetered) {
    throw new HaversackError(
      'Unavailable',
      'nothing is fetched over this link: it is paid by what goes over it',
    );
  }
  if (!(await readRegistry(db))) await connect(db, client);
  const { models } = await refreshCatalogue(db, client);
  const listed = models.find(each => each.model === model);
  if (!listed) throw new HaversackError('NotFound', `the registry has no model ${model}`);
  const version = typeof wanted === 'number' ? wanted : await meant(db, listed, wanted);
  await pullVersion({ db, client, model, version, withTraining: false });
  await cacheRuntime(['wasm']);
}

/** What an alias means for this device; nothing is `production`, and where there is none, the newest. */
async function meant(
  db: Database,
  { model, aliases, versions }: ModelSummary,
  name?: string,
): Promise<number> {
  const alias = name ?? 'production';
  const listed = aliases.some(each => readDocument(each, aliasSchema).alias === alias);
  const seen = listed ? await seenAlias(db, model, alias) : null;
  const target = seen && (await targetOf(seen.alias, await standingOf(db), null));
  if (target) return target.version;
  const [newest] = versions;
  if (name !== undefined || !newest) {
    throw new HaversackError('NotFound', `${model} has no ${name ?? 'version'} for this device`);
  }
  return newest.version;
}
