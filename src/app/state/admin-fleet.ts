// Which devices run which version of a model, by their own reports, and which they are to run by the alias they follow.
import type { Alias } from '../../core/artifact/documents.ts';
import type { DeviceInfo } from '../../core/artifact/access-api.ts';
import { isWithin, placeOf, targetAt } from '../../core/artifact/rollout.ts';

/** A version, and the devices that said they run it. */
export interface Share {
  readonly version: number;
  readonly devices: readonly DeviceInfo[];
}

export interface Fleet {
  /** Newest version first. */
  readonly shares: readonly Share[];
  /** Approved, and running no version of the model. */
  readonly without: readonly DeviceInfo[];
  /** Approved, and never said what they run. */
  readonly silent: readonly DeviceInfo[];
}

/** The version of a model that a device last said it runs; null: none, or never said. */
export function runsOf(device: DeviceInfo, model: string): number | null {
  return device.report?.active.find(one => one.model === model)?.version ?? null;
}

/** Of the devices that are let in. */
export function fleetOf(devices: readonly DeviceInfo[], model: string): Fleet {
  const approved = devices.filter(({ status }) => status === 'approved');
  const said = approved.filter(({ report }) => report !== null);
  const byVersion = new Map<number, DeviceInfo[]>();
  for (const device of said) {
    const version = runsOf(device, model);
    if (version !== null) byVersion.set(version, [...(byVersion.get(version) ?? []), device]);
  }
  return {
    shares: [...byVersion]
      .map(([version, running]) => ({ version, devices: running }))
      .sort((a, b) => b.version - a.version),
    without: said.filter(device => runsOf(device, model) === null),
    silent: approved.filter(({ report }) => report === null),
  };
}

/** By the device's id: where it stands in the rollouts of a model. */
export type Places = ReadonlyMap<string, number>;

export async function placesOf(devices: readonly DeviceInfo[], model: string): Promise<Places> {
  return new Map(await Promise.all(devices.map(async ({ id }) => [id, await placeOf(id, model)] as const)));
}

/** How many of the devices that are let in a rollout reaches. */
export function reachOf(
  devices: readonly DeviceInfo[],
  places: Places,
  rollout: Alias['rollout'],
): { readonly reached: number; readonly all: number } {
  const approved = devices.filter(({ status }) => status === 'approved');
  const reached = approved.filter(({ id, groups }) => isWithin(rollout, groups, places.get(id) ?? 1));
  return { reached: reached.length, all: approved.length };
}

/** Whether a device runs what an alias says. `no-word`: it never said what it runs, or runs no version of the model. */
export type Standing =
  | { readonly kind: 'as-said' }
  | { readonly kind: 'no-word' }
  | { readonly kind: 'behind'; readonly runs: number; readonly wanted: number };

export function standingOf(device: DeviceInfo, alias: Alias, places: Places): Standing {
  const runs = runsOf(device, alias.model);
  if (runs === null) return { kind: 'no-word' };
  const target = targetAt(alias, device.groups, places.get(device.id) ?? 1, runs);
  if (target === null || target.version === runs) return { kind: 'as-said' };
  return { kind: 'behind', runs, wanted: target.version };
}

/** Every group that any device is in, by name. */
export function groupsOf(devices: readonly DeviceInfo[]): string[] {
  return [...new Set(devices.flatMap(({ groups }) => groups))].sort();
}
