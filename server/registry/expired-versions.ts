// Which versions a retention policy lets go of. Pure: what is needed is told, nothing is read.
import type { Retention } from '../../src/core/artifact/registry-api.ts';
import { dayMs } from '../../src/core/durations.ts';

export interface KeptVersion {
  readonly version: number;
  readonly parent: number | null;
  readonly createdAtMs: number;
}

/**
 * Of one model's versions those that may go: beyond the newest `keepVersions`, older than `keepDays`, not needed, and no
 * parent of one that stays by these rules. One step of lineage, not all of it: a parent's bytes are what its children are
 * compared with, sent as a difference to, and quantized alike; of what was before it the documents tell enough.
 * @param needed versions that an alias or a device needs
 */
export function expiredVersions(
  versions: readonly KeptVersion[],
  { keepVersions, keepDays }: Retention,
  needed: ReadonlySet<number>,
  nowMs: number,
): number[] {
  if (keepVersions === null && keepDays === null) return [];
  const newest = versions.map(({ version }) => version).sort((a, b) => b - a);
  const ranked = new Set(newest.slice(0, keepVersions ?? 0));
  const staying = versions.filter(
    ({ version, createdAtMs }) =>
      ranked.has(version) ||
      needed.has(version) ||
      (keepDays !== null && nowMs - createdAtMs <= keepDays * dayMs),
  );
  const kept = new Set(staying.flatMap(({ version, parent }) => [version, parent]));
  return versions.flatMap(({ version }) => (kept.has(version) ? [] : [version]));
}
