// A candidate's document and chunks from a finished run: what the parent was, with what it learnt, figures and records.
import { chunkFile, type ChunkedFile } from '../core/artifact/chunks.ts';
import type { Bytes } from '../core/artifact/digest.ts';
import type { Candidate, DatasetArtifact, Evaluation, Manifest } from '../core/artifact/documents.ts';
import { type Recorded, recordedSchema } from '../core/artifact/recorded.ts';
import { envelopeDigest } from '../core/artifact/signature.ts';
import { gzip } from '../core/gzip.ts';
import type { Comparison } from '../core/evaluate/compare.ts';
import { architectureDigest } from '../core/onnx/architecture.ts';
import { tensorLayout } from '../core/onnx/layout.ts';
import { fromRecordedMap, toRecordedMap } from '../core/runtime/recorded-tensors.ts';
import type { Session } from '../core/runtime/session.ts';
import type { Database } from '../device/db.ts';
import { openInstalled, readFile } from '../device/library.ts';
import type { TrainRequest } from './protocol.ts';
import { parseJson } from './stored-model.ts';
import { countParts, type DataTable, joined, tableOf, type VersionData } from './training-data.ts';

export interface FinishedRun {
  readonly request: TrainRequest;
  /** The parent's. */
  readonly manifest: Manifest;
  readonly data: VersionData;
  readonly file: Bytes;
  /** Of `file`. */
  readonly session: Session;
  readonly comparison: Comparison;
  /** Key id of this device. */
  readonly device: string;
}

export async function buildCandidate(
  db: Database,
  run: FinishedRun,
): Promise<{ readonly candidate: Candidate; readonly chunks: ReadonlyMap<string, Bytes> }> {
  const { manifest, data, request } = run;
  const { row } = await openInstalled(db, manifest.model, manifest.version);
  const file = await chunkFile(run.file, tensorLayout(run.file));
  const architecture = await architectureDigest(run.file);
  const dataset = await datasetFile(run);
  const recorded = await recordedFile(db, run);
  const candidate: Candidate = {
    type: 'candidate',
    formatVersion: 1,
    model: manifest.model,
    parent: { version: manifest.version, digest: await envelopeDigest(row.manifest) },
    task: manifest.task,
    interface: manifest.interface,
    labels: manifest.labels,
    architecture,
    evaluations: evaluationsOf(run.comparison),
    recipe: request.recipe,
    data: {
      digest: dataset.digest,
      rows: dataset.rows,
      added: data.added && {
        digest: data.added.digest,
        rows: countParts(data.added.dataset),
        shared: request.shareSamples && manifest.artifacts.dataset !== null,
      },
    },
    createdAt: new Date().toISOString(),
    device: run.device,
    authority: { variant: manifest.authority.variant, file: file.ref },
    artifacts: {
      dataset: dataset.artifact,
      recorded: recorded && {
        file: recorded.file.ref,
        mediaType: 'application/json',
        cases: recorded.cases,
      },
      // The layers say nothing of nodes that were added to the graph.
      topology: architecture === manifest.architecture ? manifest.artifacts.topology : null,
    },
    note: null,
  };
  const files = [file, dataset.file, recorded?.file];
  return { candidate, chunks: new Map(files.flatMap(each => (each ? [...each.chunks] : []))) };
}

/** Those of the new one: on the parent's held-out rows, and on the held-out new samples. */
function evaluationsOf({ parent, added }: Comparison): Evaluation[] {
  return [parent, added].flatMap(compared => (compared ? [compared.new] : []));
}

/**
 * With consent the samples become rows of the data set that travels; without, only the digest tells of them. Those of a
 * version that came without one never travel: whoever took them for its data would let it forget all else.
 */
async function datasetFile({ manifest, data, request }: FinishedRun): Promise<{
  readonly digest: string;
  readonly rows: ReturnType<typeof countParts>;
  readonly artifact: DatasetArtifact | null;
  readonly file: ChunkedFile | null;
}> {
  const { added, parent } = data;
  const known = manifest.artifacts.dataset;
  const asItIs = ({ digest, dataset }: DataTable) => {
    return { digest, rows: countParts(dataset), artifact: known, file: null };
  };
  if (!parent || !known) return asItIs(added!);
  if (!added) return asItIs(parent);
  const { csv, digest, dataset } = await tableOf(joined(parent.dataset, added.dataset));
  const rows = countParts(dataset);
  if (!request.shareSamples) return { digest, rows, artifact: known, file: null };
  const file = await chunkFile(gzip(new TextEncoder().encode(csv)));
  return { digest, rows, artifact: { ...known, file: file.ref, rows: dataset.rows }, file };
}

/** The same inputs, answered by the new weights. */
async function recordedFile(
  db: Database,
  { manifest, session }: FinishedRun,
): Promise<{ readonly file: ChunkedFile; readonly cases: number } | null> {
  const artifact = manifest.artifacts.recorded;
  if (!artifact) return null;
  const old = parseJson(recordedSchema, await readFile(db, artifact.file), 'recorded cases');
  const cases: Recorded['cases'] = [];
  for (const { inputs } of old.cases) {
    cases.push({ inputs, outputs: toRecordedMap(await session.run(fromRecordedMap(inputs))) });
  }
  const json = new TextEncoder().encode(JSON.stringify({ tolerance: old.tolerance, cases }));
  return { file: await chunkFile(json), cases: cases.length };
}
