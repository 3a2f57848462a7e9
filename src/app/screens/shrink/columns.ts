// The variants of a version as columns: from its own documents, and from the catalogue those that were added since.
import { type Evaluation, variantSchema } from '../../../core/artifact/documents.ts';
import type { VersionSummary } from '../../../core/artifact/registry-api.ts';
import { readDocument } from '../../../core/artifact/signature.ts';
import type { Installed } from '../../../device/schema.ts';
import { heldOut } from '../../i18n/measures.ts';
import { manifestOf } from '../../state/judge.ts';

export interface Column {
  readonly name: string;
  readonly bytes: number;
  /** On held-out rows: of the data set, else of samples labelled since; null where nobody measured. */
  readonly evaluation: Evaluation | null;
  readonly authority: boolean;
  /** Whether its chunks are on this device. */
  readonly here: boolean;
}

/** The authority first, then the others, smallest last. */
export function columnsOf(row: Installed, summary: VersionSummary | null): Column[] {
  const manifest = manifestOf(row);
  const here = (name: string): boolean => row.variants.includes(name);
  const { variant: authority, file } = manifest.authority;
  const derived = new Map<string, Column>();
  for (const envelope of row.variantDocuments) {
    const { variant: name, file: its, evaluations } = readDocument(envelope, variantSchema);
    derived.set(name, column(name, its.bytes, evaluations, here(name)));
  }
  for (const { name, bytes, evaluations } of summary?.variants ?? []) {
    if (name !== authority && !derived.has(name))
      derived.set(name, column(name, bytes, evaluations, here(name)));
  }
  const first = {
    ...column(authority, file.bytes, manifest.evaluations, here(authority)),
    authority: true,
  };
  return [first, ...[...derived.values()].sort((a, b) => b.bytes - a.bytes)];
}

function column(name: string, bytes: number, evaluations: readonly Evaluation[], here: boolean): Column {
  return { name, bytes, evaluation: heldOut(evaluations), authority: false, here };
}
