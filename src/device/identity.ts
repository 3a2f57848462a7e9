// The device's own key, made here and never leaving: who this browser is to the registry.
import { getPublicKeyAsync, signAsync } from '@noble/ed25519';
import { toBase64Url } from '../core/artifact/base64url.ts';
import { deviceCode } from '../core/artifact/device-code.ts';
import type { Bytes } from '../core/artifact/digest.ts';
import { keyIdOf, keyIdSchema, publicKeySchema, type Signer } from '../core/artifact/signature.ts';
import { z } from '../core/zod.ts';
import type { Database } from './db.ts';
import { readRow } from './rows.ts';
import type { IdentityRow } from './schema.ts';
import { storing } from './storage-error.ts';

export interface Identity extends Signer {
  /** Six characters that people compare with what the admin's screen shows. */
  readonly code: string;
  /** Whether the browser keeps the key so that no script can read it. */
  readonly protected: boolean;
}

const identityRowSchema: z.ZodType<IdentityRow> = z.object({
  id: z.literal('identity'),
  keyId: keyIdSchema,
  publicKey: publicKeySchema,
  key: z.union([
    z.instanceof(CryptoKey),
    z.custom<Bytes>(value => value instanceof Uint8Array && value.length === 32),
  ]),
});

/** A token is valid this long, and used until this long before its end. */
const tokenSeconds = 60;
const tokenReserveSeconds = 15;

/** The device's key; made on the first call. Two tabs that race get the same one. */
export async function loadIdentity(db: Database): Promise<Identity> {
  return storing(async () => {
    const known = readRow(identityRowSchema, await db.get('identity', 'identity'), 'identity');
    return toIdentity(known ?? (await keepFirst(db, await makeKey())));
  });
}

/** One transaction: who comes second takes what the first has put there. */
async function keepFirst(db: Database, made: IdentityRow): Promise<IdentityRow> {
  const tx = db.transaction('identity', 'readwrite', { durability: 'strict' });
  const known = readRow(identityRowSchema, await tx.store.get('identity'), 'identity');
  if (!known) await tx.store.put(made);
  await tx.done;
  return known ?? made;
}

async function makeKey(): Promise<IdentityRow> {
  const { key, publicKey } = (await makeProtectedKey()) ?? (await makeBareKey());
  return { id: 'identity', keyId: await keyIdOf(publicKey), publicKey, key };
}

/** Null where the browser's WebCrypto has no Ed25519 (Chrome < 137, Firefox < 129, Safari < 17). */
async function makeProtectedKey(): Promise<{ key: CryptoKey; publicKey: string } | null> {
  let pair: CryptoKeyPair;
  try {
    pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  } catch {
    return null;
  }
  const raw = await crypto.subtle.exportKey('raw', pair.publicKey);
  return { key: pair.privateKey, publicKey: toBase64Url(new Uint8Array(raw)) };
}

async function makeBareKey(): Promise<{ key: Bytes; publicKey: string }> {
  const key = crypto.getRandomValues(new Uint8Array(32));
  return { key, publicKey: toBase64Url(await getPublicKeyAsync(key)) };
}

function toIdentity({ keyId, publicKey, key }: IdentityRow): Identity {
  const isProtected = key instanceof CryptoKey;
  return {
    keyId,
    publicKey,
    code: deviceCode(keyId),
    protected: isProtected,
    sign: isProtected
      ? async bytes => new Uint8Array(await crypto.subtle.sign('Ed25519', key, bytes))
      : bytes => signAsync(bytes, key),
  };
}

const tokens = new WeakMap<Identity, Map<string, { token: string; usableUntil: number }>>();

/**
 * A bearer token that says who this device is: a compact JWS (RFC 7515) with EdDSA (RFC 8037) over the claims of RFC 7519.
 * @param audience the registry's key id, so that no other server can use it
 */
export async function deviceToken(identity: Identity, audience: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const kept = tokens.get(identity)?.get(audience);
  if (kept && now < kept.usableUntil) return kept.token;
  const header = { alg: 'EdDSA', typ: 'JWT', kid: identity.keyId };
  const claims = {
    iss: identity.keyId,
    aud: audience,
    iat: now,
    exp: now + tokenSeconds,
    jti: crypto.randomUUID(),
  };
  const signingInput = `${encodePart(header)}.${encodePart(claims)}`;
  const signature = await identity.sign(new TextEncoder().encode(signingInput));
  const token = `${signingInput}.${toBase64Url(signature)}`;
  const byAudience = tokens.get(identity) ?? new Map<string, { token: string; usableUntil: number }>();
  byAudience.set(audience, { token, usableUntil: claims.exp - tokenReserveSeconds });
  tokens.set(identity, byAudience);
  return token;
}

function encodePart(part: object): string {
  return toBase64Url(new TextEncoder().encode(JSON.stringify(part)));
}
