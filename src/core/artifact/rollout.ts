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
  const { version, versionDigest, rollout, otherwise, held } = alias;
  const isMeant =
    (rollout.groups === null || rollout.groups.some(group => device.groups.includes(group))) &&
    (await isInShare(device.keyId, alias.model, rollout.share));
  if (isMeant && (!held || running === version)) return { version, versionDigest };
  return otherwise;
}

/** The same devices for every share of a model, and others for another model; a growing share keeps those it had. */
export async function isInShare(keyId: string, model: string, share: number): Promise<boolean> {
  const digest = await sha256(new TextEncoder().encode(`${keyId}:${model}`));
  return Number.parseInt(digest.slice(0, 8), 16) / 2 ** 32 < share;
}
