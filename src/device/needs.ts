// Which files a row keeps alive: the one answer that pull, check, eviction and garbage collection share.
import type { ChunkRef, FileRef } from '../core/artifact/chunks.ts';
import {
  type Candidate,
  candidateSchema,
  type Manifest,
  manifestSchema,
  type Variant,
  variantSchema,
} from '../core/artifact/documents.ts';
import { readDocument } from '../core/artifact/signature.ts';
import { HaversackError } from '../core/errors.ts';
import { chunksOf } from './chunk-store.ts';
import { readRow, readRows } from './rows.ts';
import {
  activeSchema,
  type CandidateRow,
  candidateRowSchema,
  type Installed,
  installedSchema,
} from './schema.ts';

export interface VersionDocuments {
  readonly manifest: Manifest;
  readonly variants: readonly Variant[];
}

/** The documents of a row, whose signatures were checked when it was stored. @throws HaversackError `DocumentInvalid` */
export function documentsOf(row: Pick<Installed, 'manifest' | 'variantDocuments'>): VersionDocuments {
  return {
    manifest: readDocument(row.manifest, manifestSchema),
    variants: row.variantDocuments.map(envelope => readDocument(envelope, variantSchema)),
  };
}

/** The file of a variant by name, the authority's included. @throws HaversackError `NotFound` */
export function variantFile({ manifest, variants }: VersionDocuments, name: string): FileRef {
  if (name === manifest.authority.variant) return manifest.authority.file;
  const variant = variants.find(candidate => candidate.variant === name);
  if (variant) return variant.file;
  const known = [manifest.authority.variant, ...variants.map(candidate => candidate.variant)].join(', ');
  throw new HaversackError(
    'NotFound',
    `${manifest.model}@${manifest.version} has no variant "${name}": it has ${known}`,
  );
}

/** All files that must be whole here for the row to be true. The recorded cases always: they are the smoke test. */
export function filesOfInstalled(
  row: Pick<Installed, 'manifest' | 'variantDocuments' | 'variants' | 'trainable'>,
): FileRef[] {
  const documents = documentsOf(row);
  const { recorded, dataset, topology } = documents.manifest.artifacts;
  const artifacts = row.trainable ? [recorded, dataset, topology] : [recorded];
  return [
    ...row.variants.map(name => variantFile(documents, name)),
    ...artifacts.flatMap(artifact => (artifact ? [artifact.file] : [])),
  ];
}

export function filesOfCandidate(candidate: Candidate): FileRef[] {
  const { dataset, recorded, topology } = candidate.artifacts;
  return [
    candidate.authority.file,
    ...[dataset, recorded, topology].flatMap(artifact => (artifact ? [artifact.file] : [])),
  ];
}

/** What it takes to run a candidate: its file, and what it is tried on. */
export function filesToRun({ authority, artifacts: { recorded } }: Candidate): FileRef[] {
  return recorded ? [authority.file, recorded.file] : [authority.file];
}

export function candidateOf(row: CandidateRow): Candidate {
  return readDocument(row.document, candidateSchema);
}

/** What a row of `installed` keeps. A damaged one keeps nothing: it counts as absent, and is fetched again. */
export function chunksOfInstalled(raw: unknown): ChunkRef[] {
  const row = readRow(installedSchema, raw, 'installed');
  if (!row) return [];
  try {
    return chunksOf(filesOfInstalled(row));
  } catch {
    return [];
  }
}

/**
 * What a row of `candidates` keeps; a sent one that does not run is the registry's to keep. Null where it cannot be read:
 * what it needs is not known, and it is the user's own work.
 * @param active the rows of that store, as they are
 */
export function chunksOfWork(raw: unknown, active: readonly unknown[] = []): ChunkRef[] | null {
  const row = readRow(candidateRowSchema, raw, 'candidates');
  if (!row) return null;
  const runs = readRows(activeSchema, active, 'active').some(({ candidate }) => candidate === row.digest);
  if (row.state === 'sent' && !runs) return [];
  try {
    return chunksOf(filesOfCandidate(candidateOf(row)));
  } catch {
    return null;
  }
}
