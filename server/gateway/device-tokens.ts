// Whether a device's token is good: a compact JWS (RFC 7515) that the device signed with EdDSA (RFC 8037), for this registry, a
// moment ago. One that was found good is not checked twice; whether its device may still come in is another question.
import { type CryptoKey, importJWK, jwtVerify } from 'jose';
import { createHash } from 'node:crypto';
import { LruMap } from './lru-map.ts';

/** A token lives this long at most, from `iat` to `exp`. */
const maxTokenSeconds = 120;
/** Devices' clocks are off by so much. */
const clockToleranceSeconds = 60;
/** A device makes a token a minute at most: this is a minute of a large fleet. */
const maxTokens = 20_000;
const maxKeys = 20_000;

interface Checked {
  readonly publicKey: string;
  readonly audience: string;
  /** In seconds, tolerance included. */
  readonly goodUntil: number;
}

export interface TokenOwner {
  readonly id: string;
  readonly publicKey: string;
}

export class DeviceTokens {
  readonly #audience: () => readonly string[];
  readonly #now: () => Date;
  /** By the token's digest: whoever reads this memory finds no token in it. */
  readonly #checked = new LruMap<string, Checked>(maxTokens);
  readonly #keys = new LruMap<string, CryptoKey | Uint8Array>(maxKeys);

  /** @param audience key ids of the registry: tokens are made for one of them */
  constructor(audience: () => readonly string[], now: () => Date) {
    this.#audience = audience;
    this.#now = now;
  }

  /** Why it is not good; null where it is. */
  async refusalOf(token: string, owner: TokenOwner): Promise<string | null> {
    const digest = createHash('sha256').update(token).digest('base64');
    const known = this.#checked.get(digest);
    if (known && this.#stillHolds(known, owner)) return null;
    try {
      const checked = await this.#check(token, owner);
      if (typeof checked === 'string') return checked;
      this.#checked.set(digest, checked);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : 'the token is not valid';
    }
  }

  #stillHolds({ publicKey, audience, goodUntil }: Checked, owner: TokenOwner): boolean {
    const isNow = this.#now().getTime() / 1000 < goodUntil;
    return isNow && publicKey === owner.publicKey && this.#audience().includes(audience);
  }

  /** @throws JOSEError */
  async #check(token: string, { id, publicKey }: TokenOwner): Promise<Checked | string> {
    const audiences = [...this.#audience()];
    const { payload } = await jwtVerify(token, await this.#keyOf(publicKey), {
      algorithms: ['EdDSA'],
      issuer: id,
      audience: audiences,
      requiredClaims: ['iat', 'exp', 'jti'],
      clockTolerance: clockToleranceSeconds,
      maxTokenAge: maxTokenSeconds,
      currentDate: this.#now(),
    });
    const { iat, exp, aud } = payload as { iat: number; exp: number; aud: string | string[] };
    if (exp - iat > maxTokenSeconds) return `the token lives longer than ${maxTokenSeconds} s`;
    const audience = [aud].flat().find(each => audiences.includes(each))!;
    return { publicKey, audience, goodUntil: exp + clockToleranceSeconds };
  }

  async #keyOf(publicKey: string): Promise<CryptoKey | Uint8Array> {
    const known = this.#keys.get(publicKey);
    if (known) return known;
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: publicKey }, 'EdDSA');
    this.#keys.set(publicKey, key);
    return key;
  }
}
