// Samples that devices sent, with their owners' consent: each document and each sample once, and what people made of them.
import type { Kysely } from 'kysely';
import type { Digest } from '../../src/core/artifact/digest.ts';
import { type Samples, samplesSchema } from '../../src/core/artifact/documents.ts';
import {
  reviewCountsSchema,
  type reviewSchema,
  reviewStateSchema,
  type SamplesList,
  type samplesQuerySchema,
} from '../../src/core/artifact/inbox-api.ts';
import { checkSampleIds } from '../../src/core/artifact/sample-id.ts';
import { openSignedByDevice } from '../../src/core/artifact/signed-by-device.ts';
import { type Envelope, envelopeDigest, readDocument } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { z } from '../../src/core/zod.ts';
import type { SamplesRow, Tables } from '../storage/tables.ts';
import { issueCertificate } from './certificates.ts';
import type { Actor, Registry } from './context.ts';
import { findDevice, requireDeviceOn } from './devices.ts';
import { toEnvelope, toText } from './documents.ts';

/** A hundred documents may be in an answer, and each may be as large as a body can be: the rest comes with the next. */
const maxAnswerCharacters = 32 * 2 ** 20;

export interface AcceptedSamples {
  readonly digest: Digest;
  readonly model: string;
  /** False where it had come before. */
  readonly created: boolean;
}

/**
 * Whoever brings it, it counts for the device that signed it.
 * @throws HaversackError `DocumentInvalid`, `SignatureInvalid`, `Forbidden` (the device is not let in, or may not read the model), `NotFound` (the model)
 */
export async function acceptSamples(registry: Registry, envelope: Envelope): Promise<AcceptedSamples> {
  const samples = await openSamples(registry, envelope);
  const digest = await envelopeDigest(envelope);
  const created = await registry.database
    .transaction()
    .execute(transaction => insert(transaction, { digest, samples, envelope, now: registry.now() }));
  if (created) registry.events.publish({ type: 'samples', model: samples.model });
  return { digest, model: samples.model, created };
}

async function openSamples(registry: Registry, envelope: Envelope): Promise<Samples> {
  const claimed = readDocument(envelope, samplesSchema);
  const { publicKey } = await requireDeviceOn(registry, claimed.device, claimed.model, 'read');
  const samples = await openSignedByDevice(envelope, samplesSchema, publicKey);
  await checkSampleIds(samples);
  return samples;
}

interface Arrival {
  readonly digest: Digest;
  readonly samples: Samples;
  readonly envelope: Envelope;
  readonly now: Date;
}

async function insert(transaction: Kysely<Tables>, arrival: Arrival): Promise<boolean> {
  const { digest, samples, envelope, now } = arrival;
  const { model, device } = samples;
  await requireModel(transaction, model);
  const received_at = now.toISOString();
  const inserted = await transaction
    .insertInto('samples')
    .values({ digest, model, device, received_at, document: toText(envelope) })
    .onConflict(conflict => conflict.column('digest').doNothing())
    .returning('digest')
    .executeTakeFirst();
  if (!inserted) return false;
  for (const sample of samples.samples) {
    const { id, label, part } = sample;
    const row = { id, model, device, pack: digest, label, part, sample: JSON.stringify(sample), received_at };
    await transaction
      .insertInto('inbox')
      .values({ ...row, state: 'new', reviewed_by: null })
      .onConflict(conflict => conflict.column('id').doNothing())
      .execute();
  }
  return true;
}

/** Oldest first, so that what arrives meanwhile comes behind what was read. */
export async function listSamples(
  registry: Registry,
  model: string,
  { after, limit }: z.output<typeof samplesQuerySchema>,
): Promise<SamplesList> {
  const { database } = registry;
  await requireModel(database, model);
  const [receivedAt = '', digest = ''] = after?.split(' ') ?? [];
  const found = await database
    .selectFrom('samples')
    .select(eb => ['digest', 'received_at', eb.fn<number>('length', [eb.ref('document')]).as('characters')])
    .where('model', '=', model)
    .where(row =>
      row.or([
        row('received_at', '>', receivedAt),
        row.and([row('received_at', '=', receivedAt), row('digest', '>', digest)]),
      ]),
    )
    .orderBy('received_at')
    .orderBy('digest')
    .limit(limit + 1)
    .execute();
  const page = found.slice(0, fitting(found.slice(0, limit)));
  const last = found.length > page.length ? page.at(-1) : undefined;
  const rows = await Promise.all(
    page.map(row =>
      database.selectFrom('samples').selectAll().where('digest', '=', row.digest).executeTakeFirstOrThrow(),
    ),
  );
  return {
    packs: await Promise.all(rows.map(row => toPack(registry, row))),
    next: last ? `${last.received_at} ${last.digest}` : null,
  };
}

/** How many, from the first on, fit into an answer: one in any case. */
function fitting(documents: readonly { readonly characters: number }[]): number {
  let characters = 0;
  const tooMany = documents.findIndex((each, index) => {
    characters += each.characters;
    return index > 0 && characters > maxAnswerCharacters;
  });
  return tooMany < 0 ? documents.length : tooMany;
}

async function toPack(registry: Registry, row: SamplesRow): Promise<SamplesList['packs'][number]> {
  const device = await findDevice(registry, row.device);
  const states = await registry.database
    .selectFrom('inbox')
    .select(['id', 'state'])
    .where('pack', '=', row.digest)
    .execute();
  return {
    document: toEnvelope(row.document),
    certificate: device ? await issueCertificate(registry, device) : null,
    receivedAt: row.received_at,
    states: z
      .record(z.string(), reviewStateSchema)
      .parse(Object.fromEntries(states.map(({ id, state }) => [id, state]))),
  };
}

/** What a person said of samples; those that are not here are left out. @throws HaversackError `NotFound` (the model) */
export async function reviewSamples(
  { database }: Registry,
  model: string,
  { ids, state }: z.output<typeof reviewSchema>,
  who: Actor,
): Promise<z.infer<typeof reviewCountsSchema>> {
  return database.transaction().execute(async transaction => {
    await requireModel(transaction, model);
    for (const id of ids) {
      await transaction
        .updateTable('inbox')
        .set({ state, reviewed_by: who })
        .where('model', '=', model)
        .where('id', '=', id)
        .execute();
    }
    const rows = await transaction
      .selectFrom('inbox')
      .select(({ fn }) => ['state', fn.countAll<number>().as('count')] as const)
      .where('model', '=', model)
      .groupBy('state')
      .execute();
    const counted = Object.fromEntries(rows.map(({ state, count }) => [state, count]));
    return reviewCountsSchema.parse({ new: 0, accepted: 0, rejected: 0, ...counted });
  });
}

async function requireModel(database: Kysely<Tables>, model: string): Promise<void> {
  const row = await database.selectFrom('models').select('name').where('name', '=', model).executeTakeFirst();
  if (!row) throw new HaversackError('NotFound', `there is no model ${model}`);
}
