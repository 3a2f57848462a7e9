// Runs training steps: feeds a batch, carries parameters and state from one step to the next, and stops at the first
// loss that is no number. Owns its sessions.
import { HaversackError } from '../errors.ts';
import type { OpenSession, Provider, Session } from '../runtime/session.ts';
import { float32, type Tensor, type TensorMap } from '../tensor.ts';
import { countHits } from './answers.ts';
import type { FitJob } from './fit.ts';
import type { Judgement } from './judge.ts';
import { lossWeights } from './losses/row-weights.ts';
import { inputShapesOf, type Samples, takeRows, takeSamples } from './samples.ts';
import { buildTrainingGraph, type Carried, type TrainingGraph } from './training-graph.ts';

export class Stepper {
  readonly rowsPerStep: number;
  readonly #job: FitJob;
  readonly #batch: number;
  readonly #graph: TrainingGraph;
  readonly #session: Session;
  readonly #update: Session | null;
  /** Parameters, statistics and state by the input that takes them. Each step brings new tensors; none is written to. */
  #values: Map<string, Tensor>;

  private constructor(
    job: FitJob,
    batch: number,
    graph: TrainingGraph,
    session: Session,
    update: Session | null,
  ) {
    this.#job = job;
    this.#batch = batch;
    this.#graph = graph;
    this.#session = session;
    this.#update = update;
    this.rowsPerStep = batch * (graph.accumulation ? (job.optimizer.options?.accumulate ?? 1) : 1);
    this.#values = new Map(
      [...graph.parameters, ...graph.statistics, ...graph.state].map(({ input, initial }) => [
        input,
        initial,
      ]),
    );
  }

  static async open(job: FitJob, batch: number, openSession: OpenSession): Promise<Stepper> {
    const graph = buildTrainingGraph({
      model: job.model,
      inputShapes: inputShapesOf(job.train, batch),
      output: job.output,
      loss: job.loss,
      optimizer: job.optimizer,
      trainable: name => job.trainable.has(name),
      statistics: job.statistics,
      seed: job.seed,
    });
    const session = await openSession(graph.file);
    try {
      const update = graph.accumulation && (await openSession(graph.accumulation.update));
      return new Stepper(job, batch, graph, session, update);
    } catch (thrown) {
      await session.dispose();
      throw thrown;
    }
  }

  get provider(): Provider {
    return this.#session.provider;
  }

  /**
   * One step over the first `count` of these rows of the training samples; the others fill the last batch up.
   * @param step from 1
   * @throws HaversackError `TrainingDiverged` naming the step and the tensor
   */
  async step(rows: Int32Array, count: number, step: number, learningRate: number): Promise<Judgement> {
    const scalars = this.#graph.scalars(step, learningRate);
    const batches = this.#batches(rows, count);
    const { accumulation } = this.#graph;
    const counter = this.#graph.inputs.step;
    let loss = 0;
    let hits = 0;
    let answers = 0;
    let sums = new Map(accumulation?.gradients.map(({ input, initial }) => [input, initial]));
    for (const { samples, weights } of batches) {
      const feeds = {
        ...this.#feedsOf(samples, weights),
        ...(counter !== null && { [counter]: float32([], [step]) }),
        ...(accumulation ? Object.fromEntries(sums) : scalars),
      };
      const results = await this.#session.run(feeds);
      const batchLoss = Number(results[this.#graph.outputs.loss]!.data[0]);
      if (!Number.isFinite(batchLoss)) throw this.#diverged(step, batchLoss, samples);
      loss += batchLoss;
      const prediction = results[this.#graph.outputs.prediction]!;
      const counted = countHits(this.#job.loss, prediction, samples.target, weights.data as Float32Array);
      hits += counted.hits;
      answers += counted.answers;
      this.#carry(this.#graph.statistics, results);
      if (accumulation) sums = carried(accumulation.gradients, results);
      else this.#carry([...this.#graph.parameters, ...this.#graph.state], results);
    }
    if (accumulation) await this.#takeStep(scalars, sums);
    return { loss, hits, answers, rows: count };
  }

  /** By initializer of the model; averaged, where the optimizer averages. The maps of earlier calls stay as they are. */
  weights(): ReadonlyMap<string, Tensor> {
    const { parameters, statistics, averages } = this.#graph;
    return new Map(
      [...parameters, ...statistics].map(({ input }) => [
        input,
        this.#values.get(averages.get(input) ?? input)!,
      ]),
    );
  }

  async dispose(): Promise<void> {
    await this.#session.dispose();
    await this.#update?.dispose();
  }

  /** Batches of the graph's size that hold any row of the step's own; weights sum to 1 over all of them. */
  #batches(rows: Int32Array, count: number): { samples: Samples; weights: Tensor }[] {
    const perRow = this.#graph.inputs.weights.shape.slice(1).reduce((a, b) => a * b, 1);
    const target = takeRows(this.#job.train.target, rows);
    const weights = lossWeights(this.#job.loss, target, rows.length * perRow, count * perRow);
    const used = Math.ceil(count / this.#batch);
    return Array.from({ length: used }, (_, i) => {
      const from = i * this.#batch;
      const own = weights.slice(from * perRow, (from + this.#batch) * perRow);
      return {
        samples: takeSamples(this.#job.train, rows.subarray(from, from + this.#batch)),
        weights: float32(this.#graph.inputs.weights.shape, own),
      };
    });
  }

  #feedsOf(samples: Samples, weights: Tensor): Record<string, Tensor> {
    const { inputs, accumulation, parameters, statistics, state } = this.#graph;
    const taken = accumulation ? [...parameters, ...statistics] : [...parameters, ...statistics, ...state];
    return {
      ...samples.inputs,
      [inputs.target.name]: samples.target,
      [inputs.weights.name]: weights,
      ...Object.fromEntries(taken.map(({ input }) => [input, this.#values.get(input)!])),
    };
  }

  async #takeStep(scalars: TensorMap, sums: ReadonlyMap<string, Tensor>): Promise<void> {
    const { parameters, state, accumulation } = this.#graph;
    const results = await this.#update!.run({
      ...scalars,
      ...Object.fromEntries([...parameters, ...state].map(({ input }) => [input, this.#values.get(input)!])),
      ...Object.fromEntries(accumulation!.gradients.map(({ input, output }) => [output, sums.get(input)!])),
    });
    this.#carry([...parameters, ...state], results);
  }

  #carry(each: readonly Carried[], results: TensorMap): void {
    this.#values = new Map([...this.#values, ...carried(each, results)]);
  }

  /** The first of what went into the step that holds no numbers is where it came from. */
  #diverged(step: number, loss: number, samples: Samples): HaversackError {
    const fed = [...Object.entries(samples.inputs), ...this.#values];
    const broken = fed.find(([, { data }]) => data instanceof Float32Array && !data.every(Number.isFinite));
    const where = broken
      ? `'${broken[0]}' holds no numbers`
      : 'what went into it are numbers: it overflows inside';
    return new HaversackError('TrainingDiverged', `At step ${step} the loss is ${loss}; ${where}.`);
  }
}

function carried(each: readonly Carried[], results: TensorMap): Map<string, Tensor> {
  return new Map(each.map(({ input, output }) => [input, results[output]!]));
}
