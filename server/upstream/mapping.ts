// From our versions to an engine's: which it answers for, and what it calls them. Registered models have versions with numbers; of
// others only engines know (their number here is 0), and versions are what callers write.
import { noUpstreamVersion } from '../../src/core/artifact/upstream-api.ts';
import type { Resolved } from '../../src/core/serve/service.ts';

export interface Mapping {
  /** Ours that it answers for; null: requests that name none, and those it knows by the same number. */
  readonly version: number | null;
  /** What it calls it; null: the same. */
  readonly upstreamVersion: string | null;
}

export function takes({ version: pinned, upstreamVersion }: Mapping, { version, asked }: Resolved): boolean {
  const isRegistered = version !== 0;
  if (pinned !== null) return isRegistered ? version === pinned : asked === undefined || asked === pinned;
  if (asked === undefined || upstreamVersion === null) return true;
  return !isRegistered && String(asked) === upstreamVersion;
}

/** For a path; null: none. Only of what it takes. */
export function upstreamVersionOf(
  { version: pinned, upstreamVersion }: Mapping,
  resolved: Resolved,
): string | null {
  if (upstreamVersion !== null) return upstreamVersion === noUpstreamVersion ? null : upstreamVersion;
  if (pinned !== null) return String(pinned);
  if (resolved.asked === undefined) return null;
  return String(resolved.version === 0 ? resolved.asked : resolved.version);
}
