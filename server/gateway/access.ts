// Who may do what: one table of all routes, and the one function that reads it.
import { HaversackError } from '../../src/core/errors.ts';
import type { Caller } from '../../src/core/artifact/access-api.ts';
import { registryRoot } from '../../src/core/artifact/registry-api.ts';
import type { Role } from '../../src/core/artifact/role.ts';
import type { Envelope } from '../../src/core/artifact/signature.ts';
import type { Identity } from './identity.ts';

/**
 * `read`: anyone on loopback, elsewhere an approved device or a key. `device`, `trainer`, `admin`: a device or an access key of
 * that role or above, or the admin key.
 */
export type Right = 'public' | 'read' | 'device' | 'trainer' | 'admin';

/** Every route there is; one that is missing here cannot be registered. HEAD is as GET. */
export const accessTable: Readonly<Record<string, Right>> = {
  [`GET ${registryRoot}/root`]: 'public',
  [`GET ${registryRoot}/root/:revision`]: 'public',
  [`POST ${registryRoot}/root`]: 'admin',
  [`GET ${registryRoot}/me`]: 'public',
  [`POST ${registryRoot}/devices`]: 'public',
  [`GET ${registryRoot}/devices`]: 'admin',
  [`PATCH ${registryRoot}/devices/:id`]: 'admin',
  [`GET ${registryRoot}/enrolments`]: 'admin',
  [`POST ${registryRoot}/enrolments`]: 'admin',
  [`DELETE ${registryRoot}/enrolments/:id`]: 'admin',
  [`GET ${registryRoot}/keys`]: 'admin',
  [`POST ${registryRoot}/keys`]: 'admin',
  [`DELETE ${registryRoot}/keys/:id`]: 'admin',
  [`GET ${registryRoot}/models`]: 'read',
  [`GET ${registryRoot}/models/:model`]: 'read',
  [`PATCH ${registryRoot}/models/:model`]: 'admin',
  [`GET ${registryRoot}/models/:model/history`]: 'admin',
  [`GET ${registryRoot}/models/:model/versions/:version`]: 'read',
  [`PATCH ${registryRoot}/models/:model/versions/:version`]: 'admin',
  [`POST ${registryRoot}/models/:model/versions`]: 'admin',
  [`POST ${registryRoot}/models/:model/versions/:version/variants/:variant`]: 'admin',
  [`PUT ${registryRoot}/models/:model/file`]: 'admin',
  [`GET ${registryRoot}/models/:model/aliases/:alias`]: 'read',
  [`PUT ${registryRoot}/models/:model/aliases/:alias`]: 'admin',
  [`PATCH ${registryRoot}/models/:model/aliases/:alias`]: 'admin',
  [`DELETE ${registryRoot}/models/:model/aliases/:alias`]: 'admin',
  [`GET ${registryRoot}/models/:model/aliases/:alias/history`]: 'admin',
  [`GET ${registryRoot}/audit`]: 'admin',
  [`POST ${registryRoot}/gc`]: 'admin',
  [`GET ${registryRoot}/chunks/:digest`]: 'read',
  [`PUT ${registryRoot}/chunks/:digest`]: 'trainer',
  [`POST ${registryRoot}/chunks/batch`]: 'read',
  [`POST ${registryRoot}/chunks/missing`]: 'trainer',
  [`POST ${registryRoot}/candidates`]: 'trainer',
  [`POST ${registryRoot}/reports`]: 'device',
  [`GET ${registryRoot}/reports`]: 'admin',
  [`POST ${registryRoot}/samples`]: 'device',
  [`GET ${registryRoot}/models/:model/samples`]: 'trainer',
  [`PATCH ${registryRoot}/models/:model/samples`]: 'trainer',
  [`POST ${registryRoot}/bundles`]: 'trainer',
  [`GET ${registryRoot}/events`]: 'read',
  'GET /v2': 'public',
  'GET /v2/': 'public',
  'GET /v2/health/live': 'public',
  'GET /v2/health/ready': 'public',
  'GET /v2/models': 'read',
  'GET /v2/models/:model': 'read',
  'GET /v2/models/:model/ready': 'read',
  'POST /v2/models/:model/infer': 'read',
  'GET /v2/models/:model/versions/:version': 'read',
  'GET /v2/models/:model/versions/:version/ready': 'read',
  'POST /v2/models/:model/versions/:version/infer': 'read',
  'POST /v2/repository/index': 'read',
  'POST /v2/repository/models/:model/load': 'admin',
  'POST /v2/repository/models/:model/unload': 'admin',
  [`GET ${registryRoot}/live`]: 'admin',
  'GET /metrics': 'read',
  'GET /docs/errors': 'public',
  'GET /docs/style.css': 'public',
  'GET /*': 'public',
};

export function rightOf(method: string, url: string): Right {
  const right = accessTable[`${method === 'HEAD' ? 'GET' : method} ${url}`];
  if (right === undefined) throw new Error(`${method} ${url} is not in the access table`);
  return right;
}

/** @throws HaversackError `Unauthorized` (who are you?), `Forbidden` (known, and may not) */
export function requireRight(identity: Identity, right: Right, openReads: boolean): void {
  if (right === 'public') return;
  if (identity.kind === 'rejected') throw new HaversackError('Unauthorized', identity.reason);
  if (identity.kind === 'device' && identity.device.status === 'revoked') {
    throw new HaversackError('Unauthorized', 'this device’s key was revoked');
  }
  if (identity.kind === 'admin-key' || (right === 'read' && openReads)) return;
  if (identity.kind === 'anonymous') throw new HaversackError('Unauthorized', identity.hint);
  const role = roleOf(identity);
  if (role === null) {
    throw new HaversackError('Unauthorized', 'this device waits for an admin to approve it');
  }
  if (rank[role] < rank[right === 'read' ? 'device' : right]) {
    const what = identity.kind === 'device' ? 'device' : 'key';
    throw new HaversackError('Forbidden', `this ${what} is a ${role}, that wants ${right}`);
  }
}

/** Null for who may do no more than anybody. */
export function roleOf(identity: Identity): Role | null {
  switch (identity.kind) {
    case 'admin-key':
      return 'admin';
    case 'access-key':
      return identity.key.role;
    case 'device':
      return identity.device.status === 'approved' ? identity.device.role : null;
    case 'anonymous':
    case 'rejected':
      return null;
  }
}

const rank: Readonly<Record<Role, number>> = { device: 0, trainer: 1, admin: 2 };

/** @param certificate of the device that calls */
export function describeCaller(identity: Identity, openReads: boolean, certificate: Envelope | null): Caller {
  const isDevice = identity.kind === 'device';
  return {
    kind: identity.kind === 'rejected' ? 'anonymous' : identity.kind,
    role: roleOf(identity),
    status: isDevice ? identity.device.status : null,
    openReads,
    groups: isDevice ? identity.device.groups : [],
    certificate,
  };
}
