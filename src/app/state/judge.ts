// What Judge shows and does: candidates with the comparison they were made with, their fate, and comparisons on demand.
import {
  type Candidate,
  candidateSchema,
  evaluationSchema,
  manifestSchema,
  type Manifest,
} from '../../core/artifact/documents.ts';
import { readDocument } from '../../core/artifact/signature.ts';
import { HaversackError } from '../../core/errors.ts';
import type { Comparison } from '../../core/evaluate/compare.ts';
import type { Result } from '../../core/result.ts';
import { z } from '../../core/zod.ts';
import { discardCandidate, keepCandidate } from '../../device/candidates.ts';
import { enqueue } from '../../device/outbox.ts';
import type { CandidateRow, Installed } from '../../device/schema.ts';
import type { VersionRef } from '../../worker/protocol.ts';
import { need } from './services.ts';

const comparedRowsSchema = z.object({
  old: evaluationSchema,
  new: evaluationSchema,
  fixed: z.number().int().min(0),
  broken: z.number().int().min(0),
  n: z.number().int().min(0),
});

/** A comparison as it was stored, possibly by an older build. */
export const comparisonSchema = z.object({
  labels: z.array(z.string()),
  parent: comparedRowsSchema.nullable(),
  added: comparedRowsSchema.nullable(),
  devices: z
    .array(
      z.object({
        device: z.string().nullable(),
        n: z.number().int().min(0),
        old: z.number().int().min(0),
        new: z.number().int().min(0),
      }),
    )
    .optional(),
  verdict: z.enum(['better', 'worse', 'even']),
}) satisfies z.ZodType<Comparison>;

/** A candidate, read. */
export interface Judged {
  readonly row: CandidateRow;
  readonly candidate: Candidate;
  /** Null where what was stored is not understood. */
  readonly comparison: Comparison | null;
}

/** @throws HaversackError `DocumentInvalid` */
export function readJudged(row: CandidateRow): Judged {
  const candidate = readDocument(row.document, candidateSchema);
  const parsed = comparisonSchema.safeParse(row.comparison);
  return {
    row,
    candidate,
    comparison: parsed.success ? parsed.data : null,
  };
}

/** The one to look at first: the newest that is to be decided, else the newest that is not sent, else the newest. */
export function firstToJudge(rows: readonly CandidateRow[]): CandidateRow | null {
  return (
    rows.find(row => row.state === 'judging') ?? rows.find(row => row.state !== 'sent') ?? rows[0] ?? null
  );
}

const manifests = new WeakMap<Installed, Manifest>();

/**
 * Parsed once a row: screens ask with every paint, and a manifest may name thousands of chunks.
 * @throws HaversackError `DocumentInvalid`
 */
export function manifestOf(row: Installed): Manifest {
  let manifest = manifests.get(row);
  if (!manifest) manifests.set(row, (manifest = readDocument(row.manifest, manifestSchema)));
  return manifest;
}

export async function keep(digest: string): Promise<void> {
  await keepCandidate(need().db, digest);
}

/** Puts it into the outbox; what is in the outbox is sent as soon as the registry can be reached. */
export async function send(digest: string): Promise<void> {
  await enqueue(need().db, digest);
}

/** Sends it as a new model of that name. @throws HaversackError as `foundAs` */
export async function foundUnder(digest: string, name: string): Promise<void> {
  const { db, identity } = need();
  const { foundAs } = await import('../../device/rename-candidate.ts');
  await foundAs(db, identity, digest, name);
}

export async function discard(digest: string): Promise<void> {
  await discardCandidate(need().db, digest);
}

/** Judges two installed versions on the same held-out rows, in the training worker. */
export function compareVersions(older: VersionRef, newer: VersionRef): Promise<Comparison> {
  return compare(older, newer);
}

/** Judges a candidate against what it was made from, on what this device has. @throws HaversackError */
export function compareWithParent(digest: string, { model, parent }: Candidate): Promise<Comparison> {
  if (!parent) throw new HaversackError('DocumentInvalid', 'parent: it was made from no version');
  return compare({ model, version: parent.version }, { candidate: digest });
}

async function compare(
  older: VersionRef,
  newer: VersionRef | { readonly candidate: string },
): Promise<Comparison> {
  const result: Result<Comparison> = await need().training.call(api => api.compare(older, newer));
  if (!result.ok) throw new HaversackError(result.error.code, result.error.detail);
  return result.value;
}
