// What each role may, said in grants: a role is a name for a set of them.
import type { Grant } from './grant.ts';
import type { Role } from './role.ts';

/** On all models. Who needs less, or on some models only, gets grants in place of a role. */
export const roleGrants: Readonly<Record<Role, readonly Grant[]>> = {
  device: [{ model: '*', rights: ['read', 'predict'] }],
  trainer: [{ model: '*', rights: ['read', 'predict', 'write'] }],
  admin: [{ model: '*', rights: ['admin'] }],
};

/** What needs no key, on loopback. */
export const openGrants: readonly Grant[] = [{ model: '*', rights: ['read', 'predict'] }];
