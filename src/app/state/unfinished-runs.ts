// Runs that a closed tab left behind, of every model: gone on with, or thrown away.
import { signal } from '@preact/signals';
import type { Digest } from '../../core/artifact/digest.ts';
import { toFailure } from '../../core/errors.ts';
import { discardRun, listRuns } from '../../device/checkpoints.ts';
import { runningRuns } from '../../device/locks.ts';
import type { RunRow } from '../../device/schema.ts';
import { errorToast } from './error-toast.ts';
import { need, type Services } from './services.ts';

/** The one that went on last first; those that some tab works on are not among them. */
export const unfinishedRuns = signal<readonly RunRow[]>([]);

export async function loadUnfinishedRuns({ db }: Services): Promise<void> {
  const [rows, running] = await Promise.all([listRuns(db), runningRuns()]);
  unfinishedRuns.value = rows.filter(({ id }) => !running.has(id));
}

export async function throwAway(id: Digest): Promise<void> {
  try {
    await discardRun(need().db, id);
  } catch (thrown) {
    errorToast(toFailure(thrown));
  }
}
