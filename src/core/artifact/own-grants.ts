// Whether grants that stand in a role's place say something else than the role.
import { type Grant, modelRightSchema } from './grant.ts';
import { rightsOf } from './rights.ts';
import type { Role } from './role.ts';
import { roleGrants } from './role-grants.ts';

/** However they are written: grants that give no more and no less than the role are its own. */
export function differFromRole(grants: readonly Grant[], role: Role | null): boolean {
  const own = rightsOf(grants);
  const given = rightsOf(role === null ? [] : roleGrants[role]);
  return modelRightSchema.options.some(
    right =>
      own.everywhere(right) !== given.everywhere(right) ||
      grants.some(({ model }) => model !== '*' && own.on(model, right) !== given.on(model, right)),
  );
}
