// What people say about a model: its card, its tags, and how long its versions are kept.
import type { Updateable } from 'kysely';
import type { ModelChange, ModelDetail } from '../../src/core/artifact/registry-api.ts';
import type { ModelRow } from '../storage/tables.ts';
import type { Because } from './aliases.ts';
import { record } from './audit.ts';
import { readModel } from './catalogue.ts';
import type { Registry } from './context.ts';

/**
 * What is left out stays.
 * @param precondition throws where the model is not what the caller saw
 * @throws HaversackError `NotFound`, and what `precondition` throws
 */
export async function changeModel(
  registry: Registry,
  model: string,
  change: ModelChange,
  precondition: (current: ModelDetail) => void,
  who: Because['who'],
): Promise<ModelDetail> {
  const changed = await registry.database.transaction().execute(async transaction => {
    const inside = { ...registry, database: transaction };
    precondition(await readModel(inside, model));
    const now = registry.now();
    await transaction
      .updateTable('models')
      .set({ ...columnsOf(change), updated_at: now.toISOString() })
      .where('name', '=', model)
      .execute();
    await record(transaction, now, { who, what: 'model', subject: model, detail: describe(change) });
    return readModel(inside, model);
  });
  registry.events.publish({ type: 'model', model });
  return changed;
}

function columnsOf({ card, tags, retention }: ModelChange): Updateable<ModelRow> {
  return {
    ...(card === undefined ? {} : { card }),
    ...(tags === undefined ? {} : { tags: JSON.stringify([...new Set(tags)]) }),
    ...(retention === undefined ? {} : { retention: JSON.stringify(retention) }),
  };
}

function describe({ card, tags, retention }: ModelChange): string {
  return [
    ...(card === undefined ? [] : [`card of ${card.length} characters`]),
    ...(tags === undefined ? [] : [`tags ${tags.join(' ') || 'none'}`]),
    ...(retention === undefined
      ? []
      : [`keeps versions ${retention.keepVersions ?? 'all'}, days ${retention.keepDays ?? 'all'}`]),
  ].join(', ');
}
