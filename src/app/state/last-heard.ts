// When the registry last said what a device is to run: that it is long ago, and how long. Knows no signals.
import type { Alias } from '../../core/artifact/documents.ts';
import { isExpired } from '../../core/artifact/newer-alias.ts';
import { dayMs } from '../../core/durations.ts';

/** The time (RFC 3339) of the oldest word on what is followed here that is past its time; null while all are good. */
export function lastHeardOf(followed: readonly Alias[], now: Date): string | null {
  const expired = followed.filter(alias => isExpired(alias, now));
  return expired.map(({ issuedAt }) => issuedAt).sort()[0] ?? null;
}

/** Whole days; a day at least, for what is past its time was not heard of today. */
export function daysSince(time: string, now: Date): number {
  return Math.max(1, Math.floor((now.getTime() - Date.parse(time)) / dayMs));
}

/** Whether it is to be said: what was put away is said again a day later. */
export function isToBeSaid(lastHeard: string | null, putAwayAt: Date | null, now: Date): boolean {
  if (lastHeard === null) return false;
  return putAwayAt === null || now.getTime() - putAwayAt.getTime() >= dayMs;
}
