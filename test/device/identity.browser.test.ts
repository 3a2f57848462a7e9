import { verifyAsync } from '@noble/ed25519';
import { importJWK, jwtVerify } from 'jose';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { fromBase64Url } from '../../src/core/artifact/base64url.ts';
import { keyIdOf } from '../../src/core/artifact/signature.ts';
import { openHaversackDB } from '../../src/device/db.ts';
import { deviceToken, loadIdentity } from '../../src/device/identity.ts';
import { freshDB } from './fresh-db.ts';

const audience = 'b'.repeat(64);
const bytes = new TextEncoder().encode('a candidate');

function withoutEd25519(): void {
  vi.spyOn(crypto.subtle, 'generateKey').mockRejectedValue(
    new DOMException('Unrecognized name.', 'NotSupportedError'),
  );
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe.each([
  ['a key of the browser', () => undefined, true],
  ['a key of our own, where the browser has no Ed25519', withoutEd25519, false],
])('%s', (_name, prepare, isProtected) => {
  test('signs, is named by its public key, and is the same after a restart', async () => {
    prepare();
    const fresh = await freshDB();
    const identity = await loadIdentity(fresh.db);
    expect(identity.protected).toBe(isProtected);
    expect(identity.keyId).toBe(await keyIdOf(identity.publicKey));
    expect(identity.code).toMatch(/^[0-9A-HJKMNP-TV-Z]{6}$/);
    const again = await loadIdentity(await fresh.reopen());
    expect(again).toMatchObject({ keyId: identity.keyId, protected: isProtected });
    const signature = await again.sign(bytes);
    expect(await verifyAsync(signature, bytes, fromBase64Url(identity.publicKey))).toBe(true);
  });

  test('makes tokens that say who it is, to one registry, for a minute', async () => {
    prepare();
    const { db } = await freshDB();
    const identity = await loadIdentity(db);
    const token = await deviceToken(identity, audience);
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: identity.publicKey }, 'EdDSA');
    const { payload, protectedHeader } = await jwtVerify(token, key, { audience, issuer: identity.keyId });
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'JWT', kid: identity.keyId });
    expect(payload.exp! - payload.iat!).toBe(60);
    expect(payload.jti).toMatch(/^[0-9a-f-]{36}$/);
    await expect(jwtVerify(token, key, { audience: 'c'.repeat(64) })).rejects.toThrow();
  });
});

test('the browser’s key cannot be read, not even by this app', async () => {
  const { db } = await freshDB();
  await loadIdentity(db);
  const { key } = (await db.get('identity', 'identity'))!;
  expect(key).toBeInstanceOf(CryptoKey);
  await expect(crypto.subtle.exportKey('pkcs8', key as CryptoKey)).rejects.toThrow();
});

test('tabs that race for the first key get the same one', async () => {
  const fresh = await freshDB();
  const other = await openHaversackDB({ name: fresh.name });
  const identities = await Promise.all([fresh.db, other, fresh.db, other].map(db => loadIdentity(db)));
  expect(new Set(identities.map(identity => identity.keyId)).size).toBe(1);
  other.close();
});

test('a token is used again until shortly before its end, and never for another registry', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-24T12:00:00Z') });
  const { db } = await freshDB();
  const identity = await loadIdentity(db);
  const first = await deviceToken(identity, audience);
  expect(await deviceToken(identity, 'c'.repeat(64))).not.toBe(first);
  vi.setSystemTime(Date.parse('2026-11-24T12:00:44Z'));
  expect(await deviceToken(identity, audience)).toBe(first);
  vi.setSystemTime(Date.parse('2026-11-24T12:00:45Z'));
  expect(await deviceToken(identity, audience)).not.toBe(first);
});
