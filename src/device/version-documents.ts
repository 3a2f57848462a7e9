// Opens what the registry says a version is: every signature by a key that is believed, every document of this version and no
// other (no mix and match).
import { manifestSchema, type Manifest, type Variant, variantSchema } from '../core/artifact/documents.ts';
import type { VersionDetail } from '../core/artifact/registry-api.ts';
import { type Envelope, envelopeDigest, openDocument } from '../core/artifact/signature.ts';
import { HaversackError } from '../core/errors.ts';

export interface Wanted {
  readonly model: string;
  readonly version: number;
  /** Where it is known already: a version never changes. */
  readonly digest: string | null;
}

/** @throws HaversackError `SignatureInvalid`, `DocumentInvalid` */
export async function openVersion(
  detail: VersionDetail,
  keys: string | readonly string[],
  wanted: Wanted,
): Promise<{ manifest: Manifest; variants: Variant[] }> {
  const manifest = await openDocument(detail.manifest, manifestSchema, keys);
  const name = `${wanted.model}@${wanted.version}`;
  refuseOther(`${manifest.model}@${manifest.version}`, name, 'the manifest is of');
  const digest = await envelopeDigest(detail.manifest);
  if (wanted.digest !== null) refuseOther(digest, wanted.digest, `the manifest of ${name} has digest`);
  const variants = await Promise.all(
    detail.variants.map(envelope => openVariant(envelope, keys, name, digest)),
  );
  return { manifest, variants };
}

async function openVariant(
  envelope: Envelope,
  keys: string | readonly string[],
  name: string,
  versionDigest: string,
): Promise<Variant> {
  const variant = await openDocument(envelope, variantSchema, keys);
  const what = `variant "${variant.variant}" belongs to`;
  refuseOther(`${variant.model}@${variant.version}`, name, what);
  refuseOther(variant.versionDigest, versionDigest, `${what} a ${name} with digest`);
  return variant;
}

function refuseOther(got: string, wanted: string, what: string): void {
  if (got !== wanted) throw new HaversackError('SignatureInvalid', `${what} ${got}, wanted ${wanted}`);
}
