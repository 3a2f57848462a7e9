// The samples that were labelled on this device.
import { sampleIdOf } from '../core/artifact/sample-id.ts';
import { type Placed, placeNext } from '../core/data/hold-out.ts';
import { partOf, rowKey } from '../core/data/split.ts';
import { HaversackError } from '../core/errors.ts';
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { readRow, readRows } from './rows.ts';
import { type Sample, sampleSchema } from './schema.ts';
import { storing } from './storage-error.ts';

export type NewSample = Pick<Sample, 'model' | 'features' | 'label' | 'source' | 'answered'>;

/**
 * What decides a sample's part: its numbers, where it is to lie beside the rows of a data set; else its turn (every fifth
 * is held out) and the session it was labelled in.
 */
export type Placing = 'content' | 'session';

/**
 * Keeps a sample. Its part is decided once and for ever; the same sample again is the same row.
 * @throws HaversackError `InputInvalid` for numbers that are none
 */
export async function addSample(
  db: Database,
  { features, ...sample }: NewSample,
  placing: Placing = 'content',
): Promise<Sample> {
  const bad = features.findIndex(value => !Number.isFinite(value));
  if (bad >= 0)
    throw new HaversackError('InputInvalid', `number ${bad + 1} of the sample is ${features[bad]}`);
  const made: Sample = {
    id: await sampleIdOf({ model: sample.model, label: sample.label, features }),
    ...sample,
    features: [...features],
    part: await partOf(features),
    createdAt: new Date().toISOString(),
  };
  const kept = await storing(async () => {
    // What it is placed beside is read in the transaction that adds it: two pages may label at once.
    const tx = db.transaction('samples', 'readwrite', { durability: 'strict' });
    const known = readRow(sampleSchema, await tx.store.get(made.id), 'samples');
    const before = placing === 'session' ? await tx.store.index('model').getAll(made.model) : [];
    const placed =
      placing === 'session' ? inTurn(oldestFirst(readRows(sampleSchema, before, 'samples')), made) : made;
    if (!known) await tx.store.put(placed);
    await tx.done;
    return known ?? placed;
  });
  postChange('samples', made.model);
  return kept;
}

/** @param before of the model, oldest first */
function inTurn(before: readonly Sample[], made: Sample): Sample {
  // It was removed, and the session it had begun is still there.
  const own = before.find(({ session }) => session === made.id);
  if (own) return { ...made, part: own.part, session: made.id };
  const { session, part } = placeNext(before.map(placedOf), placedOf(made));
  return { ...made, part, session: session ?? made.id };
}

function placedOf({ features, part, session, createdAt }: Sample): Placed {
  return { key: rowKey(features), part, session, at: Date.parse(createdAt) };
}

/** Puts a sample back that was removed, in the part it had. */
export async function restoreSample(db: Database, sample: Sample): Promise<void> {
  await storing(() => db.put('samples', sample));
  postChange('samples', sample.model);
}

/** Oldest first. */
export async function listSamples(db: Database, model: string): Promise<Sample[]> {
  const raws = await storing(() => db.getAllFromIndex('samples', 'model', model));
  return oldestFirst(readRows(sampleSchema, raws, 'samples'));
}

function oldestFirst(samples: readonly Sample[]): Sample[] {
  return samples.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id));
}

export async function removeSample(db: Database, id: string): Promise<void> {
  const row = readRow(sampleSchema, await storing(() => db.get('samples', id)), 'samples');
  await storing(() => db.delete('samples', id));
  postChange('samples', row?.model);
}
