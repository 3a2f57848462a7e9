// Who is asking: nobody, the admin's key, or a device that proves its key with a token it signed itself a moment ago.
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import type { DeviceInfo } from '../../src/core/artifact/registry-api.ts';
import { keyIdSchema } from '../../src/core/artifact/signature.ts';
import type { AdminKey } from './admin-key.ts';

/** A token lives this long at most, from `iat` to `exp`. */
export const maxTokenSeconds = 120;
/** Devices' clocks are off by so much. */
const clockToleranceSeconds = 60;

export type Identity =
  | { readonly kind: 'anonymous'; readonly hint: string }
  | { readonly kind: 'admin-key' }
  | { readonly kind: 'device'; readonly device: DeviceInfo }
  /** Something came and is not valid. Not the same as nothing: a wrong key must not read as nobody. */
  | { readonly kind: 'rejected'; readonly reason: string };

export interface IdentityContext {
  readonly adminKey: AdminKey;
  /** Key id of the registry: tokens are made for it. */
  readonly audience: string;
  readonly findDevice: (id: string) => Promise<DeviceInfo | null>;
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
  return identifyDevice(context, token);
}

async function identifyDevice(context: IdentityContext, token: string): Promise<Identity> {
  const keyId = keyIdOf(token);
  if (keyId === null) return { kind: 'rejected', reason: 'neither an admin key nor a device token' };
  const device = await context.findDevice(keyId);
  if (!device) return { kind: 'anonymous', hint: `no device ${keyId.slice(0, 12)} has asked to be let in` };
  try {
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: device.publicKey }, 'EdDSA');
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['EdDSA'],
      issuer: keyId,
      audience: context.audience,
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
