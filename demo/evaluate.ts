// What a variant answers on the parts of its data set, run in ONNX Runtime for Node.
import type { Bytes, Digest } from '../src/core/artifact/digest.ts';
import type { Evaluation } from '../src/core/artifact/documents.ts';
import type { ModelInterface } from '../src/core/artifact/interface.ts';
import { type Dataset, datasetRows } from '../src/core/data/dataset.ts';
import { decide } from '../src/core/evaluate/decide.ts';
import { evaluate } from '../src/core/evaluate/metrics.ts';
import { float32 } from '../src/core/tensor.ts';
import { openNodeSession } from '../server/inference/session.ts';

/** One evaluation a part that has rows, the held-out ones first. */
export async function evaluateParts(
  file: Bytes,
  modelInterface: ModelInterface,
  labels: readonly string[],
  dataset: Dataset,
  digest: Digest,
): Promise<Evaluation[]> {
  const [input] = modelInterface.inputs;
  const session = await openNodeSession(file);
  const evaluations: Evaluation[] = [];
  for (const part of ['test', 'validation', 'train'] as const) {
    const rows = datasetRows(dataset, part, labels);
    if (rows.rows === 0) continue;
    const feed = float32([rows.rows, ...input!.shape.slice(1)], rows.features);
    const decided = decide(modelInterface, labels, await session.run({ [input!.name]: feed }));
    const answers = Int32Array.from(decided, each => each.index!);
    const probabilities = decided.flatMap(each => [...each.probabilities!]);
    const context = { part, origin: 'parent', dataset: digest, probabilities } as const;
    evaluations.push(evaluate(rows.labels, answers, labels, context));
  }
  await session.dispose();
  return evaluations;
}
