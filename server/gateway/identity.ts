// Who is asking: nobody, the admin's key, a key that an admin made, a person whose token an issuer signed, or a device that proves
// its key with a token it signed itself a moment ago.
import { decodeProtectedHeader } from 'jose';
import type { DeviceInfo } from '../../src/core/artifact/access-api.ts';
import type { AccessKey } from '../../src/core/artifact/key-api.ts';
import { keyIdSchema } from '../../src/core/artifact/signature.ts';
import { accessKeyPrefix } from '../registry/access-keys.ts';
import type { AdminKey } from './admin-key.ts';
import type { DeviceTokens } from './device-tokens.ts';
import type { OidcTokens, Person } from './oidc-tokens.ts';

export type Identity =
  | { readonly kind: 'anonymous'; readonly hint: string }
  | { readonly kind: 'admin-key' }
  | { readonly kind: 'access-key'; readonly key: AccessKey }
  | { readonly kind: 'device'; readonly device: DeviceInfo }
  | { readonly kind: 'token'; readonly person: Person }
  /** Something came and is not valid. Not the same as nothing: a wrong key must not read as nobody. */
  | { readonly kind: 'rejected'; readonly reason: string }
  /** Something came, and whoever could say whether it is valid cannot be asked now. */
  | { readonly kind: 'unchecked'; readonly reason: string };

/** Whose answers may be shared: the same caller's, however it came. */
export function tenantOf(caller: Identity): string {
  switch (caller.kind) {
    case 'device':
      return `device:${caller.device.id}`;
    case 'access-key':
      return `access-key:${caller.key.id}`;
    case 'token':
      return `token:${caller.person.subject}`;
    default:
      return caller.kind;
  }
}

/**
 * As the log may have it, by what may be known of a key: never the key.
 * @param identity null for who was refused before it was asked
 */
export function identityName(identity: Identity | null): string {
  if (identity === null) return 'unidentified';
  switch (identity.kind) {
    case 'device':
      return `device:${identity.device.id.slice(0, 12)}`;
    case 'access-key':
      return `access-key:${identity.key.id}`;
    default:
      return identity.kind;
  }
}

export interface IdentityContext {
  readonly adminKey: AdminKey;
  readonly tokens: DeviceTokens;
  /** Null where no issuer is believed. */
  readonly oidc: OidcTokens | null;
  readonly findDevice: (id: string) => Promise<DeviceInfo | null>;
  readonly findAccessKey: (key: string) => Promise<AccessKey | null>;
  readonly now: () => Date;
}

export async function identify(
  context: IdentityContext,
  authorization: string | undefined,
): Promise<Identity> {
  if (authorization === undefined) return { kind: 'anonymous', hint: 'no key came with the request' };
  const token = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization)?.[1];
  if (token === undefined) return { kind: 'rejected', reason: 'Authorization is not "Bearer …"' };
  if (token.startsWith('hvs_')) {
    return context.adminKey.matches(token)
      ? { kind: 'admin-key' }
      : { kind: 'rejected', reason: 'that is not the admin key of this server' };
  }
  if (token.startsWith(accessKeyPrefix)) return identifyKey(context, token);
  return context.oidc?.claims(token) ? identifyPerson(context.oidc, token) : identifyDevice(context, token);
}

async function identifyPerson(oidc: OidcTokens, token: string): Promise<Identity> {
  const verdict = await oidc.check(token);
  switch (verdict.kind) {
    case 'good':
      return { kind: 'token', person: verdict.person };
    case 'bad':
      return { kind: 'rejected', reason: verdict.reason };
    case 'unchecked':
      return verdict;
  }
}

async function identifyKey({ findAccessKey, now }: IdentityContext, token: string): Promise<Identity> {
  const key = await findAccessKey(token);
  if (!key) return { kind: 'rejected', reason: 'that key is not known here' };
  const over = whyOver(key, now());
  return over === null ? { kind: 'access-key', key } : { kind: 'rejected', reason: over };
}

/** Why a key opens nothing any more; null while it does. */
function whyOver({ revokedAt, expiresAt }: AccessKey, now: Date): string | null {
  if (revokedAt !== null) return 'that key was revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= now.getTime()
    ? `that key was good until ${expiresAt}`
    : null;
}

async function identifyDevice(context: IdentityContext, token: string): Promise<Identity> {
  const keyId = keyIdOf(token);
  if (keyId === null) return { kind: 'rejected', reason: 'neither a key nor a device token' };
  const device = await context.findDevice(keyId);
  if (!device) return { kind: 'anonymous', hint: `no device ${keyId.slice(0, 12)} has asked to be let in` };
  const refusal = await context.tokens.refusalOf(token, device);
  return refusal === null ? { kind: 'device', device } : { kind: 'rejected', reason: refusal };
}

/** Null for all but a key id: what else a header holds must not get as far as the database, whose driver dies of it. */
function keyIdOf(token: string): string | null {
  try {
    return keyIdSchema.safeParse(decodeProtectedHeader(token).kid).data ?? null;
  } catch {
    return null;
  }
}
