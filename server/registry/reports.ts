// What devices say of themselves: what they run, and how an update went. Each report once, however often it comes.
import type { Kysely } from 'kysely';
import { type Report, reportSchema } from '../../src/core/artifact/documents.ts';
import type { Digest } from '../../src/core/artifact/digest.ts';
import type { ReportList, reportQuerySchema } from '../../src/core/artifact/inbox-api.ts';
import { type Envelope, envelopeDigest, readDocument } from '../../src/core/artifact/signature.ts';
import { openSignedByDevice } from '../../src/core/artifact/signed-by-device.ts';
import type { z } from '../../src/core/zod.ts';
import type { Tables } from '../storage/tables.ts';
import type { Registry } from './context.ts';
import { contentOf, toText } from './documents.ts';
import { requireApproved, requireDeviceOn } from './devices.ts';
import { haltIfBad } from './halt-rollout.ts';
import { outcomesOf } from './update-outcomes.ts';

export interface AcceptedReport {
  readonly digest: Digest;
  readonly report: Report;
  /** False where it had come before. */
  readonly created: boolean;
}

/**
 * Whoever brings it, it counts for the device that signed it.
 * @throws HaversackError `DocumentInvalid`, `SignatureInvalid`, `Forbidden` (the device is not let in, or may not read
 *   the model of the update it tells of)
 */
export async function acceptReport(registry: Registry, envelope: Envelope): Promise<AcceptedReport> {
  const report = await openReport(registry, envelope);
  const digest = await envelopeDigest(envelope);
  const created = await registry.database
    .transaction()
    .execute(transaction => insert(transaction, { digest, report, envelope, now: registry.now() }));
  if (created) registry.events.publish({ type: 'report', id: report.device });
  const { update } = report;
  // Also where it came again: the server may have died between its acknowledgement and this.
  if (update?.outcome === 'rolled-back') {
    await haltIfBad(registry, { model: update.model, version: update.to });
  }
  return { digest, report, created };
}

async function openReport(registry: Registry, envelope: Envelope): Promise<Report> {
  const claimed = readDocument(envelope, reportSchema);
  const { device, update } = claimed;
  // How an update went can hold a release: a word on that has who is given the model.
  const { publicKey } = update
    ? await requireDeviceOn(registry, device, update.model, 'read')
    : await requireApproved(registry, device);
  return openSignedByDevice(envelope, reportSchema, publicKey);
}

interface Arrival {
  readonly digest: Digest;
  readonly report: Report;
  readonly envelope: Envelope;
  readonly now: Date;
}

async function insert(transaction: Kysely<Tables>, arrival: Arrival): Promise<boolean> {
  const { digest, report, envelope, now } = arrival;
  const { device, update } = report;
  const inserted = await transaction
    .insertInto('reports')
    .values({
      digest,
      device,
      received_at: now.toISOString(),
      model: update?.model ?? null,
      version: update?.to ?? null,
      outcome: update?.outcome ?? null,
      document: toText(envelope),
    })
    .onConflict(conflict => conflict.column('digest').doNothing())
    .returning('digest')
    .executeTakeFirst();
  if (!inserted) return false;
  await keepNewestState(transaction, arrival);
  return true;
}

/** A device's word on what it runs replaces its word before; how its updates went stays. One brought late changes nothing. */
async function keepNewestState(transaction: Kysely<Tables>, { digest, report, now }: Arrival): Promise<void> {
  const { device } = report;
  const row = await transaction
    .selectFrom('devices')
    .select('report')
    .where('id', '=', device)
    .executeTakeFirst();
  const known = row?.report ? reportSchema.parse(JSON.parse(row.report)) : null;
  // A device whose clock was ahead would else be heard no more until that time has come.
  const isFromAhead = known && known.createdAt > now.toISOString();
  if (known && !isFromAhead && known.createdAt > report.createdAt) return;
  await transaction
    .updateTable('devices')
    .set({ report: JSON.stringify(report) })
    .where('id', '=', device)
    .execute();
  await transaction
    .deleteFrom('reports')
    .where('device', '=', device)
    .where('outcome', 'is', null)
    .where('digest', '!=', digest)
    .execute();
}

/** Newest first. With a model and a version: how devices fared with it, too. */
export async function listReports(
  { database }: Registry,
  { model, version, before, limit }: z.output<typeof reportQuerySchema>,
): Promise<ReportList> {
  let query = database.selectFrom('reports').selectAll().orderBy('received_at', 'desc').orderBy('digest');
  if (model !== undefined) query = query.where('model', '=', model);
  if (version !== undefined) query = query.where('version', '=', version);
  if (before !== undefined) query = query.where('received_at', '<', before);
  const rows = await query.limit(limit).execute();
  const isOne = model !== undefined && version !== undefined;
  return {
    outcomes: isOne ? await outcomesOf(database, { model, version }) : null,
    reports: rows.map(row => ({
      digest: row.digest,
      receivedAt: row.received_at,
      report: contentOf(row.document, reportSchema),
    })),
  };
}
