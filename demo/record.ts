// Records a version's own smoke test: held-out rows, spread over the classes, and what the model answers.
import type { Bytes } from '../src/core/artifact/digest.ts';
import type { ModelInterface } from '../src/core/artifact/interface.ts';
import type { Recorded } from '../src/core/artifact/recorded.ts';
import { type Dataset, datasetRows } from '../src/core/data/dataset.ts';
import { toRecordedMap } from '../src/core/runtime/recorded-tensors.ts';
import { float32 } from '../src/core/tensor.ts';
import { openNodeSession } from '../server/inference/session.ts';

const cases = 8;
/** Providers sum in different orders; a broken load is off by far more. */
const tolerance = 1e-3;

export async function recordCases(
  file: Bytes,
  modelInterface: ModelInterface,
  labels: readonly string[],
  dataset: Dataset,
): Promise<Recorded> {
  const [input] = modelInterface.inputs;
  const rows = datasetRows(dataset, 'test', labels);
  const width = dataset.features.length;
  const session = await openNodeSession(file);
  const recorded: Recorded = { tolerance, cases: [] };
  for (const row of spread(rows.labels, labels.length)) {
    const features = rows.features.slice(row * width, (row + 1) * width);
    const inputs = { [input!.name]: float32([1, ...input!.shape.slice(1)], features) };
    const outputs = await session.run(inputs);
    recorded.cases.push({ inputs: toRecordedMap(inputs), outputs: toRecordedMap(outputs) });
  }
  await session.dispose();
  return recorded;
}

/** Rows of one class after the other, round and round. */
function spread(rowLabels: Int32Array, classes: number): number[] {
  const left = Array.from({ length: classes }, (_, label) =>
    Array.from(rowLabels.keys()).filter(row => rowLabels[row] === label),
  );
  return Array.from({ length: cases }, (_, i) => left[i % classes]!.shift()!);
}
