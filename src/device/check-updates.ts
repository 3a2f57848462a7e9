// One look at the registry: its list, then every model here for which there is something else to run.
import type { Alias } from '../core/artifact/documents.ts';
import { type RolloutTarget, targetOf } from '../core/artifact/rollout.ts';
import type { ModelSummary } from '../core/artifact/registry-api.ts';
import { type Failure, toFailure } from '../core/errors.ts';
import type { RegistryClient } from '../client/registry.ts';
import { adopt } from './adopt.ts';
import { seenAlias } from './aliases.ts';
import {
  type Condition,
  type Conditions,
  conditionsNow,
  unmetConditions,
  whileUnmetered,
} from './conditions.ts';
import type { Database } from './db.ts';
import { listActive } from './library.ts';
import { type Policies, policyFor, readPolicies } from './policies.ts';
import { refreshCatalogue } from './registry.ts';
import { reportStateIfDue } from './reports.ts';
import type { RunningVersion, UpdatePolicy } from './schema.ts';
import { readSettings } from './settings.ts';
import { type Standing, standingOf } from './standing.ts';
import { type TakeClient, type TakeOutcome, takeVersion, type TryVersion } from './take-version.ts';

export type CheckNews =
  /** The list of models was compared with the registry's; `refused`: documents that were not believed. */
  | { readonly type: 'checked'; readonly refused: readonly Failure[] }
  /** `version` is meant for this device. `hold`: why it is not taken at once. */
  | { readonly type: 'wanted'; readonly model: string; readonly version: number; readonly hold: Hold | null }
  | ({ readonly model: string; readonly version: number; readonly from: number } & TakeOutcome)
  | { readonly type: 'failed'; readonly model: string | null; readonly failure: Failure };

/** The owner wants to be asked, or to decide alone; or the device has to be something first. */
export type Hold = 'ask' | 'never' | readonly Condition[];

export interface CheckOptions {
  readonly db: Database;
  readonly client: TakeClient & Pick<RegistryClient, 'models'>;
  /** Null where nothing can compute (a service worker): versions are fetched then, and wait for a page to try them. */
  readonly tryVersion: TryVersion | null;
  /** The build of the app, for reports; null: none is made. */
  readonly app: string | null;
  readonly onChange: (news: CheckNews) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * `now`: the user asked for it, and neither idleness nor power is waited for. Who asks what is new has not said that it may
 * cost: a metered link is held back from all the same.
 */
export type Urge = 'now' | 'when-it-suits';

/**
 * A model that fails is told and does not hold up the others.
 * @throws HaversackError where the list itself cannot be had: `Offline`, `Unauthorized`, …; `Aborted`
 */
export async function checkForUpdates(options: CheckOptions, urge: Urge = 'when-it-suits'): Promise<void> {
  const { db, client, onChange, signal } = options;
  const { models, refused } = await refreshCatalogue(db, client, signal);
  onChange({ type: 'checked', refused });
  const scene: Scene = {
    models,
    standing: await standingOf(db),
    policies: await readPolicies(db),
    conditions: { ...(await conditionsNow()), ...(urge === 'now' ? nothingInTheWay : {}) },
    overMetered: (await readSettings(db)).overMetered,
  };
  for (const active of await listActive(db)) {
    try {
      if (active.version === null) await adopt(options, models, active);
      else await updateOne(options, scene, active);
    } catch (thrown) {
      const failure = toFailure(thrown);
      if (failure.code === 'Aborted') throw thrown;
      onChange({ type: 'failed', model: active.model, failure });
    }
  }
  await reportStateIfDue(options);
}

/** What does not change while one look lasts. */
interface Scene {
  readonly models: readonly ModelSummary[];
  readonly standing: Standing;
  readonly policies: Policies;
  readonly conditions: Conditions;
  readonly overMetered: boolean;
}

const nothingInTheWay = { idle: null, charging: null } satisfies Partial<Conditions>;

async function updateOne(options: CheckOptions, scene: Scene, active: RunningVersion): Promise<void> {
  const { model } = active;
  const wanted = await wantedVersion(options.db, active, scene.standing);
  if (!wanted) return;
  const { version, versionDigest, revision } = wanted;
  const policy = await policyNow(options.db, scene, model, version);
  const hold = holdOf(policy, scene.conditions);
  options.onChange({ type: 'wanted', model, version, hold });
  if (hold) return;
  const variant = variantOf(scene.models, model, version, active.variant);
  const target = { model, version, digest: versionDigest, revision, variant };
  const outcome = await whileUnmetered(policy.onlyWhile.unmetered, options.signal, signal =>
    takeVersion({ ...options, signal }, active, target),
  );
  if (outcome === 'metered') options.onChange({ type: 'wanted', model, version, hold: ['unmetered'] });
  else if (outcome) options.onChange({ model, version, from: active.version, ...outcome });
}

function holdOf({ mode, onlyWhile }: UpdatePolicy, conditions: Conditions): Hold | null {
  if (mode !== 'automatic') return mode;
  const unmet = unmetConditions(onlyWhile, conditions);
  return unmet.length > 0 ? unmet : null;
}

/**
 * Nothing goes by itself over a link that is paid by what goes over it, unless its owner said so for this device. What is
 * here already goes over none.
 */
async function policyNow(
  db: Database,
  { policies, overMetered }: Scene,
  model: string,
  version: number,
): Promise<UpdatePolicy> {
  const policy = policyFor(policies, model);
  const isHere = (await db.getKey('installed', [model, version])) !== undefined;
  const unmetered = !isHere && (policy.onlyWhile.unmetered || !overMetered);
  return { ...policy, onlyWhile: { ...policy.onlyWhile, unmetered } };
}

/** What `production` wants here, or null where what runs is to stay. */
async function wantedVersion(
  db: Database,
  active: RunningVersion,
  standing: Standing,
): Promise<(RolloutTarget & Pick<Alias, 'revision'>) | null> {
  if (!active.follows) return null;
  const production = await seenAlias(db, active.model, 'production');
  if (!production) return null;
  const { revision } = production.alias;
  const target = await targetOf(production.alias, standing, active.version);
  return target === null || target.version === active.version ? null : { ...target, revision };
}

/** The kind that runs now, where the registry lists it for the new version. Else the authority. */
function variantOf(
  models: readonly ModelSummary[],
  model: string,
  version: number,
  variant: string,
): string | undefined {
  const summary = models.find(entry => entry.model === model);
  const listed = summary?.versions.find(entry => entry.version === version)?.variants ?? [];
  return listed.some(entry => entry.name === variant) ? variant : undefined;
}
