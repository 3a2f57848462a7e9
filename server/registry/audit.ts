// Who did what and when. Written in the transaction of the deed, so that neither is there without the other.
import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import type { Actor } from './context.ts';

export interface Deed {
  readonly who: Actor;
  readonly what: 'version' | 'alias' | 'device' | 'variant' | 'code' | 'key' | 'root';
  /** `digits@3`, `digits@production`, a device's id. */
  readonly subject: string;
  readonly detail: string;
}

export async function record(transaction: Kysely<Tables>, at: Date, deed: Deed): Promise<void> {
  await transaction
    .insertInto('audit')
    .values({ id: randomUUID(), at: at.toISOString(), ...deed })
    .execute();
}
