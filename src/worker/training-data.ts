// The rows a version is trained and judged on: the data set it came with, and the samples labelled here since.
import { type Digest, sha256 } from '../core/artifact/digest.ts';
import type { Part } from '../core/artifact/documents.ts';
import type { ModelInterface } from '../core/artifact/interface.ts';
import {
  type Dataset,
  datasetRows,
  maxDatasetBytes,
  parseDataset,
  writeDataset,
} from '../core/data/dataset.ts';
import { columnNames } from '../core/data/columns.ts';
import { shortageOf } from '../core/data/enough-samples.ts';
import { gunzip } from '../core/gzip.ts';
import { concatRows, type LabelledRows } from '../core/data/labelled-rows.ts';
import { rowKey } from '../core/data/split.ts';
import { HaversackError } from '../core/errors.ts';
import type { Database } from '../device/db.ts';
import { readFile } from '../device/library.ts';
import { listSamples } from '../device/samples.ts';
import type { Sample } from '../device/schema.ts';
import type { VersionBody } from './stored-model.ts';

export interface DataTable {
  readonly dataset: Dataset;
  /** Of its CSV. */
  readonly digest: Digest;
  readonly csv: string;
}

export interface VersionData {
  readonly labels: readonly string[];
  /** What the version came with; null where it came without. */
  readonly parent: DataTable | null;
  /** Samples that are not among its rows; null where there are none. */
  readonly added: DataTable | null;
}

/**
 * @throws HaversackError `TrainingImpossible` where the version came without labels; `NotInstalled` where its data set is
 * not here
 */
export async function readVersionData(db: Database, body: VersionBody): Promise<VersionData> {
  const artifact = body.artifacts.dataset;
  if (!body.labels) throw new HaversackError('TrainingImpossible', `${body.model} came without labels`);
  if (!artifact) {
    const own = samplesAlone(body.interface, await listSamples(db, body.model));
    return { labels: body.labels, parent: null, added: own.rows > 0 ? await tableOf(own) : null };
  }
  const bytes = await gunzip(await readFile(db, artifact.file), maxDatasetBytes);
  const csv = new TextDecoder().decode(bytes);
  const dataset = parseDataset(csv, artifact.schema);
  const fresh = addedSamples(dataset, await listSamples(db, body.model));
  return {
    labels: body.labels,
    parent: { dataset, digest: await sha256(bytes), csv },
    added: fresh.rows > 0 ? await tableOf(fresh) : null,
  };
}

export async function tableOf(dataset: Dataset): Promise<DataTable> {
  const csv = writeDataset(dataset);
  return { dataset, csv, digest: await sha256(new TextEncoder().encode(csv)) };
}

/**
 * The samples as rows of the same columns. One that the data set has already (it was shared once) is left out, as is one
 * of another width (made for another interface). One with the numbers of a row has that row's part, whatever its own
 * label: identical rows share a part.
 */
export function addedSamples(dataset: Dataset, samples: readonly Sample[]): Dataset {
  const width = dataset.features.length;
  const known = new Map<string, { part: Part; labels: Set<string> }>();
  dataset.labels.forEach((label, row) => {
    const key = rowKey(dataset.values.subarray(row * width, (row + 1) * width));
    const entry = known.get(key);
    if (entry) entry.labels.add(label);
    else known.set(key, { part: dataset.parts[row]!, labels: new Set([label]) });
  });
  const kept = samples
    .filter(sample => sample.features.length === width)
    .map(sample => ({ sample, twin: known.get(rowKey(sample.features)) }))
    .filter(({ sample, twin }) => !twin?.labels.has(sample.label));
  return {
    features: dataset.features,
    target: dataset.target,
    split: dataset.split,
    rows: kept.length,
    values: Float32Array.from(kept.flatMap(({ sample }) => sample.features)),
    labels: kept.map(({ sample }) => sample.label),
    parts: kept.map(({ sample, twin }) => twin?.part ?? sample.part),
  };
}

/** The samples of a version without a data set as one, in the columns of its (first) input; those of another width are left out. */
export function samplesAlone({ inputs: [input] }: ModelInterface, samples: readonly Sample[]): Dataset {
  const features = input ? [...columnNames(input)] : [];
  const empty = { features, target: 'label', split: 'split', rows: 0, labels: [], parts: [] };
  return addedSamples({ ...empty, values: new Float32Array(0) }, samples);
}

/** The data set with the samples behind it. */
export function joined(first: Dataset, second: Dataset): Dataset {
  const values = new Float32Array(first.values.length + second.values.length);
  values.set(first.values);
  values.set(second.values, first.values.length);
  return {
    ...first,
    rows: first.rows + second.rows,
    values,
    labels: [...first.labels, ...second.labels],
    parts: [...first.parts, ...second.parts],
  };
}

/** @throws HaversackError `InputInvalid` for a label that the version does not know */
export function rowsOf(table: DataTable | null, part: Part, labels: readonly string[]): LabelledRows {
  return table
    ? datasetRows(table.dataset, part, labels)
    : { features: new Float32Array(0), labels: new Int32Array(0), rows: 0 };
}

/**
 * The old rows are replayed, so that they are not forgotten; the few new ones come often enough to count.
 * @throws HaversackError `TrainingImpossible` where there are no old ones and too few new
 */
export function trainingRows(data: VersionData, repeats: number): LabelledRows {
  if (!data.parent) requireEnough(data);
  const added = rowsOf(data.added, 'train', data.labels);
  return concatRows([
    rowsOf(data.parent, 'train', data.labels),
    ...Array.from({ length: added.rows > 0 ? repeats : 0 }, () => added),
  ]);
}

function requireEnough({ added }: VersionData): void {
  const { labels = [], parts = [] } = added?.dataset ?? {};
  const { samples, classes } = shortageOf(labels.map((label, row) => ({ label, part: parts[row]! })));
  if (samples === 0 && classes === 0) return;
  const missing = [
    ...(samples > 0 ? [`${samples} more samples`] : []),
    ...(classes > 0 ? [`samples of ${classes} more classes to learn from`] : []),
  ];
  throw new HaversackError(
    'TrainingImpossible',
    `it came without a data set, and for its own samples to be enough it takes ${missing.join(' and ')}`,
  );
}

export function countParts({ parts }: Dataset): Record<Part, number> {
  const counts = { train: 0, validation: 0, test: 0 };
  for (const part of parts) counts[part]++;
  return counts;
}
