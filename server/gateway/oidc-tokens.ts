// Bearer tokens of an OpenID Connect issuer: JWTs (RFC 7519) for this server, signed by a key of the issuer's. One that was found
// good is not checked again for a while.
import { decodeJwt, jwtVerify, type JWTPayload } from 'jose';
import { createHash } from 'node:crypto';
import { roleGrants } from '../../src/core/artifact/role-grants.ts';
import { IssuerKeys, IssuerUnreachable } from './issuer-keys.ts';
import { LruMap } from './lru-map.ts';
import { type OidcSettings, type Worth, worthOf } from './oidc-settings.ts';

/** Asymmetric ones only: a secret that is shared with the issuer is not what its keys are for (RFC 8725 §3.1). */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
const clockToleranceSeconds = 60;
/** How long a token is taken for good without a look: a key that the issuer gave up opens nothing after it. */
const maxKnownSeconds = 300;
const maxTokens = 20_000;
/** OpenID Connect Core §2. */
const maxSubjectCharacters = 255;

export interface Person extends Worth {
  /** `sub`: who it is, to the issuer. */
  readonly subject: string;
}

export type TokenVerdict =
  | { readonly kind: 'good'; readonly person: Person }
  | { readonly kind: 'bad'; readonly reason: string }
  | { readonly kind: 'unchecked'; readonly reason: string };

export class OidcTokens {
  readonly #settings: OidcSettings;
  readonly #keys: IssuerKeys;
  readonly #now: () => Date;
  /** By the token's digest: whoever reads this memory finds no token in it. */
  readonly #known = new LruMap<string, { readonly person: Person; readonly untilSeconds: number }>(maxTokens);

  constructor(settings: OidcSettings, now: () => Date) {
    this.#settings = settings;
    this.#now = now;
    this.#keys = new IssuerKeys(settings.issuer, () => now().getTime());
  }

  /** Whether it says that it is of this issuer; nothing of it is believed for that. */
  claims(token: string): boolean {
    try {
      return decodeJwt(token).iss === this.#settings.issuer;
    } catch {
      return false;
    }
  }

  async check(token: string): Promise<TokenVerdict> {
    const digest = createHash('sha256').update(token).digest('base64');
    const nowSeconds = this.#now().getTime() / 1000;
    const known = this.#known.get(digest);
    if (known && nowSeconds < known.untilSeconds) return { kind: 'good', person: known.person };
    try {
      const { payload } = await jwtVerify(token, this.#keys.find, {
        algorithms,
        issuer: this.#settings.issuer,
        audience: this.#settings.audience,
        requiredClaims: ['sub', 'exp'],
        clockTolerance: clockToleranceSeconds,
        currentDate: this.#now(),
      });
      const person = this.#personOf(payload);
      if (person === null) return { kind: 'bad', reason: 'the token’s sub is no name of somebody' };
      const goodUntil = payload.exp! + clockToleranceSeconds;
      this.#known.set(digest, { person, untilSeconds: Math.min(goodUntil, nowSeconds + maxKnownSeconds) });
      return { kind: 'good', person };
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'the token is not valid';
      return { kind: error instanceof IssuerUnreachable ? 'unchecked' : 'bad', reason };
    }
  }

  #personOf(payload: JWTPayload): Person | null {
    const { sub } = payload;
    if (typeof sub !== 'string' || sub === '' || sub.length > maxSubjectCharacters) return null;
    return { subject: sub, ...worthOf(payload, this.#settings.roles, roleGrants) };
  }
}
