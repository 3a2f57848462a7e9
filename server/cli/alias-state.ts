// An alias as the verbs see it: read, asked for where a verb was given its name, told in one line and in one JSON value.
import type { RegistryClient } from '../../src/client/registry.ts';
import { type Alias, aliasSchema } from '../../src/core/artifact/documents.ts';
import { aliasNameSchema } from '../../src/core/artifact/names.ts';
import { isPartial } from '../../src/core/artifact/rollout.ts';
import { type Envelope, readDocument } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { z } from '../../src/core/zod.ts';
import { UsageError } from './failure.ts';
import { parseModelName } from './model-name.ts';
import { formatShare } from './output.ts';

/** What verbs mean where none is named. */
const usualAlias = 'production';

export function toAlias(envelope: Envelope): Alias {
  return readDocument(envelope, aliasSchema);
}

/** Null where there is no such alias. */
export async function findAlias(client: RegistryClient, model: string, alias: string): Promise<Alias | null> {
  try {
    return toAlias(await client.alias(model, alias));
  } catch (thrown) {
    if (thrown instanceof HaversackError && thrown.code === 'NotFound') return null;
    throw thrown;
  }
}

/** `MODEL` and an alias, or `MODEL@ALIAS`. @throws UsageError */
export function parseAlias(text: string, alias: string | undefined): { model: string; alias: string } {
  const { model, at } = parseModelName(text);
  if (typeof at === 'number' || (at !== null && alias !== undefined)) {
    throw new UsageError(`"${text}" is not only a model.`, `Name it like ${model} ${alias ?? usualAlias}.`);
  }
  const name = aliasNameSchema.safeParse(alias ?? at ?? usualAlias);
  if (!name.success) throw new UsageError(z.prettifyError(name.error));
  return { model, alias: name.data };
}

/** `MODEL@N`. @throws UsageError */
export function parseVersion(text: string): { model: string; version: number } {
  const { model, at } = parseModelName(text);
  if (typeof at === 'number') return { model, version: at };
  throw new UsageError(`"${text}" names no version.`, `Name one by its number, like ${model}@2.`);
}

/** For `--json`. */
export function aliasValue({ model, alias, version, revision, rollout, otherwise, held }: Alias) {
  const { share, groups } = rollout;
  return { model, alias, version, revision, share, groups, otherwise: otherwise?.version ?? null, held };
}

/** For whom it is: `for all`, `for 10.0 % of the devices in north, the others digits@1; held`. */
export function describeReach(alias: Alias): string {
  const { share, groups } = alias.rollout;
  if (!isPartial(alias)) return alias.held ? 'for all; held' : 'for all';
  const whom = `${share < 1 ? `${formatShare(share)} of the` : 'the'} devices`;
  const where = groups ? ` in ${groups.join(', ')}` : '';
  const others = alias.otherwise ? `${alias.model}@${alias.otherwise.version}` : 'what they have';
  return `for ${whom}${where}, for the others ${others}${alias.held ? '; held' : ''}`;
}
