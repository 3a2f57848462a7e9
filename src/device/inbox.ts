// Samples that other devices labelled: sent to the registry or carried here, once each, and what was made of them.
import type { Digest } from '../core/artifact/digest.ts';
import { type Samples, samplesSchema } from '../core/artifact/documents.ts';
import type { ReviewState, SamplesList } from '../core/artifact/inbox-api.ts';
import { checkSampleIds } from '../core/artifact/sample-id.ts';
import { openSignedByDevice } from '../core/artifact/signed-by-device.ts';
import { type Envelope, envelopeDigest } from '../core/artifact/signature.ts';
import { HaversackError, toFailure } from '../core/errors.ts';
import type { RegistryClient } from '../client/registry.ts';
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { certificateOf, keepCertificate, readPeer } from './peers.ts';
import { readRow, readRows } from './rows.ts';
import { type InboxSample, inboxSampleSchema } from './schema.ts';
import { storing } from './storage-error.ts';

/**
 * Opens a samples document of another device, whose certificate is here, and checks that each sample is named by what it
 * holds.
 * @throws HaversackError `Forbidden` (the device is not vouched for, or may not read the model), `SignatureInvalid`, `DocumentInvalid`
 */
export async function openSamples(db: Database, envelope: Envelope): Promise<Samples> {
  const device = envelope.signed['device'];
  const peer = typeof device === 'string' ? await readPeer(db, device) : null;
  if (!peer) {
    const name = typeof device === 'string' ? device.slice(0, 12) : 'none';
    throw new HaversackError('Forbidden', `the registry's word on device ${name} is not here`);
  }
  const { publicKey, name, reads } = certificateOf(peer);
  const samples = await openSignedByDevice(envelope, samplesSchema, publicKey);
  if (reads && !reads.includes(samples.model)) {
    throw new HaversackError(
      'Forbidden',
      `"${name}" may not read ${samples.model}, which its samples are of`,
    );
  }
  await checkSampleIds(samples);
  return samples;
}

/**
 * Puts the samples of a document into the inbox, once each, whoever brought them.
 * @param states what was made of them elsewhere; new where it is not said
 * @returns how many were not here
 */
export async function receiveSamples(
  db: Database,
  envelope: Envelope,
  samples: Samples,
  states: Readonly<Record<string, ReviewState>> = {},
): Promise<number> {
  const pack = await envelopeDigest(envelope);
  const receivedAt = new Date().toISOString();
  const { model, device } = samples;
  const added = await storing(async () => {
    const tx = db.transaction(['inbox', 'samples'], 'readwrite', { durability: 'strict' });
    const inbox = tx.objectStore('inbox');
    let count = 0;
    for (const sample of samples.samples) {
      const { id } = sample;
      const isHere =
        (await inbox.getKey(id)) !== undefined || (await tx.objectStore('samples').getKey(id)) !== undefined;
      if (isHere) continue;
      await inbox.put({ id, model, device, pack, sample, state: states[id] ?? 'new', receivedAt });
      count += 1;
    }
    await tx.done;
    return count;
  });
  if (added > 0) postChange('inbox', model);
  return added;
}

/** Of the model, oldest first. */
export async function listInbox(db: Database, model?: string): Promise<InboxSample[]> {
  const raws = await storing(() =>
    model === undefined ? db.getAll('inbox') : db.getAllFromIndex('inbox', 'model', model),
  );
  return readRows(inboxSampleSchema, raws, 'inbox').sort(
    (a, b) => a.sample.createdAt.localeCompare(b.sample.createdAt) || a.id.localeCompare(b.id),
  );
}

/** What a person said of them; those that are not here any more are left out. */
export async function review(db: Database, ids: readonly Digest[], state: ReviewState): Promise<void> {
  await storing(async () => {
    const tx = db.transaction('inbox', 'readwrite', { durability: 'strict' });
    for (const id of ids) {
      const row = readRow(inboxSampleSchema, await tx.store.get(id), 'inbox');
      if (row && row.state !== state) await tx.store.put({ ...row, state });
    }
    await tx.done;
  });
  postChange('inbox');
}

type Pack = SamplesList['packs'][number];

/**
 * Brings what devices sent to the registry into this inbox. What one document brought is kept before the next is asked for;
 * one that is not to be believed is left out.
 * @returns how many samples were not here
 * @throws HaversackError `Offline`, `Forbidden`, …
 */
export async function pullInbox(
  db: Database,
  client: Pick<RegistryClient, 'samples'>,
  model: string,
  publicKeys: readonly string[],
  signal?: AbortSignal,
): Promise<number> {
  let added = 0;
  let after: string | null = null;
  for (;;) {
    const { packs, next }: SamplesList = await client.samples(model, after, signal);
    for (const pack of packs) added += await receivePack(db, pack, publicKeys).catch(noneIfUnbelieved);
    if (next === null || next === after) return added;
    after = next;
  }
}

async function receivePack(
  db: Database,
  { document, certificate, states }: Pack,
  publicKeys: readonly string[],
): Promise<number> {
  // A device that is let in no more: what it sent before stays where it is.
  if (!certificate) return 0;
  await keepCertificate(db, certificate, publicKeys);
  return receiveSamples(db, document, await openSamples(db, document), states);
}

function noneIfUnbelieved(thrown: unknown): number {
  const { code, detail } = toFailure(thrown);
  if (!['SignatureInvalid', 'DocumentInvalid', 'Forbidden'].includes(code)) throw thrown;
  console.warn(`haversack: samples that the registry hands on are left out. ${detail}`);
  return 0;
}
