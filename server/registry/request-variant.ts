// Somebody wants a variant made, or made again: it failed, it was not worth it then, its chunks were lost.
import { manifestSchema } from '../../src/core/artifact/documents.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { Registry } from './context.ts';
import type { Derivable } from './derivable.ts';
import { isDerivable } from './derivations.ts';
import { contentOf } from './documents.ts';

export interface WantedVariant {
  readonly model: string;
  readonly version: number;
  readonly variant: Derivable;
}

/**
 * Puts it on the list of what is to be made, whatever came of it before.
 * @throws HaversackError `NotFound` (the version), `Conflict` where nothing is derived of its authority
 */
export async function requestVariant({ database }: Registry, wanted: WantedVariant): Promise<void> {
  const { model, version, variant } = wanted;
  const row = await database
    .selectFrom('versions')
    .select(['manifest', 'collected_at'])
    .where('model', '=', model)
    .where('version', '=', version)
    .executeTakeFirst();
  if (!row) throw new HaversackError('NotFound', `there is no ${model}@${version}`);
  const { authority } = contentOf(row.manifest, manifestSchema);
  if (row.collected_at !== null || !isDerivable(authority)) {
    const why =
      row.collected_at !== null ? 'its bytes were let go' : `nothing is made of ${authority.variant}`;
    throw new HaversackError('Conflict', `${model}@${version} as ${variant}: ${why}`);
  }
  const fresh = { state: 'pending', detail: null, attempts: 0, key: null } as const;
  await database
    .insertInto('derivations')
    .values({ model, version, variant, ...fresh })
    .onConflict(conflict => conflict.columns(['model', 'version', 'variant']).doUpdateSet(fresh))
    .execute();
}
