// The keys an issuer signs with, found by its discovery document (OpenID Connect Discovery 1.0 §4) and kept. An issuer that is
// down is asked again soon, and until then what it had said last goes on being good, for a while.
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  type CryptoKey,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose';
import { hourMs, minuteMs } from '../../src/core/durations.ts';
import { z } from '../../src/core/zod.ts';
import { isSecure } from './oidc-settings.ts';

const timeoutMs = 5_000;
/** Keys are read again after this. */
const maxAgeMs = 10 * minuteMs;
/** A key that is not known makes them be read again, this often at most. */
const cooldownMs = 30_000;
/** How soon an issuer that did not answer is asked again; meanwhile nobody waits for it. */
const retryMs = 5_000;
/** How long old keys are good without the issuer. */
const maxStaleMs = 12 * hourMs;
const maxDocumentCharacters = 2 ** 20;

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** Nobody can say now whether a token is good. */
export class IssuerUnreachable extends Error {
  override readonly name = 'IssuerUnreachable';
}

type RemoteKeys = ReturnType<typeof createRemoteJWKSet>;

export class IssuerKeys {
  readonly #issuer: string;
  readonly #nowMs: () => number;
  #remote: Promise<RemoteKeys> | null = null;
  #last: { readonly keys: JSONWebKeySet; readonly atMs: number } | null = null;
  #downUntilMs = -Infinity;

  constructor(issuer: string, nowMs: () => number) {
    this.#issuer = issuer;
    this.#nowMs = nowMs;
  }

  /** For `jwtVerify`. @throws IssuerUnreachable, JOSEError (no such key) */
  readonly find = async (header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> => {
    if (this.#nowMs() >= this.#downUntilMs) {
      try {
        const remote = await this.#open();
        const key = await remote(header, token);
        this.#last = { keys: remote.jwks()!, atMs: this.#nowMs() };
        return key;
      } catch (error) {
        if (isAboutKey(error)) throw error;
        this.#downUntilMs = this.#nowMs() + retryMs;
        // Its keys may have moved: where they are is asked again too.
        this.#remote = null;
      }
    }
    const last = this.#last;
    if (last && this.#nowMs() - last.atMs < maxStaleMs) return createLocalJWKSet(last.keys)(header, token);
    throw new IssuerUnreachable(`${this.#issuer} cannot be asked for its keys now`);
  };

  #open(): Promise<RemoteKeys> {
    this.#remote ??= this.#discover().catch((error: unknown) => {
      this.#remote = null;
      throw error;
    });
    return this.#remote;
  }

  async #discover(): Promise<RemoteKeys> {
    const address = `${this.#issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await fetch(address, {
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: { accept: 'application/json' },
    });
    if (!response.ok) throw new Error(`${address} answers ${response.status}`);
    const text = await response.text();
    if (text.length > maxDocumentCharacters) throw new Error(`${address} answers too much`);
    const { issuer, jwks_uri } = discoverySchema.parse(JSON.parse(text));
    // §4.3: else one issuer could speak for another.
    if (issuer !== this.#issuer) throw new Error(`${address} is of the issuer ${issuer}`);
    if (!isSecure(jwks_uri)) throw new Error(`${address} names keys at ${jwks_uri}, which is not https`);
    return createRemoteJWKSet(new URL(jwks_uri), {
      timeoutDuration: timeoutMs,
      cooldownDuration: cooldownMs,
      cacheMaxAge: maxAgeMs,
    });
  }
}

/** The issuer has answered, and has no such key. */
function isAboutKey(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
}
