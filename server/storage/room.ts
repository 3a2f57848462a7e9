// Whether a disk has room: nothing is written into the last of it.
import { statfs } from 'node:fs/promises';
import { HaversackError } from '../../src/core/errors.ts';

/** Left free on the disk, for the database and for whatever else lives there. */
export const defaultReserveBytes = 128 * 2 ** 20;

/** @throws HaversackError `Unavailable` where `bytes` more would leave less than the reserve free */
export async function requireRoom(
  folder: string,
  bytes = 0,
  reserveBytes: number = defaultReserveBytes,
): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize - bytes >= reserveBytes) return;
  const mebibytes = Math.round(reserveBytes / 2 ** 20);
  throw new HaversackError('Unavailable', `the registry’s disk has less than ${mebibytes} MiB left`);
}
