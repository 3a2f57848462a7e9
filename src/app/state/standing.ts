// What the registry lets this device do, as it said last: by its grants, else by its role.
import type { ModelRight } from '../../core/artifact/grant.ts';
import { rightsOf } from '../../core/artifact/rights.ts';
import { roleGrants } from '../../core/artifact/role-grants.ts';
import { caller } from './connection.ts';

const nothing = [] as const;

/** False also where the registry was not heard yet. */
export function mayOn(model: string, right: ModelRight): boolean {
  const who = caller.value;
  if (!who) return false;
  return rightsOf(who.grants ?? (who.role === null ? nothing : roleGrants[who.role])).on(model, right);
}
