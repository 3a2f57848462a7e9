// What weights are worth on rows that are not learnt from, while a run goes on. Owns its session.
import type { OpenSession, Session } from '../runtime/session.ts';
import { float32, type Tensor, type TensorMap } from '../tensor.ts';
import { countHits } from './answers.ts';
import type { TrainControl } from './engine.ts';
import type { FitJob } from './fit.ts';
import { buildJudgingGraph, type JudgingGraph } from './judging-graph.ts';
import type { LossSettings } from './losses/loss.ts';
import { lossWeights } from './losses/row-weights.ts';
import { batchesOf, inOrder, inputShapesOf, joinRows, type Samples, takeSamples } from './samples.ts';

export interface Judgement {
  /** Mean over the rows. */
  readonly loss: number;
  readonly hits: number;
  /** Answers that are right or wrong; 0 where the loss knows neither. */
  readonly answers: number;
  readonly rows: number;
}

type Weights = ReadonlyMap<string, Tensor>;

export class Judge {
  readonly #loss: LossSettings;
  readonly #batch: number;
  readonly #graph: JudgingGraph;
  readonly #session: Session;

  private constructor(loss: LossSettings, batch: number, graph: JudgingGraph, session: Session) {
    this.#loss = loss;
    this.#batch = batch;
    this.#graph = graph;
    this.#session = session;
  }

  /** @param changing the initializers that `judge` is given values for */
  static async open(
    job: FitJob,
    changing: ReadonlySet<string>,
    batch: number,
    openSession: OpenSession,
  ): Promise<Judge> {
    const graph = buildJudgingGraph({
      model: job.model,
      inputShapes: inputShapesOf(job.train, batch),
      output: job.output,
      loss: job.loss,
      fed: name => changing.has(name),
    });
    return new Judge(job.loss, batch, graph, await openSession(graph.file));
  }

  async judge(samples: Samples, weights: Weights, control: TrainControl): Promise<Judgement> {
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
      const taken = takeSamples(samples, batch.rows);
      const results = await this.#run(taken, own, weights);
      const counted = countHits(this.#loss, this.#predictionOf(results), taken.target, own);
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
  async answers(samples: Samples, count: number, weights: Weights): Promise<Tensor> {
    const rows = Int32Array.from({ length: this.#batch }, (_, row) => row % samples.rows);
    const unweighted = new Float32Array(this.#graph.inputs.weights.shape.reduce((a, b) => a * b, 1));
    const results = await this.#run(takeSamples(samples, rows), unweighted, weights);
    const shown = Math.min(count, this.#batch);
    return joinRows([{ tensor: this.#predictionOf(results), count: shown }], shown);
  }

  dispose(): Promise<void> {
    return this.#session.dispose();
  }

  #run(samples: Samples, counting: Float32Array<ArrayBuffer>, weights: Weights): Promise<TensorMap> {
    const { inputs, parameters } = this.#graph;
    return this.#session.run({
      ...samples.inputs,
      [inputs.target.name]: samples.target,
      [inputs.weights.name]: float32(inputs.weights.shape, counting),
      ...Object.fromEntries(parameters.map(name => [name, weights.get(name)!])),
    });
  }

  #predictionOf(results: TensorMap): Tensor {
    return results[this.#graph.outputs.prediction]!;
  }
}
