// What the worker needs of a version or a candidate, read from the device's store. Opens no session.
import type { Bytes, Digest } from '../core/artifact/digest.ts';
import type { Candidate, VersionBody } from '../core/artifact/documents.ts';
import { type Recorded, recordedSchema } from '../core/artifact/recorded.ts';
import { HaversackError } from '../core/errors.ts';
import { z } from '../core/zod.ts';
import { readCandidate } from '../device/candidates.ts';
import type { Database } from '../device/db.ts';
import { activeOf, fileOfInstalled, openInstalled, readFile } from '../device/library.ts';
import { candidateOf } from '../device/needs.ts';
import { type StoredFile, storedFile } from './model-file.ts';
import type { VersionRef } from './protocol.ts';

export interface StoredModel {
  readonly body: VersionBody;
  readonly variant: string;
  readonly file: StoredFile;
  /** What it is held against, with the tolerance that fits the variant; null where it came without. */
  readonly recorded: Recorded | null;
}

/**
 * A derived variant answers a little differently from what the authority recorded; how much that costs is what its own
 * evaluations tell. This tells lost precision from a broken runtime.
 */
const derivedTolerance = 0.25;

/** @throws HaversackError `NotInstalled`, `StorageFailed`, `DocumentInvalid`, `ChunkInvalid` */
export async function readStoredModel(
  db: Database,
  { model, version, variant }: VersionRef & { readonly variant?: string | undefined },
): Promise<StoredModel> {
  const [installed, active] = await Promise.all([
    openInstalled(db, model, version),
    variant === undefined ? activeOf(db, model) : null,
  ]);
  const { manifest } = installed;
  const authority = manifest.authority.variant;
  const chosen = variant ?? (active?.version === version ? active.variant : authority);
  const [file, recorded] = await Promise.all([
    storedFile(db, fileOfInstalled(installed, chosen)),
    readRecorded(db, manifest),
  ]);
  const asDerived = recorded && { ...recorded, tolerance: Math.max(recorded.tolerance, derivedTolerance) };
  return { body: manifest, variant: chosen, file, recorded: chosen === authority ? recorded : asDerived };
}

/** @throws HaversackError as `readStoredModel` */
export async function readStoredCandidate(
  db: Database,
  digest: Digest,
): Promise<StoredModel & { readonly body: Candidate }> {
  const candidate = candidateOf(await readCandidate(db, digest));
  const { variant, file: ref } = candidate.authority;
  const [file, recorded] = await Promise.all([storedFile(db, ref), readRecorded(db, candidate)]);
  return { body: candidate, variant, file, recorded };
}

async function readRecorded(db: Database, body: VersionBody): Promise<Recorded | null> {
  const { recorded } = body.artifacts;
  if (!recorded) return null;
  return parseJson(recordedSchema, await readFile(db, recorded.file), 'recorded cases');
}

/** @throws HaversackError `DocumentInvalid` naming the field */
export function parseJson<T>(schema: z.ZodType<T>, bytes: Bytes, what: string): T {
  const parsed = schema.safeParse(jsonOf(bytes, what));
  if (!parsed.success)
    throw new HaversackError('DocumentInvalid', `${what}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

export function jsonOf(bytes: Bytes, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new HaversackError('DocumentInvalid', `${what}: no JSON: ${String(error)}`, { cause: error });
  }
}
