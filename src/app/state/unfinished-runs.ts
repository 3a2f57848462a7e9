// Runs that a closed tab left behind, of every model: gone on with, or thrown away.
import { signal } from '@preact/signals';
import type { Digest } from '../../core/artifact/digest.ts';
import { toFailure } from '../../core/errors.ts';
import { discardRun, listRuns } from '../../device/checkpoints.ts';
import { runningRuns } from '../../device/locks.ts';
import type { RunRow } from '../../device/schema.ts';
import type { RunObstacle } from '../../worker/protocol.ts';
import { BridgedTraining } from '../bridge/training-port.ts';
import { errorToast } from './error-toast.ts';
import { need, type Services } from './services.ts';

/** The one that went on last first; those that some tab works on are not among them. */
export const unfinishedRuns = signal<readonly RunRow[]>([]);

export async function loadUnfinishedRuns({ db }: Services): Promise<void> {
  const [rows, running] = await Promise.all([listRuns(db), runningRuns()]);
  unfinishedRuns.value = rows.filter(({ id }) => !running.has(id));
}

/** Null where it can be gone on with. The worker is started for it. */
export async function obstacleTo(id: Digest): Promise<RunObstacle | null> {
  const looked = await new BridgedTraining(need().training).obstacleTo(id);
  if (looked.ok) return looked.value;
  errorToast(looked.error);
  return null;
}

export async function throwAway(id: Digest): Promise<void> {
  try {
    await discardRun(need().db, id);
  } catch (thrown) {
    errorToast(toFailure(thrown));
  }
}
