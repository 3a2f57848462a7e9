// What weights are worth on rows that are not learnt from, while a run goes on. Owns its session.
import type { Step, StepHost } from '../runtime/step-host.ts';
import { float32, type Tensor, type TensorMap } from '../tensor.ts';
import { countHits } from './answers.ts';
import type { TrainControl } from './engine.ts';
import type { FitJob } from './fit.ts';
import { buildJudgingGraph, type JudgingGraph } from './judging-graph.ts';
import type { LossSettings } from './losses/loss.ts';
import { lossWeights } from './losses/row-weights.ts';
import type { Layout } from './slot-layout.ts';
import { batchesOf, inOrder, inputShapesOf, joinRows, type SampleSource, takeRows } from './samples.ts';

export interface Judgement {
  /** Mean over the rows. */
  readonly loss: number;
  readonly hits: number;
  /** Answers that are right or wrong; 0 where the loss knows neither. */
  readonly answers: number;
  readonly rows: number;
}

export class Judge {
  readonly #loss: LossSettings;
  readonly #batch: number;
  readonly #graph: JudgingGraph;
  readonly #step: Step;

  private constructor(loss: LossSettings, batch: number, graph: JudgingGraph, step: Step) {
    this.#loss = loss;
    this.#batch = batch;
    this.#graph = graph;
    this.#step = step;
  }

  /** @param kept initializer of the model that changes → where the value to judge by lies */
  static async open(job: FitJob, kept: Layout, batch: number, host: StepHost): Promise<Judge> {
    const graph = buildJudgingGraph({
      model: job.model,
      inputShapes: inputShapesOf(job.train, batch),
      output: job.output,
      loss: job.loss,
      fed: kept,
    });
    const links = { reads: graph.reads, writes: new Map<string, string>() };
    return new Judge(job.loss, batch, graph, await host.open(graph.file, links));
  }

  async judge(samples: SampleSource, control: TrainControl): Promise<Judgement> {
    const perRow = this.#graph.inputs.weights.shape.slice(1).reduce((a, b) => a * b, 1);
    const rows = samples.rows * perRow;
    const counting = lossWeights(this.#loss, samples.target, rows, rows);
    let judged: Judgement = { loss: 0, hits: 0, answers: 0, rows: samples.rows };
    let from = 0;
    for (const batch of batchesOf(inOrder(samples.rows), this.#batch)) {
      await control.checkpoint();
      const own = new Float32Array(this.#batch * perRow);
      own.set(counting.subarray(from * perRow, (from + batch.count) * perRow));
      from += batch.count;
      const target = takeRows(samples.target, batch.rows);
      const results = await this.#run(await samples.take(batch.rows), target, own);
      const counted = countHits(this.#loss, this.#predictionOf(results), target, own);
      judged = {
        ...judged,
        loss: judged.loss + Number(results[this.#graph.outputs.loss]!.data[0]),
        hits: judged.hits + counted.hits,
        answers: judged.answers + counted.answers,
      };
    }
    return judged;
  }

  /** What the loss reads, for the first `count` rows, at most a batch: [count, …]. */
  async answers(samples: SampleSource, count: number): Promise<Tensor> {
    const rows = Int32Array.from({ length: this.#batch }, (_, row) => row % samples.rows);
    const unweighted = new Float32Array(this.#graph.inputs.weights.shape.reduce((a, b) => a * b, 1));
    const results = await this.#run(await samples.take(rows), takeRows(samples.target, rows), unweighted);
    const shown = Math.min(count, this.#batch);
    return joinRows([{ tensor: this.#predictionOf(results), count: shown }], shown);
  }

  dispose(): Promise<void> {
    return this.#step.dispose();
  }

  #run(inputs: TensorMap, target: Tensor, counting: Float32Array<ArrayBuffer>): Promise<TensorMap> {
    const names = this.#graph.inputs;
    return this.#step.run({
      ...inputs,
      [names.target.name]: target,
      [names.weights.name]: float32(names.weights.shape, counting),
    });
  }

  #predictionOf(results: TensorMap): Tensor {
    return results[this.#graph.outputs.prediction]!;
  }
}
