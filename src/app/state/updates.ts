// When this device takes newer versions, what of them waits, and what did not pass its trial.
import { signal } from '@preact/signals';
import { toFailure } from '../../core/errors.ts';
import type { CheckNews } from '../../device/check-updates.ts';
import { dropPolicy, type Policies, readPolicies, savePolicy } from '../../device/policies.ts';
import type { Trial, UpdatePolicy } from '../../device/schema.ts';
import { takeByHand, type TakeOptions } from '../../device/take-version.ts';
import { listFailedTrials } from '../../device/trials.ts';
import { buildName } from './build.ts';
import { get } from './downloads.ts';
import { errorToast } from './error-toast.ts';
import { need, type Services } from './services.ts';
import { noteRolledBack } from './swaps.ts';

/** By model; those of `*` stand for all others. Empty until read. */
export const policies = signal<Policies>(new Map());
export const failedTrials = signal<readonly Trial[]>([]);

export type Pending = Extract<CheckNews, { type: 'offered' | 'waiting' }>;
/** By model: a newer version that waits for its owner or for the device, as the last look found. */
export const pending = signal<ReadonlyMap<string, Pending>>(new Map());

export async function loadPolicies({ db }: Services): Promise<void> {
  policies.value = await readPolicies(db);
}

export async function loadTrials({ db }: Services): Promise<void> {
  failedTrials.value = await listFailedTrials(db);
}

export function notePending(news: Pending): void {
  pending.value = new Map(pending.value).set(news.model, news);
}

export function forgetPending(): void {
  pending.value = new Map();
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
  if (!(await get(model, version))) return;
  try {
    const outcome = await takeByHand(takeOptions(need()), model, version);
    if (outcome?.type === 'rolled-back') {
      noteRolledBack({ model, version, from: version, problem: outcome.problem });
    }
  } catch (thrown) {
    errorToast(toFailure(thrown));
  }
}
