// The registry as the source of a `ModelHost`: versions from its manifests and chunks, aliases from its documents.
import { aliasSchema, manifestSchema } from '../../src/core/artifact/documents.ts';
import { settledVersion } from '../../src/core/artifact/rollout.ts';
import { readDocument } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { readAlias } from '../registry/aliases.ts';
import { readModel, readVersion } from '../registry/catalogue.ts';
import { readFileRef } from '../registry/chunk-files.ts';
import type { Registry } from '../registry/context.ts';
import { readRecorded } from '../registry/recorded.ts';
import type { LoadVersion } from './models.ts';

/** What a request without a version gets, where there is such an alias and as far as it is for all; else the newest. */
const defaultAlias = 'production';

/** Loads the authority: what was uploaded, and what the recorded answers were made with. */
export function versionsOf(registry: Registry): LoadVersion {
  return async (model, version) => {
    const { manifest: envelope, collectedAt } = await readVersion(registry, model, version);
    if (collectedAt) throw new HaversackError('VersionCollected', `${model}@${version}, on ${collectedAt}`);
    const manifest = readDocument(envelope, manifestSchema);
    const [file, recorded] = await Promise.all([
      readFileRef(registry.blobs, manifest.authority.file),
      readRecorded(registry.blobs, manifest.artifacts.recorded),
    ]);
    return { file, recorded };
  };
}

/** Which version is meant. @throws HaversackError `NotFound` */
export type ResolveVersion = (model: string, version: number | string | undefined) => Promise<number>;

export function resolverOf(registry: Registry): ResolveVersion {
  return async (model, version) => {
    // A version that is not there is found out when it is loaded.
    if (typeof version === 'number') return version;
    const alias = await readAlias(registry, model, version ?? defaultAlias);
    if (alias) return settledVersion(readDocument(alias, aliasSchema));
    if (version !== undefined) throw new HaversackError('NotFound', `${model} has no alias ${version}`);
    const newest = (await readModel(registry, model)).versions[0];
    if (!newest) throw new HaversackError('NotFound', `${model} has no version`);
    return newest.version;
  };
}
