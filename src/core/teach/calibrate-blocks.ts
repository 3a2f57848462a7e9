// How sure a classifier is after its last blocks have learnt, told by rows that neither they nor the head learnt from.
import { noLinks, type StepHost } from '../runtime/step-host.ts';
import { float32, type Tensor } from '../tensor.ts';
import { readByLoss } from '../train/forward.ts';
import { batchesOf, inOrder, inputShapesOf, type SampleSource } from '../train/samples.ts';
import { batchSize } from './block-job.ts';
import { calibrate } from './calibrate.ts';
import { probabilitiesOutput } from './compose-classifier.ts';
import { softmaxRows } from './head.ts';
import type { PartedClassifier } from './last-blocks.ts';
import { balancedWeights } from './softmax-regression.ts';

/**
 * Of fewer rows no temperature is told: their targets are so far from certain that answers which are all right ask for one of 5
 * and more, by which nearly everything would read "not sure".
 */
const fewestRows = 10;

export interface CalibratedBlocks {
  /** With the temperature divided into the head. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** 1 where there are fewer than ten rows to tell by. */
  readonly temperature: number;
  /** Of the rows, calibrated: [rows, classes]. */
  readonly probabilities: Float32Array<ArrayBuffer>;
}

/** @param weights that were learnt, by initializer of `rest` @param source rows to tell by; null: there are none */
export async function calibratedBlocks(
  parted: PartedClassifier,
  weights: ReadonlyMap<string, Tensor>,
  source: SampleSource | null,
  host: StepHost,
): Promise<CalibratedBlocks> {
  if (!source) return { weights, temperature: 1, probabilities: new Float32Array() };
  const logits = await logitsOf(parted, weights, source, host);
  const labels = source.target.data as Int32Array;
  const classes = logits.length / labels.length;
  if (labels.length < fewestRows) {
    return { weights, temperature: 1, probabilities: softmaxRows(logits, classes, 1) };
  }
  const { temperature } = calibrate({ classes, logits, labels, weights: balancedWeights(labels, classes) });
  const cooled = new Map(weights);
  for (const name of parted.head) {
    const { shape, data } = weights.get(name)!;
    cooled.set(
      name,
      float32(
        shape,
        Float32Array.from(data as Float32Array, value => value / temperature),
      ),
    );
  }
  return { weights: cooled, temperature, probabilities: softmaxRows(logits, classes, temperature) };
}

/** [rows, classes] */
async function logitsOf(
  { rest }: PartedClassifier,
  weights: ReadonlyMap<string, Tensor>,
  source: SampleSource,
  host: StepHost,
): Promise<Float64Array> {
  const batch = Math.min(batchSize, source.rows);
  const inputShapes = inputShapesOf(source, batch);
  const graph = rest.copy();
  for (const [name, tensor] of weights) graph.initializers.set(name, tensor);
  const logits = readByLoss(graph, probabilitiesOutput, { kind: 'cross-entropy' }, inputShapes);
  graph.inputs = graph.inputs.map(spec => ({ ...spec, shape: inputShapes[spec.name]! }));
  graph.outputs = [{ name: logits, datatype: 'FP32', shape: [batch, graph.outputs[0]!.shape[1]!] }];
  const step = await host.open(graph.toBytes(), noLinks);
  try {
    const answers: number[] = [];
    for (const { rows, count } of batchesOf(inOrder(source.rows), batch)) {
      const { shape, data } = (await step.run(await source.take(rows)))[logits]!;
      answers.push(...(data as Float32Array).subarray(0, count * shape[1]!));
    }
    return Float64Array.from(answers);
  } finally {
    await step.dispose();
  }
}
