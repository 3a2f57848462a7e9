// What the registry lets this device do, as it said last: by its grants, else by its role.
import type { Caller } from '../../core/artifact/access-api.ts';
import type { ModelRight } from '../../core/artifact/grant.ts';
import { type Rights, rightsOf } from '../../core/artifact/rights.ts';
import { roleGrants } from '../../core/artifact/role-grants.ts';
import { caller } from './connection.ts';

const nothing = [] as const;

/** False also where the registry was not heard yet. */
export function mayOn(model: string, right: ModelRight): boolean {
  return rightsOfCaller(caller.value).on(model, right);
}

/** Older servers name the role alone. */
export function rightsOfCaller(who: Caller | null): Rights {
  return rightsOf(who?.grants ?? (who?.role ? roleGrants[who.role] : nothing));
}
