// What a model answered before it was taught, once per training row, for distillation to hold it to. Knows no loss's formula.
import { inferShapes } from '../onnx/infer.ts';
import { noLinks, type StepHost } from '../runtime/step-host.ts';
import type { Tensor } from '../tensor.ts';
import type { TrainControl } from './engine.ts';
import type { FitJob } from './fit.ts';
import { readByLoss } from './forward.ts';
import { prune } from './prune.ts';
import { batchesOf, inOrder, inputShapesOf, joinRows } from './samples.ts';

/**
 * The job with its teacher's answers beside the target; the job itself where nothing is distilled. They come from the
 * model as the job has it, so a prefix that was run before is not run again.
 * @throws HaversackError `RuntimeFailed`, `Aborted`
 */
export async function withTeacher(
  job: FitJob,
  batch: number,
  host: StepHost,
  control: TrainControl,
): Promise<FitJob> {
  if (!job.distillation) return job;
  return { ...job, train: { ...job.train, teacher: await answersBefore(job, batch, host, control) } };
}

/** What the loss reads of every training row: [rows, …]. */
async function answersBefore(
  { model, output, loss, train }: FitJob,
  batch: number,
  host: StepHost,
  control: TrainControl,
): Promise<Tensor> {
  const inputShapes = inputShapesOf(train, batch);
  const graph = model.copy();
  const read = readByLoss(graph, output, loss, inputShapes);
  const { shape } = inferShapes(graph, inputShapes).get(read)!;
  graph.outputs = [{ name: read, datatype: 'FP32', shape }];
  prune(graph);
  graph.inputs = graph.inputs.map(spec => ({ ...spec, shape: inputShapes[spec.name] ?? spec.shape }));
  const names = graph.inputs.map(({ name }) => name);
  const step = await host.open(graph.toBytes(), noLinks);
  try {
    const parts: { tensor: Tensor; count: number }[] = [];
    for (const { rows, count } of batchesOf(inOrder(train.rows), batch)) {
      await control.checkpoint();
      const inputs = await train.take(rows);
      const answers = await step.run(Object.fromEntries(names.map(name => [name, inputs[name]!])));
      parts.push({ tensor: answers[read]!, count });
    }
    return joinRows(parts, train.rows);
  } finally {
    await step.dispose();
  }
}
