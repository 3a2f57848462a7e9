// What a run leaves in the store while it is under way, and how it is told whether it can be gone on with from there.
import { documentDigest } from '../core/artifact/canonical.ts';
import type { Digest } from '../core/artifact/digest.ts';
import { envelopeDigest } from '../core/artifact/signature.ts';
import { type ErrorCode, type Failure, HaversackError, toFailure } from '../core/errors.ts';
import type { Continuation, FitState } from '../core/train/fit-state.ts';
import { PacedCheckpoints } from '../core/train/paced-checkpoints.ts';
import { stateFromBytes, stateToBytes } from '../core/train/state-file.ts';
import { untilRefused } from '../core/train/until-refused.ts';
import { discardRun, readCheckpoint, readRun, saveCheckpoint } from '../device/checkpoints.ts';
import type { Database } from '../device/db.ts';
import { type InstalledVersion, openInstalled } from '../device/library.ts';
import { runLock, withLock } from '../device/locks.ts';
import type { RunRow, TrainRequest } from '../device/schema.ts';
import { database } from './database.ts';
import type { RunObstacle } from './protocol.ts';
import { readVersionData, type VersionData } from './training-data.ts';

/** A worker that was ended lets go of its lock within this. */
const lockTimeoutMs = 5_000;

/** After these it would end in the same way, or was not to go on. */
const final: readonly ErrorCode[] = ['Aborted', 'TrainingDiverged', 'TrainingImpossible'];

/** All that a run's numbers depend on. */
export type RunIdentity = Pick<RunRow, 'id' | 'request' | 'versionDigest' | 'dataDigest'>;

export async function identityOf(
  request: TrainRequest,
  { row }: Pick<InstalledVersion, 'row'>,
  data: VersionData,
): Promise<RunIdentity> {
  const versionDigest = await envelopeDigest(row.manifest);
  const dataDigest = await dataDigestOf(data);
  const id = await documentDigest({ request, versionDigest, dataDigest });
  return { id, request, versionDigest, dataDigest };
}

function dataDigestOf({ parent, added }: VersionData): Promise<Digest> {
  return documentDigest({ parent: parent && parent.digest, added: added && added.digest });
}

export interface KeptRun {
  readonly identity: RunIdentity;
  /** Null: from the start. */
  readonly resume: FitState | null;
  /** Told once, where the store takes no more of it. */
  readonly onUnkept: (failure: Failure) => void;
}

/**
 * Lets a run leave its state in the store while it works. That goes with the run, unless something broke that may be
 * whole again.
 * @throws HaversackError `Conflict` where the same run is under way in another tab
 */
export async function keeping<T>(
  db: Database,
  { identity, resume, onUnkept }: KeptRun,
  work: (continuation: Continuation) => Promise<T>,
): Promise<T> {
  const startedAt = new Date().toISOString();
  const save = (state: FitState): Promise<void> => {
    const { provider, step, steps, epoch } = state;
    return saveCheckpoint(
      db,
      { ...identity, provider, steps, startedAt },
      { step, epoch, bytes: stateToBytes(state) },
    );
  };
  const checkpoints = untilRefused(new PacedCheckpoints(save), thrown =>
    onUnkept(toFailure(thrown, 'StorageFailed')),
  );
  return alone(identity.id, async () => {
    try {
      const result = await work({ resume, checkpoints });
      await discardRun(db, identity.id);
      return result;
    } catch (thrown) {
      if (thrown instanceof HaversackError && final.includes(thrown.code)) await discardRun(db, identity.id);
      throw thrown;
    }
  });
}

async function alone<T>(id: Digest, work: () => Promise<T>): Promise<T> {
  try {
    return await withLock(runLock(id), AbortSignal.timeout(lockTimeoutMs), work);
  } catch (thrown) {
    if (!(thrown instanceof DOMException && thrown.name === 'TimeoutError')) throw thrown;
    throw new HaversackError('Conflict', 'the same run is under way in another tab', { cause: thrown });
  }
}

/** Null where it can be gone on with. */
export async function obstacleTo(id: Digest): Promise<RunObstacle | null> {
  const found = await lookAt(id);
  return typeof found === 'string' ? found : null;
}

const obstacles: Readonly<Record<RunObstacle, string>> = {
  version: 'the version that it learnt from has changed, or is no longer on this device',
  data: 'the samples or the data set that it learnt from have changed',
  state: 'what it had left is damaged, or was thrown away',
};

/** @throws HaversackError `TrainingImpossible` naming the obstacle */
export async function openUnfinished(id: Digest): Promise<{ request: TrainRequest; state: FitState }> {
  const found = await lookAt(id);
  if (typeof found === 'string') {
    throw new HaversackError('TrainingImpossible', `The run cannot go on: ${obstacles[found]}.`);
  }
  return found;
}

async function lookAt(id: Digest): Promise<RunObstacle | { request: TrainRequest; state: FitState }> {
  const db = await database();
  const row = await readRun(db, id);
  if (!row) return 'state';
  const { model, version } = row.request;
  const installed = await presentOrNull(openInstalled(db, model, version));
  if (!installed || (await envelopeDigest(installed.row.manifest)) !== row.versionDigest) return 'version';
  const data = await presentOrNull(readVersionData(db, installed.manifest));
  if (!data || (await dataDigestOf(data)) !== row.dataDigest) return 'data';
  const state = await stateOf(db, row);
  return state ? { request: row.request, state } : 'state';
}

/** Null where it is damaged, or was written by a build that had another form for it. */
async function stateOf(db: Database, row: RunRow): Promise<FitState | null> {
  const bytes = await readCheckpoint(db, row);
  try {
    return bytes && stateFromBytes(bytes);
  } catch {
    return null;
  }
}

/** Null where part of it is not on this device. */
async function presentOrNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (thrown) {
    if (thrown instanceof HaversackError && thrown.code === 'NotInstalled') return null;
    throw thrown;
  }
}
