// What waits to be sent, as it is stored. Sending it is outbox.ts's.
import type { Database } from './db.ts';
import { readRows } from './rows.ts';
import { type OutboxItem, outboxSchema } from './schema.ts';
import { storing } from './storage-error.ts';

export type DocumentItem = Extract<OutboxItem, { kind: 'document' }>;

/** In the order of delivery; documents that were refused are among them until they are removed. */
export async function listOutbox(db: Database): Promise<OutboxItem[]> {
  return readRows(outboxSchema, await storing(() => db.getAll('outbox')), 'outbox');
}

export function isWaiting(item: OutboxItem): boolean {
  return item.kind === 'candidate' || item.refusedAs === null;
}
