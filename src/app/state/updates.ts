// When this device takes newer versions, what of them waits, and what did not pass its trial.
import { computed, signal } from '@preact/signals';
import { toFailure } from '../../core/errors.ts';
import type { CheckNews } from '../../device/check-updates.ts';
import { dropPolicy, type Policies, readPolicies, savePolicy } from '../../device/policies.ts';
import type { Trial, UpdatePolicy } from '../../device/schema.ts';
import type { TakeOptions } from '../../device/take-version.ts';
import { listFailedTrials } from '../../device/trials.ts';
import { buildName } from './build.ts';
import { get } from './downloads.ts';
import { errorToast } from './error-toast.ts';
import { activeByModel, installedByModel } from './installed.ts';
import { need, type Services } from './services.ts';
import { noteRolledBack } from './swaps.ts';

/** By model; those of `*` stand for all others. Empty until read. */
export const policies = signal<Policies>(new Map());
export const failedTrials = signal<readonly Trial[]>([]);

export type Wanted = Extract<CheckNews, { type: 'wanted' }>;
/** By model: the version that the registry means for this device and that does not run yet, as the last look found. */
export const wantedByModel = signal<ReadonlyMap<string, Wanted>>(new Map());

/** By model: the version that its owner wants to be asked about another time; until the app is opened again. */
const postponed = signal<ReadonlyMap<string, number>>(new Map());

/** What its owner wanted to be asked about first, and was not yet. */
export const askedUpdates = computed(() =>
  [...wantedByModel.value.values()].filter(
    ({ model, version, hold }) => hold === 'ask' && postponed.value.get(model) !== version,
  ),
);

export function postponeUpdate(model: string, version: number): void {
  postponed.value = new Map(postponed.value).set(model, version);
}

export async function loadPolicies({ db }: Services): Promise<void> {
  policies.value = await readPolicies(db);
}

export async function loadTrials({ db }: Services): Promise<void> {
  failedTrials.value = await listFailedTrials(db);
}

export function noteWanted(news: Wanted): void {
  wantedByModel.value = new Map(wantedByModel.value).set(news.model, news);
}

/** @param model null: of all */
export function forgetWanted(model: string | null): void {
  const left = new Map(wantedByModel.value);
  if (model === null) left.clear();
  else left.delete(model);
  wantedByModel.value = left;
}

/** @param policy null: as for all models */
export async function setPolicy(model: string, policy: Omit<UpdatePolicy, 'model'> | null): Promise<void> {
  try {
    const { db } = need();
    await (policy ? savePolicy(db, { ...policy, model }) : dropPolicy(db, model));
  } catch (thrown) {
    errorToast(toFailure(thrown));
  }
}

/** How versions are tried here: in the serving worker, which is started for it where no model is open. */
export function takeOptions({
  db,
  client,
  serving,
}: Services): TakeOptions & { readonly client: Services['client'] } {
  return { db, client, app: buildName, tryVersion: of => serving.call(api => api.tryVersion(of)) };
}

/** One tap: fetched, tried, and in use. What fails is shown. */
export async function takeUpdate(model: string, version: number): Promise<void> {
  // What is here needs no link, though it may be one that downloads wait for.
  const isHere = installedByModel.value.get(model)?.some(row => row.version === version) === true;
  if (!isHere && !(await get(model, version))) return;
  try {
    const { takeByHand } = await import('../../device/take-version.ts');
    const outcome = await takeByHand(takeOptions(need()), model, version);
    if (outcome?.type === 'updated') forgetWanted(model);
    if (outcome?.type === 'rolled-back') {
      const from = activeByModel.value.get(model)?.version ?? version;
      noteRolledBack({ model, version, from, problem: outcome.problem });
    }
  } catch (thrown) {
    errorToast(toFailure(thrown));
  }
}
