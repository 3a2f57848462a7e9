// The rows a version is trained and judged on: the data set it came with, and the samples labelled since, here and, where
// they were accepted, on other devices.
import { type Digest, sha256 } from '../core/artifact/digest.ts';
import type { Part, VersionBody } from '../core/artifact/documents.ts';
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
import { gunzip } from '../core/gunzip.ts';
import { concatRows, type LabelledRows } from '../core/data/labelled-rows.ts';
import { rowKey } from '../core/data/split.ts';
import { HaversackError } from '../core/errors.ts';
import type { Database } from '../device/db.ts';
import { readFile } from '../device/library.ts';
import { collectedSamples, type CollectedSample } from '../device/collect.ts';
import type { Sample } from '../device/schema.ts';

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
  /** For each row of `added` the device that labelled it; null: this one. */
  readonly addedBy: readonly (string | null)[];
}

/**
 * @throws HaversackError `TrainingImpossible` where the version came without labels; `NotInstalled` where its data set is
 * not here
 */
export async function readVersionData(db: Database, body: VersionBody): Promise<VersionData> {
  const artifact = body.artifacts.dataset;
  if (!body.labels) throw new HaversackError('TrainingImpossible', `${body.model} came without labels`);
  const samples = await collectedSamples(db, body.model);
  if (!artifact)
    return { labels: body.labels, parent: null, ...(await addedTo(bareDataset(body.interface), samples)) };
  const bytes = await gunzip(await readFile(db, artifact.file), maxDatasetBytes);
  const csv = new TextDecoder().decode(bytes);
  const dataset = parseDataset(csv, artifact.schema);
  return {
    labels: body.labels,
    parent: { dataset, digest: await sha256(bytes), csv },
    ...(await addedTo(dataset, samples)),
  };
}

async function addedTo(
  dataset: Dataset,
  samples: readonly CollectedSample[],
): Promise<Pick<VersionData, 'added' | 'addedBy'>> {
  const fresh = addedSamples(dataset, samples);
  return {
    added: fresh.rows > 0 ? await tableOf(fresh) : null,
    addedBy: placeSamples(dataset, samples).map(({ sample }) => sample.device),
  };
}

export async function tableOf(dataset: Dataset): Promise<DataTable> {
  const csv = writeDataset(dataset);
  return { dataset, csv, digest: await sha256(new TextEncoder().encode(csv)) };
}

/**
 * The samples as rows of the same columns. One that the data set has already (it was shared once) is left out, as is one
 * of another width (made for another interface). One with the numbers of a row has that row's part, whatever its own
 * label: identical rows share a part. Of samples with the same numbers none is learned from where one was held out.
 */
export function addedSamples(dataset: Dataset, samples: readonly Sample[]): Dataset {
  const placed = placeSamples(dataset, samples);
  return {
    features: dataset.features,
    target: dataset.target,
    split: dataset.split,
    rows: placed.length,
    values: Float32Array.from(placed.flatMap(({ sample }) => sample.features)),
    labels: placed.map(({ sample }) => sample.label),
    parts: placed.map(({ part }) => part),
  };
}

/** Which samples are rows, in their order, and in which part. */
function placeSamples<S extends Sample>(
  dataset: Dataset,
  samples: readonly S[],
): { readonly sample: S; readonly part: Part }[] {
  const width = dataset.features.length;
  const known = new Map<string, { part: Part; labels: Set<string> }>();
  const note = (key: string, part: Part, label: string) => {
    const entry = known.get(key);
    if (entry) entry.labels.add(label);
    else known.set(key, { part, labels: new Set([label]) });
  };
  dataset.labels.forEach((label, row) => {
    note(rowKey(dataset.values.subarray(row * width, (row + 1) * width)), dataset.parts[row]!, label);
  });
  const fitting = samples.filter(sample => sample.features.length === width);
  const heldOut = new Map<string, Part>();
  for (const { features, part } of fitting) if (part !== 'train') heldOut.set(rowKey(features), part);
  return fitting.flatMap(sample => {
    const key = rowKey(sample.features);
    const twin = known.get(key);
    if (twin?.labels.has(sample.label)) return [];
    const part = twin?.part ?? heldOut.get(key) ?? sample.part;
    note(key, part, sample.label);
    return [{ sample, part }];
  });
}

/** The samples of a version without a data set as one, in the columns of its (first) input; those of another width are left out. */
export function samplesAlone(face: ModelInterface, samples: readonly Sample[]): Dataset {
  return addedSamples(bareDataset(face), samples);
}

function bareDataset({ inputs: [input] }: ModelInterface): Dataset {
  const features = input ? [...columnNames(input)] : [];
  const empty = { features, target: 'label', split: 'split', rows: 0, labels: [], parts: [] };
  return { ...empty, values: new Float32Array(0) };
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
