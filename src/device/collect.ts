// What is learned from here: this device's samples, and those of others that a person accepted.
import type { Digest } from '../core/artifact/digest.ts';
import type { Database } from './db.ts';
import { listInbox } from './inbox.ts';
import { listSamples } from './samples.ts';
import type { Sample } from './schema.ts';

/** A sample and whose it is. */
export interface CollectedSample extends Sample {
  /** The id of the device that labelled it; null: this one. */
  readonly device: Digest | null;
}

/** Each once, those of this device first, oldest first within each. */
export async function collectedSamples(db: Database, model: string): Promise<CollectedSample[]> {
  const [own, inbox] = await Promise.all([listSamples(db, model), listInbox(db, model)]);
  const known = new Set(own.map(({ id }) => id));
  const accepted = inbox.filter(({ id, state }) => state === 'accepted' && !known.has(id));
  return [
    ...own.map(sample => ({ ...sample, device: null })),
    ...accepted.map(({ sample, device }) => ({ ...sample, model, device })),
  ];
}
