// Who is asking: nobody, the admin's key, a key that an admin made, or a device that proves its key with a token it signed itself a moment ago.
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import type { AccessKey, DeviceInfo } from '../../src/core/artifact/registry-api.ts';
import { keyIdSchema } from '../../src/core/artifact/signature.ts';
import { accessKeyPrefix } from '../registry/access-keys.ts';
import type { AdminKey } from './admin-key.ts';

/** A token lives this long at most, from `iat` to `exp`. */
export const maxTokenSeconds = 120;
/** Devices' clocks are off by so much. */
const clockToleranceSeconds = 60;

export type Identity =
  | { readonly kind: 'anonymous'; readonly hint: string }
  | { readonly kind: 'admin-key' }
  | { readonly kind: 'access-key'; readonly key: AccessKey }
  | { readonly kind: 'device'; readonly device: DeviceInfo }
  /** Something came and is not valid. Not the same as nothing: a wrong key must not read as nobody. */
  | { readonly kind: 'rejected'; readonly reason: string };

export interface IdentityContext {
  readonly adminKey: AdminKey;
  /** Key ids of the registry: tokens are made for one of them. */
  readonly audience: () => readonly string[];
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
  return token.startsWith(accessKeyPrefix) ? identifyKey(context, token) : identifyDevice(context, token);
}

async function identifyKey({ findAccessKey, now }: IdentityContext, token: string): Promise<Identity> {
  const key = await findAccessKey(token);
  if (!key) return { kind: 'rejected', reason: 'that key is not known here' };
  const over = whyOver(key, now());
  return over === null ? { kind: 'access-key', key } : { kind: 'rejected', reason: over };
}

/** Why a key opens nothing any more; null while it does. */
export function whyOver({ revokedAt, expiresAt }: AccessKey, now: Date): string | null {
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
  try {
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: device.publicKey }, 'EdDSA');
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['EdDSA'],
      issuer: keyId,
      audience: [...context.audience()],
      requiredClaims: ['iat', 'exp', 'jti'],
      clockTolerance: clockToleranceSeconds,
      maxTokenAge: maxTokenSeconds,
      currentDate: context.now(),
    });
    if (payload.exp! - payload.iat! > maxTokenSeconds) {
      return { kind: 'rejected', reason: `the token lives longer than ${maxTokenSeconds} s` };
    }
    return { kind: 'device', device };
  } catch (error) {
    return { kind: 'rejected', reason: error instanceof Error ? error.message : 'the token is not valid' };
  }
}

/** Null for all but a key id: what else a header holds must not get as far as the database, whose driver dies of it. */
function keyIdOf(token: string): string | null {
  try {
    return keyIdSchema.safeParse(decodeProtectedHeader(token).kid).data ?? null;
  } catch {
    return null;
  }
}
