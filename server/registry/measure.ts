// How good a variant is on the held-out rows its version came with, measured by this server.
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { sha256 } from '../../src/core/artifact/digest.ts';
import type { Evaluation, Manifest } from '../../src/core/artifact/documents.ts';
import { datasetRows, maxDatasetBytes, parseDataset } from '../../src/core/data/dataset.ts';
import { gunzip } from '../../src/core/gunzip.ts';
import type { LabelledRows } from '../../src/core/data/labelled-rows.ts';
import { decide } from '../../src/core/evaluate/decide.ts';
import { evaluate } from '../../src/core/evaluate/metrics.ts';
import type { Session } from '../../src/core/runtime/session.ts';
import { float32 } from '../../src/core/tensor.ts';
import { readFileRef } from './chunk-files.ts';
import type { Registry } from './context.ts';

/** Rows a run: large enough to be quick, small enough for the event loop. */
const batchRows = 256;

/** Whether there is something to measure with: data, labels, a decision, and one input of numbers. */
export function isMeasurable({ labels, artifacts, interface: face }: Manifest): boolean {
  const kind = face.decision?.kind;
  const isOneOfNumbers = face.inputs.length === 1 && face.inputs[0]!.datatype === 'FP32';
  return (
    artifacts.dataset !== null &&
    labels !== null &&
    isOneOfNumbers &&
    (kind === 'softmax' || kind === 'threshold')
  );
}

/** Empty where it is not measurable, or no row was held out. */
export async function measure(
  { blobs, openSession }: Pick<Registry, 'blobs' | 'openSession'>,
  manifest: Manifest,
  file: Bytes,
): Promise<Evaluation[]> {
  const { labels, artifacts } = manifest;
  if (!isMeasurable(manifest) || !artifacts.dataset || !labels) return [];
  const csv = await gunzip(await readFileRef(blobs, artifacts.dataset.file), maxDatasetBytes);
  const dataset = parseDataset(new TextDecoder().decode(csv), artifacts.dataset.schema);
  const rows = datasetRows(dataset, 'test', labels);
  if (rows.rows === 0) return [];
  const session = await openSession(file);
  try {
    const { answers, probabilities } = await answer(session, manifest, rows);
    const context = { part: 'test', origin: 'parent', dataset: await sha256(csv) } as const;
    return [
      evaluate(rows.labels, answers, labels, {
        ...context,
        ...(probabilities.length === rows.rows * labels.length ? { probabilities } : {}),
      }),
    ];
  } finally {
    await session.dispose();
  }
}

async function answer(
  session: Session,
  manifest: Manifest,
  rows: LabelledRows,
): Promise<{ answers: Int32Array; probabilities: number[] }> {
  const input = manifest.interface.inputs[0]!;
  const width = rows.features.length / rows.rows;
  const [batch, ...sample] = input.shape;
  const step = batch === undefined || batch < 1 ? batchRows : batch;
  const answers = new Int32Array(rows.rows);
  const probabilities: number[] = [];
  for (let start = 0; start < rows.rows; start += step) {
    const count = Math.min(step, rows.rows - start);
    // A model of a fixed batch is given zeros for the rows that are not there, and their answers are not read.
    const data = new Float32Array((batch === -1 ? count : step) * width);
    data.set(rows.features.subarray(start * width, (start + count) * width));
    const shape = [data.length / width, ...sample.map(size => (size === -1 ? 1 : size))];
    const outputs = await session.run({ [input.name]: float32(shape, data) });
    const decided = decide(manifest.interface, manifest.labels, outputs).slice(0, count);
    decided.forEach((each, i) => {
      answers[start + i] = each.index ?? 0;
      probabilities.push(...(each.probabilities ?? []));
    });
    await new Promise(resolve => setImmediate(resolve));
  }
  return { answers, probabilities };
}
