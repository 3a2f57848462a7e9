// When this device looks for newer versions, and when it takes them: one policy for all models, and of some their own.
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { readRows } from './rows.ts';
import { type UpdatePolicy, updatePolicySchema } from './schema.ts';
import { storing } from './storage-error.ts';

/** Stands for every model that has no policy of its own. */
export const everyModel = '*';

export const defaultPolicy: UpdatePolicy = {
  model: everyModel,
  mode: 'automatic',
  // Behind the events that tell of news at once.
  everyMinutes: 60,
  onlyWhile: { idle: false, charging: false, unmetered: false },
};

export type Policies = ReadonlyMap<string, UpdatePolicy>;

/** By model; `everyModel` is always among them. */
export async function readPolicies(db: Database): Promise<Policies> {
  const rows = readRows(updatePolicySchema, await storing(() => db.getAll('policies')), 'policies');
  return new Map([[everyModel, defaultPolicy], ...rows.map(row => [row.model, row] as const)]);
}

export function policyFor(policies: Policies, model: string): UpdatePolicy {
  return policies.get(model) ?? policies.get(everyModel) ?? defaultPolicy;
}

export async function savePolicy(db: Database, policy: UpdatePolicy): Promise<void> {
  await storing(() => db.put('policies', policy));
  postChange('policies');
}

/** From now on the model is treated like all. */
export async function dropPolicy(db: Database, model: string): Promise<void> {
  await storing(() => db.delete('policies', model));
  postChange('policies');
}

/** The shortest of all: one question asks for every model. */
export function checkEveryMs(policies: Policies): number {
  return Math.min(...[...policies.values()].map(policy => policy.everyMinutes)) * 60_000;
}
