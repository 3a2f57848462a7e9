// How another version comes to run here: fetched, tried on what it was recorded with, and only then swapped in.
import type { Digest } from '../core/artifact/digest.ts';
import { envelopeDigest } from '../core/artifact/signature.ts';
import { type Failure, HaversackError } from '../core/errors.ts';
import type { Result } from '../core/result.ts';
import { seenAlias } from './aliases.ts';
import type { Database } from './db.ts';
import { activate, activeOf, advance, openInstalled } from './library.ts';
import { withLock } from './locks.ts';
import { type PullOptions, pullVersion } from './pull.ts';
import { reportUpdate } from './reports.ts';
import type { Installed, RunningVersion } from './schema.ts';
import { beginTrial, endTrial, failTrial } from './trials.ts';

export type TakeClient = PullOptions['client'];

/**
 * Holds an installed version against all that it was recorded with: how it differs, or null. A failure says that it could
 * not be tried (the runtime did not start, a chunk is damaged), which says nothing of the version.
 */
export type TryVersion = (of: {
  readonly model: string;
  readonly version: number;
  readonly variant: string;
}) => Promise<Result<{ readonly problem: string | null }>>;

export type TakeOutcome =
  /** It was swapped in. */
  | { readonly type: 'updated' }
  /** It is here, and nothing here can try it. */
  | { readonly type: 'fetched' }
  /** It does not answer as it was recorded, and did not become active. */
  | { readonly type: 'rolled-back'; readonly problem: string };

export interface TakeOptions {
  readonly db: Database;
  readonly client: TakeClient;
  readonly tryVersion: TryVersion | null;
  /** The build of the app, for reports; null: none is made. */
  readonly app: string | null;
  readonly signal?: AbortSignal | undefined;
}

export interface TakeTarget {
  readonly model: string;
  readonly version: number;
  /** Of its manifest, as the alias has it. */
  readonly digest: Digest;
  /** Of the alias document. */
  readonly revision: number;
  readonly variant: string | undefined;
}

/**
 * The user wants this version, which is here: it is tried, though it failed before, and runs where it passes.
 * @returns null where it was no update: no version runs
 */
export async function takeByHand(
  options: TakeOptions,
  model: string,
  version: number,
): Promise<TakeOutcome | null> {
  const { db } = options;
  const [from, { row }, production] = await Promise.all([
    activeOf(db, model),
    openInstalled(db, model, version),
    seenAlias(db, model, 'production'),
  ]);
  if (!from || from.version === null) return null;
  const digest = await envelopeDigest(row.manifest);
  await endTrial(db, digest);
  const revision = production?.alias.revision ?? 0;
  const target = { model, version, digest, revision, variant: undefined };
  return takeVersion(options, from, target, async () => {
    await activate(db, model, version, variantToRun(row, from));
    return true;
  });
}

/**
 * One tab at a time does it for a model.
 * @param from what ran when it was decided
 * @param swap lets it run; answers whether it did
 * @returns null where there was nothing to do any more, or the version failed before and nothing new was said of it
 * @throws HaversackError as `pullVersion`; why it could not be tried
 */
export function takeVersion(
  options: TakeOptions,
  from: RunningVersion,
  target: TakeTarget,
  swap: () => Promise<boolean> = () => advance(options.db, from, target.version),
): Promise<TakeOutcome | null> {
  const { db, signal } = options;
  return withLock(`take:${target.model}`, signal, async () => {
    const now = await activeOf(db, target.model);
    if (now?.version !== from.version) return null;
    const installed = await fetchVersion(options, target);
    if (!options.tryVersion) return { type: 'fetched' };
    const variant = variantToRun(installed, from);
    const problem = await trial(db, options.tryVersion, variant, target);
    if (problem !== null) return condemn(options, from, target, problem);
    if (!(await swap())) return null;
    await tell(options, { ...move(from, target), outcome: 'swapped', problem: null });
    return { type: 'updated' };
  });
}

/** As `advance` chooses: the kind that ran before, where the version has it here. */
function variantToRun({ variants }: Installed, from: RunningVersion): string {
  return variants.find(name => name === from.variant) ?? variants[0]!;
}

/** What was done stands, whoever hears of it. */
async function tell(options: TakeOptions, update: Parameters<typeof reportUpdate>[1]): Promise<void> {
  await reportUpdate(options, update).catch((thrown: unknown) => {
    console.warn('haversack: an update could not be reported.', thrown);
  });
}

/** @throws HaversackError `SignatureInvalid` where the registry's version is not the one that its alias names */
async function fetchVersion(options: TakeOptions, target: TakeTarget): Promise<Installed> {
  const { db, client, signal } = options;
  const { model, version, variant, digest } = target;
  const installed = await pullVersion({ db, client, model, version, variant, signal });
  const actual = await envelopeDigest(installed.manifest);
  if (actual === digest) return installed;
  throw new HaversackError(
    'SignatureInvalid',
    `${model}@${version} is ${actual.slice(0, 12)}, its alias says ${digest.slice(0, 12)}`,
  );
}

/** @returns how it failed, now or before; null where it passed */
async function trial(
  db: Database,
  tryVersion: TryVersion,
  variant: string,
  target: TakeTarget,
): Promise<string | null> {
  const { model, version, digest, revision } = target;
  const verdict = await beginTrial(db, { model, version, digest, revision });
  if (verdict !== null) return verdict;
  const result = await tryVersion({ model, version, variant });
  if (!result.ok) {
    await endTrial(db, digest);
    throw thrownOf(result.error);
  }
  if (result.value.problem === null) await endTrial(db, digest);
  return result.value.problem;
}

function thrownOf({ code, detail }: Failure): HaversackError {
  return new HaversackError(code, detail);
}

async function condemn(
  options: TakeOptions,
  from: RunningVersion,
  target: TakeTarget,
  problem: string,
): Promise<TakeOutcome | null> {
  const { model, version, digest, revision } = target;
  if (!(await failTrial(options.db, { model, version, digest, revision }, problem))) return null;
  await tell(options, { ...move(from, target), outcome: 'rolled-back', problem });
  return { type: 'rolled-back', problem };
}

function move(from: RunningVersion, { model, version }: TakeTarget) {
  return { model, from: from.version, to: version };
}
