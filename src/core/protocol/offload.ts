// Overload becomes offload: what an answer of 429 or 503 tells a client that could compute by itself. A member `offload` of
// the problem (RFC 9457 §3.2).

export const offloadMember = 'offload';

export interface Offload {
  readonly model: string;
  readonly version: number;
  /** Path of the version's signed manifest, from the server's origin. */
  readonly manifest: string;
  /** What fetching it takes at most: the smallest variant's bytes. */
  readonly bytes: number;
  readonly variant: string;
}

/** Null where `value` is none: a client checks by hand what a server says, without a schema library. */
export function toOffload(value: unknown): Offload | null {
  if (typeof value !== 'object' || value === null) return null;
  const { model, version, manifest, bytes, variant } = value as Readonly<Record<string, unknown>>;
  if (typeof model !== 'string' || typeof manifest !== 'string' || typeof variant !== 'string') return null;
  if (!isCount(version) || !isCount(bytes)) return null;
  return { model, version, manifest, bytes, variant };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
