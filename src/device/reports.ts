// What this device tells the registry of itself: how an update went, and now and then what it runs.
import type { Report } from '../core/artifact/documents.ts';
import { dayMs } from '../core/durations.ts';
import type { Database } from './db.ts';
import { loadIdentity } from './identity.ts';
import { listActive } from './library.ts';
import { type DocumentItem, enqueueDocument } from './outbox.ts';
import { readRow } from './rows.ts';
import { choiceSchema, markSchema, type RunningVersion } from './schema.ts';
import { storageState } from './storage.ts';
import { storing } from './storage-error.ts';
import { standingOf } from './standing.ts';
import { versionKey } from './version-key.ts';

/** How often it says what it runs where nothing happens. */
const stateEveryMs = dayMs;
const stateMark = 'state-report';
const maxProblemLength = 1024;

export interface Reporter {
  readonly db: Database;
  /** The build of the app; null: nothing is reported. */
  readonly app: string | null;
}

/** Queues it, where the registry knows this device: nobody else's reports are taken. */
export async function reportUpdate(reporter: Reporter, update: NonNullable<Report['update']>): Promise<void> {
  const problem = update.problem?.slice(0, maxProblemLength) ?? null;
  await queue(reporter, { ...update, problem });
}

/** Says what runs, once a day at most. */
export async function reportStateIfDue(reporter: Reporter): Promise<void> {
  const mark = readRow(markSchema, await storing(() => reporter.db.get('marks', stateMark)), 'marks');
  if (mark && Math.abs(Date.now() - Date.parse(mark.at)) < stateEveryMs) return;
  await queue(reporter, null);
}

async function queue({ db, app }: Reporter, update: Report['update']): Promise<void> {
  if (app === null || !(await standingOf(db)).isLetIn) return;
  const identity = await loadIdentity(db);
  const active = (await listActive(db)).filter(row => row.version !== null);
  const createdAt = new Date().toISOString();
  const report: Report = {
    type: 'report',
    formatVersion: 1,
    device: identity.keyId,
    createdAt,
    app,
    active: await Promise.all(active.map(row => running(db, row))),
    update,
    storage: await room(),
  };
  await enqueueDocument(db, 'reports', update?.model ?? null, report, identity, isMereState);
  await storing(() => db.put('marks', { id: stateMark, at: createdAt }));
}

/** Null where the browser does not say. */
async function room(): Promise<Report['storage']> {
  const state = await storageState().catch(() => null);
  return state && { usageBytes: state.usageBytes, quotaBytes: state.quotaBytes };
}

/** Every report says what runs: a newer one makes an unsent one superfluous that says nothing else. */
function isMereState({ to, document }: DocumentItem): boolean {
  return to === 'reports' && document.signed['update'] === null;
}

async function running(
  db: Database,
  { model, version, variant }: RunningVersion,
): Promise<Report['active'][number]> {
  const raw = await storing(() => db.get('choices', versionKey(model, version)));
  const choice = readRow(choiceSchema, raw, 'choices');
  return { model, version, variant, provider: choice?.provider ?? null };
}
