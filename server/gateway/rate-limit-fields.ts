// What a caller is told of its limits: the fields RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10), which
// are lists of structured fields (RFC 9651 §3.1). The draft may still change: nothing else knows how they are written.

/** One limit, as it holds for one request. */
export interface Policy {
  /** `minute`, `model-day`: letters, digits and `-`. */
  readonly name: string;
  readonly quota: number;
  /** Null for requests at a time. */
  readonly windowSeconds: number | null;
  readonly remaining: number;
  /** Until what is used is forgotten; null for requests at a time. */
  readonly resetSeconds: number | null;
}

export function rateLimitFields(policies: readonly Policy[]): Readonly<Record<string, string>> {
  return {
    'RateLimit-Policy': policies.map(policyItem).join(', '),
    RateLimit: policies.map(stateItem).join(', '),
  };
}

/** §3.1: `q` the quota, `w` its window, `qu` what is counted where that is not requests. */
function policyItem({ name, quota, windowSeconds }: Policy): string {
  return windowSeconds === null
    ? `"${name}";q=${quota};qu="concurrent-requests"`
    : `"${name}";q=${quota};w=${windowSeconds}`;
}

/** §4.1: `r` what is left, `t` when more is. */
function stateItem({ name, remaining, resetSeconds }: Policy): string {
  const state = `"${name}";r=${Math.max(0, remaining)}`;
  return resetSeconds === null ? state : `${state};t=${Math.max(0, Math.ceil(resetSeconds))}`;
}
