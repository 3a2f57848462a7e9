// A release that devices roll back is held by the registry itself, before it reaches the others: nobody need be awake for it.
import { type Alias, aliasSchema } from '../../src/core/artifact/documents.ts';
import type { UpdateOutcomes } from '../../src/core/artifact/inbox-api.ts';
import { readDocument } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { holdAlias } from './aliases.ts';
import { readAliasHistory } from './alias-history.ts';
import type { Registry } from './context.ts';
import { outcomesOf } from './update-outcomes.ts';

/** So many devices: one with a broken driver halts no release. */
const haltFrom = 3;
/** And this share of those that tried it. */
const haltShare = 0.2;

export function isBad({ swapped, rolledBack }: UpdateOutcomes): boolean {
  return rolledBack >= haltFrom && rolledBack >= haltShare * (swapped + rolledBack);
}

/** Holds every alias that gives out this version, where its devices say so. To be called when one of them did. */
export async function haltIfBad(registry: Registry, of: { model: string; version: number }): Promise<void> {
  const rows = await registry.database
    .selectFrom('aliases')
    .select(['alias', 'revision'])
    .where('model', '=', of.model)
    .where('version', '=', of.version)
    .execute();
  for (const { alias, revision } of rows) await haltAlias(registry, { ...of, alias }, revision);
}

async function haltAlias(
  registry: Registry,
  of: { model: string; alias: string; version: number },
  revision: number,
): Promise<void> {
  const { model, alias, version } = of;
  const since = await givenOutSince(registry, of);
  if (since === null) return;
  const outcomes = await outcomesOf(registry.database, { model, version, since });
  if (!isBad(outcomes)) return;
  const { swapped, rolledBack } = outcomes;
  const why = `${rolledBack} of ${swapped + rolledBack} devices that tried version ${version} rolled it back`;
  try {
    await holdAlias(registry, { model, alias }, true, revision, { who: 'registry', why });
    registry.log.warn({ model, alias, version, ...outcomes }, 'a release was held: devices roll it back');
  } catch (error) {
    // Moved or held in between: that is newer than what was looked at.
    if (!(error instanceof HaversackError && error.code === 'PreconditionFailed')) throw error;
  }
}

/**
 * Since when it has been given out without a break, for what was reported before somebody let a held release go on was
 * their decision. Null while it is held.
 */
async function givenOutSince(
  registry: Registry,
  { model, alias, version }: { model: string; alias: string; version: number },
): Promise<string | null> {
  let since: string | null = null;
  for (const { at, document } of await readAliasHistory(registry, { model, alias })) {
    const then: Alias | null = document && readDocument(document, aliasSchema);
    if (then?.version !== version || then.held) break;
    since = at;
  }
  return since;
}
