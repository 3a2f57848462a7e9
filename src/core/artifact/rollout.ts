// Which version an alias means for one device. The same answer on the device, on the server and in a simulation.
import { sha256 } from './digest.ts';
import type { Alias } from './documents.ts';

/** Who asks: its key's id, and the groups the registry put it in. */
export interface RolloutDevice {
  readonly keyId: string;
  readonly groups: readonly string[];
}

export interface RolloutTarget {
  readonly version: number;
  readonly versionDigest: string;
}

/**
 * The version that this device is to run; null: the one it has. A rollout that is held gives nobody what they do not run
 * yet (`running`), and takes it from nobody.
 */
export async function targetOf(
  alias: Alias,
  device: RolloutDevice,
  running: number | null,
): Promise<RolloutTarget | null> {
  return targetAt(alias, device.groups, await placeOf(device.keyId, alias.model), running);
}

/** As `targetOf`, for a device whose place is known. */
export function targetAt(
  alias: Alias,
  groups: readonly string[],
  place: number,
  running: number | null,
): RolloutTarget | null {
  const { version, versionDigest, rollout, otherwise, held } = alias;
  const isMeant = isWithin(rollout, groups, place);
  if (isMeant && (!held || running === version)) return { version, versionDigest };
  return otherwise;
}

/** Whether a rollout reaches a device of these groups at this place. */
export function isWithin(
  { groups: wanted, share }: Alias['rollout'],
  groups: readonly string[],
  place: number,
): boolean {
  return (wanted === null || wanted.some(group => groups.includes(group))) && place < share;
}

/**
 * Where a device stands among all of a model, from 0 to below 1: evenly spread, and another for another model. A share
 * reaches those that stand below it, so that a growing one keeps those it had.
 */
export async function placeOf(keyId: string, model: string): Promise<number> {
  const digest = await sha256(new TextEncoder().encode(`${keyId}:${model}`));
  return Number.parseInt(digest.slice(0, 8), 16) / 2 ** 32;
}

/** The same devices for every share of a model, and others for another model. */
export async function isInShare(keyId: string, model: string, share: number): Promise<boolean> {
  return (await placeOf(keyId, model)) < share;
}

/** Whether it is not for all devices. */
export function isPartial({ rollout: { share, groups } }: Pick<Alias, 'rollout'>): boolean {
  return share < 1 || groups !== null;
}

/**
 * What an alias means for who is no device, a server or a shell: until a rollout is for all, what those outside of it have;
 * where nobody said what that is, the version itself.
 */
export function settledVersion(alias: Pick<Alias, 'rollout' | 'version' | 'otherwise'>): number {
  return (isPartial(alias) ? alias.otherwise?.version : null) ?? alias.version;
}
