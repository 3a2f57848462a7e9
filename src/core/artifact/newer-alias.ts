// Whether an alias document may follow the one that was seen before: the defence against going back, and against being held.
import { HaversackError } from '../errors.ts';
import type { Alias } from './documents.ts';

/**
 * Whether it is to take the place of the one seen. A re-issue keeps the revision and moves the times; an older copy of it does
 * not bring back older times.
 * @throws HaversackError `Rollback` for a smaller revision, and for two meanings of one
 */
export function isNewerAlias(offered: Alias, seen: Alias): boolean {
  const name = `${offered.model}@${offered.alias}`;
  if (offered.revision < seen.revision) {
    throw new HaversackError(
      'Rollback',
      `${name} is offered at revision ${offered.revision}, seen was ${seen.revision}`,
    );
  }
  if (offered.revision === seen.revision && meaningOf(offered) !== meaningOf(seen)) {
    throw new HaversackError(
      'Rollback',
      `${name} has two meanings at revision ${offered.revision}: version ${offered.version} and ${seen.version}`,
    );
  }
  return offered.revision > seen.revision || offered.issuedAt > seen.issuedAt;
}

/** What it says to devices: every change of that has a revision of its own. Members stand in the schema's order. */
function meaningOf({ version, versionDigest, rollout, otherwise, held }: Alias): string {
  return JSON.stringify([version, versionDigest, rollout, otherwise, held]);
}

/** Past its time: the registry was not heard for long, or hides something. It is used all the same, and that is said. */
export function isExpired({ expiresAt }: Pick<Alias, 'expiresAt'>, now: Date): boolean {
  return Date.parse(expiresAt) < now.getTime();
}
