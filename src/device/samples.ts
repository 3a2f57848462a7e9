// The samples that were labelled on this device.
import { documentDigest } from '../core/artifact/canonical.ts';
import { partOf } from '../core/data/split.ts';
import { HaversackError } from '../core/errors.ts';
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { readRow, readRows } from './rows.ts';
import { type Sample, sampleSchema } from './schema.ts';
import { storing } from './storage-error.ts';

export type NewSample = Pick<Sample, 'model' | 'features' | 'label' | 'source' | 'answered'>;

/**
 * Keeps a sample. Its part follows from its numbers, once and for ever; the same sample again is the same row.
 * @throws HaversackError `InputInvalid` for numbers that are none
 */
export async function addSample(db: Database, { features, ...sample }: NewSample): Promise<Sample> {
  const bad = features.findIndex(value => !Number.isFinite(value));
  if (bad >= 0)
    throw new HaversackError('InputInvalid', `number ${bad + 1} of the sample is ${features[bad]}`);
  const made: Sample = {
    id: await documentDigest({ model: sample.model, label: sample.label, features }),
    ...sample,
    features: [...features],
    part: await partOf(features),
    createdAt: new Date().toISOString(),
  };
  const kept = await storing(async () => {
    const tx = db.transaction('samples', 'readwrite', { durability: 'strict' });
    const known = readRow(sampleSchema, await tx.store.get(made.id), 'samples');
    if (!known) await tx.store.put(made);
    await tx.done;
    return known ?? made;
  });
  postChange('samples', made.model);
  return kept;
}

/** Oldest first. */
export async function listSamples(db: Database, model: string): Promise<Sample[]> {
  const raws = await storing(() => db.getAllFromIndex('samples', 'model', model));
  return readRows(sampleSchema, raws, 'samples').sort(
    (a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id),
  );
}

export async function removeSample(db: Database, id: string): Promise<void> {
  const row = readRow(sampleSchema, await storing(() => db.get('samples', id)), 'samples');
  await storing(() => db.delete('samples', id));
  postChange('samples', row?.model);
}
