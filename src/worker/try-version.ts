// A version's trial before it runs: opened, and held against all that it was recorded with. Leaves nothing open.
import { type ErrorCode, toFailure } from '../core/errors.ts';
import { smokeTest } from '../core/runtime/smoke-test.ts';
import type { Database } from '../device/db.ts';
import { createBreath } from './breath.ts';
import { chosenProvider } from './choice.ts';
import { database } from './database.ts';
import { loadOrt, type WebProvider } from './ort.ts';
import { openOrtSession, type OrtSession } from './ort-session.ts';
import type { TrialOutcome, VersionRef } from './protocol.ts';
import { readStoredModel, type StoredModel } from './stored-model.ts';

/**
 * On the provider that would compute it, and on WASM where that one does not.
 * @throws HaversackError where it could not be tried: the runtime does not start, a chunk is damaged or not here
 */
export async function tryVersion(ref: VersionRef & { readonly variant: string }): Promise<TrialOutcome> {
  const db = await database();
  const provider = await chosenProvider(db, ref);
  await loadOrt('wasm');
  const model = await readRecorded(db, ref);
  if (typeof model === 'string') return { problem: model };
  const problem = await problemOn(model, provider);
  return { problem: problem === null || provider === 'wasm' ? problem : await problemOn(model, 'wasm') };
}

/** A record that cannot be read is the version's own fault. */
async function readRecorded(
  db: Database,
  ref: VersionRef & { readonly variant: string },
): Promise<StoredModel | string> {
  try {
    return await readStoredModel(db, ref);
  } catch (error) {
    const { code, detail } = toFailure(error, 'RuntimeFailed');
    if (code === 'DocumentInvalid') return detail;
    throw error;
  }
}

/** Of the device's store, from which a large file is read while it is opened: they say nothing of the version. */
const ofTheStore: ReadonlySet<ErrorCode> = new Set(['NotInstalled', 'ChunkInvalid', 'StorageFailed']);

/**
 * Null where it answers as recorded; a version without a record only has to open.
 * @throws HaversackError those of `ofTheStore`
 */
async function problemOn(model: StoredModel, provider: WebProvider): Promise<string | null> {
  try {
    const session = await openOrtSession(model.file, provider);
    try {
      return await disagreement(session, model);
    } finally {
      await session.dispose();
    }
  } catch (error) {
    const { code, detail } = toFailure(error, 'RuntimeFailed');
    if (ofTheStore.has(code)) throw error;
    return detail;
  }
}

async function disagreement(session: OrtSession, { recorded }: StoredModel): Promise<string | null> {
  if (!recorded) return null;
  const breathe = createBreath();
  // Predictions of what runs now go on in between.
  const breathing: OrtSession = {
    ...session,
    run: async feeds => {
      await breathe();
      return session.run(feeds);
    },
  };
  const { difference, agrees } = await smokeTest(breathing, recorded);
  if (agrees) return null;
  const away = difference.toExponential(1);
  return `on ${session.provider} it answers ${away} away from what was recorded, allowed ${recorded.tolerance}`;
}
