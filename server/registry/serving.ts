// How a model is to be served: settings of an admin's, beside the model.
import { defaultServing, type Serving, servingSchema } from '../../src/core/artifact/serving-api.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { Because } from './aliases.ts';
import { record } from './audit.ts';
import type { Registry } from './context.ts';

/** @throws HaversackError `NotFound` */
export async function readServing(registry: Registry, model: string): Promise<Serving> {
  const row = await registry.database
    .selectFrom('models')
    .select('serving')
    .where('name', '=', model)
    .executeTakeFirst();
  if (!row) throw new HaversackError('NotFound', `there is no model ${model}`);
  return servingOf(row);
}

/**
 * Takes effect with the next request.
 * @param precondition throws where the settings are not what the caller saw
 * @throws HaversackError `NotFound`, and what `precondition` throws
 */
export async function changeServing(
  registry: Registry,
  model: string,
  serving: Serving,
  precondition: (current: Serving) => void,
  { who, why }: Because,
): Promise<Serving> {
  await registry.database.transaction().execute(async transaction => {
    const before = await readServing({ ...registry, database: transaction }, model);
    precondition(before);
    const now = registry.now();
    await transaction
      .updateTable('models')
      .set({ serving: JSON.stringify(serving), updated_at: now.toISOString() })
      .where('name', '=', model)
      .execute();
    await record(transaction, now, {
      who,
      what: 'serving',
      subject: model,
      detail: describe(before, serving),
      why,
    });
  });
  registry.events.publish({ type: 'model', model });
  return serving;
}

function servingOf({ serving }: { readonly serving: string | null }): Serving {
  return serving === null ? defaultServing : servingSchema.parse(JSON.parse(serving));
}

/** What changed, from what to what. */
function describe(before: Serving, after: Serving): string {
  const shown = (value: unknown) => JSON.stringify(value);
  const changes = (Object.keys(after) as (keyof Serving)[])
    .filter(name => shown(before[name]) !== shown(after[name]))
    .map(name => `${name} ${shown(before[name])} → ${shown(after[name])}`);
  return changes.join(', ') || 'nothing changed';
}
