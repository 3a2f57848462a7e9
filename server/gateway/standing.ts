// How a caller stands: what an identity may, and the one function that holds it against what a route wants.
import type { Caller, DeviceInfo } from '../../src/core/artifact/access-api.ts';
import type { Grant, ModelRight } from '../../src/core/artifact/grant.ts';
import type { Role } from '../../src/core/artifact/role.ts';
import { openGrants, roleGrants } from '../../src/core/artifact/role-grants.ts';
import type { Envelope } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { Right } from './access.ts';
import type { Identity } from './identity.ts';
import type { Rights } from '../../src/core/artifact/rights.ts';

const nothing: readonly Grant[] = [];
/** When an issuer that is down may be up again. */
const uncheckedRetrySeconds = 5;

/**
 * Grants of one's own stand in place of a role's. Who shows a key has what the key gives and no more, on loopback too: what is
 * open there is for those who show none.
 */
export function grantsOf(identity: Identity, openReads: boolean): readonly Grant[] {
  switch (identity.kind) {
    case 'admin-key':
      return roleGrants.admin;
    case 'access-key':
      return identity.key.grants ?? grantsOfRole(identity.key.role);
    case 'device':
      if (identity.device.status === 'pending') return openReads ? openGrants : nothing;
      return grantsOfDevice(identity.device);
    case 'token':
      return identity.person.grants;
    case 'anonymous':
      return openReads ? openGrants : nothing;
    case 'rejected':
    case 'unchecked':
      return nothing;
  }
}

/** Also where it does not ask itself, but signed what another brings. */
export function grantsOfDevice({
  status,
  role,
  grants,
}: Pick<DeviceInfo, 'status' | 'role' | 'grants'>): readonly Grant[] {
  return status === 'approved' ? (grants ?? grantsOfRole(role)) : nothing;
}

function grantsOfRole(role: Role | null): readonly Grant[] {
  return role === null ? nothing : roleGrants[role];
}

/** Null for who may do no more than anybody, and for who has grants in place of a role. */
export function roleOf(identity: Identity): Role | null {
  switch (identity.kind) {
    case 'admin-key':
      return 'admin';
    case 'access-key':
      return identity.key.role;
    case 'device':
      return identity.device.status === 'approved' ? identity.device.role : null;
    case 'token':
      return identity.person.role;
    case 'anonymous':
    case 'rejected':
    case 'unchecked':
      return null;
  }
}

/**
 * @param rights of `grantsOf` this identity
 * @param model in the path; null where there is none
 * @throws HaversackError `Unauthorized` (who are you?), `Forbidden` (known, and may not)
 */
export function requireRight(identity: Identity, rights: Rights, right: Right, model: string | null): void {
  if (right === 'public') return;
  if (identity.kind === 'rejected') throw new HaversackError('Unauthorized', identity.reason);
  if (identity.kind === 'unchecked') {
    throw new HaversackError('Unavailable', identity.reason, { retryAfterSeconds: uncheckedRetrySeconds });
  }
  if (identity.kind === 'device' && identity.device.status === 'revoked') {
    throw new HaversackError('Unauthorized', 'this device’s key was revoked');
  }
  if (right === 'known' ? isKnown(identity) : holds(rights, right, model)) return;
  if (identity.kind === 'anonymous') throw new HaversackError('Unauthorized', identity.hint);
  if (!isKnown(identity)) {
    throw new HaversackError('Unauthorized', 'this device waits for an admin to approve it');
  }
  throw new HaversackError('Forbidden', lack(identity, right, model));
}

function isKnown(identity: Identity): boolean {
  if (identity.kind === 'device') return identity.device.status === 'approved';
  return identity.kind === 'admin-key' || identity.kind === 'access-key' || identity.kind === 'token';
}

function holds(rights: Rights, right: Exclude<Right, 'public' | 'known'>, model: string | null): boolean {
  if (right.startsWith('any ')) return rights.somewhere(right.slice('any '.length) as ModelRight);
  return model === null ? rights.everywhere(right as ModelRight) : rights.on(model, right as ModelRight);
}

function lack(identity: Identity, right: Right, model: string | null): string {
  const what = `this ${named[identity.kind]}`;
  const role = grantsAreOwn(identity) ? null : roleOf(identity);
  const who = role === null ? what : `${what}, as a ${role},`;
  if (right.startsWith('any ')) return `${who} lacks the right "${right.slice('any '.length)}" on any model`;
  return `${who} lacks the right "${right}" on ${model ?? 'all models, which is on the server'}`;
}

const named: Readonly<Record<Identity['kind'], string>> = {
  'admin-key': 'key',
  'access-key': 'key',
  device: 'device',
  token: 'token',
  anonymous: 'caller',
  rejected: 'caller',
  unchecked: 'caller',
};

/** So that its role says nothing of them. */
function grantsAreOwn(identity: Identity): boolean {
  return identity.kind === 'token' || (identity.kind === 'device' && identity.device.grants !== null);
}

/** @param certificate of the device that calls */
export function describeCaller(identity: Identity, openReads: boolean, certificate: Envelope | null): Caller {
  const isDevice = identity.kind === 'device';
  return {
    kind: identity.kind === 'rejected' || identity.kind === 'unchecked' ? 'anonymous' : identity.kind,
    role: roleOf(identity),
    status: isDevice ? identity.device.status : null,
    openReads,
    groups: isDevice ? identity.device.groups : [],
    grants: [...grantsOf(identity, openReads)],
    certificate,
  };
}
