// Runs training steps: feeds a batch to graphs whose parameters and state stay in the host's slots, and stops at the first
// loss that is no number. Owns its steps, not the host.
import { HaversackError } from '../errors.ts';
import type { Step, StepHost } from '../runtime/step-host.ts';
import { float32, type Tensor, type TensorMap } from '../tensor.ts';
import { countHits } from './answers.ts';
import { rowRandom } from './augment.ts';
import type { FitJob } from './fit.ts';
import type { Judgement } from './judge.ts';
import { evenWeights, lossWeights } from './losses/row-weights.ts';
import { inputShapesOf, takeRows } from './samples.ts';
import { type Layout, membersOf, readSlots } from './slot-layout.ts';
import { buildTrainingGraph, type Carried, type TrainingGraph } from './training-graph.ts';

/** Masks are drawn by whole numbers below 2²⁰ (`drawDropout`); then they come again. */
const maxMasks = 2 ** 20 - 1;

interface Batch {
  readonly inputs: TensorMap;
  readonly target: Tensor;
  readonly weights: Tensor;
  /** What a teacher says of it, by the graph's inputs. */
  readonly teacher: TensorMap;
}

/** Rows of a step that go through the graph at once. */
interface StepPart {
  readonly rows: Int32Array;
  /** The first one's place in the step. */
  readonly from: number;
  /** Of the target, and of a teacher's answers. */
  readonly weights: Float32Array<ArrayBuffer>;
  readonly evenWeights: Float32Array<ArrayBuffer>;
}

export class Stepper {
  readonly rowsPerStep: number;
  /** Initializer of the model → where the value that is kept of it lies: averaged, where the optimizer averages. */
  readonly kept: Layout;
  readonly #job: FitJob;
  readonly #batch: number;
  readonly #graph: TrainingGraph;
  readonly #host: StepHost;
  readonly #step: Step;
  readonly #update: Step | null;

  private constructor(
    job: FitJob,
    batch: number,
    graph: TrainingGraph,
    host: StepHost,
    step: Step,
    update: Step | null,
  ) {
    this.#job = job;
    this.#batch = batch;
    this.#graph = graph;
    this.#host = host;
    this.#step = step;
    this.#update = update;
    this.rowsPerStep = batch * (graph.accumulation ? (job.optimizer.options?.accumulate ?? 1) : 1);
    this.kept = graph.kept;
  }

  /** @param graph of `stepGraph`; built where none is given */
  static async open(
    job: FitJob,
    batch: number,
    host: StepHost,
    graph: TrainingGraph = stepGraph(job, batch),
  ): Promise<Stepper> {
    await host.put(initialOf(carriedBy(graph)));
    const step = await host.open(graph.file, stepLinks(graph));
    try {
      const { accumulation } = graph;
      const update = accumulation && (await host.open(accumulation.update, updateLinks(graph)));
      return new Stepper(job, batch, graph, host, step, update);
    } catch (thrown) {
      await step.dispose();
      throw thrown;
    }
  }

  /**
   * One step over the first `count` of these rows of the training samples; the others fill the last batch up.
   * @param step from 1
   * @throws HaversackError `TrainingDiverged` naming the step and the tensor
   */
  async step(rows: Int32Array, count: number, step: number, learningRate: number): Promise<Judgement> {
    const scalars = this.#graph.scalars(step, learningRate);
    const { accumulation, inputs, outputs } = this.#graph;
    if (accumulation) await this.#host.put(initialOf(accumulation.gradients));
    let loss = 0;
    let hits = 0;
    let answers = 0;
    for (const part of this.#partsOf(rows, count)) {
      const masks = this.#maskNumber(step, part.from / this.#batch);
      const batch = await this.#batchOf(part, step);
      const results = await this.#step.run({
        ...batch.inputs,
        [inputs.target.name]: batch.target,
        [inputs.weights.name]: batch.weights,
        ...batch.teacher,
        ...(inputs.step !== null && { [inputs.step]: float32([], [masks]) }),
        ...(!accumulation && scalars),
      });
      const batchLoss = Number(results[outputs.loss]!.data[0]);
      if (!Number.isFinite(batchLoss)) throw await this.#diverged(step, batchLoss, batch.inputs);
      loss += batchLoss;
      const counting = batch.weights.data as Float32Array;
      const counted = countHits(this.#job.loss, results[outputs.prediction]!, batch.target, counting);
      hits += counted.hits;
      answers += counted.answers;
    }
    await this.#update?.run(scalars);
    return { loss, hits, answers, rows: count };
  }

  /** By initializer of the model. What was answered before stays as it is. */
  async weights(): Promise<Map<string, Tensor>> {
    return readSlots(this.kept, await this.#host.read(membersOf(this.kept).keys()));
  }

  /** All that is carried from step to step, by slot: parameters, statistics, the optimizer's state. */
  state(): Promise<Map<string, Tensor>> {
    return this.#host.read(carriedBy(this.#graph).map(({ input }) => input));
  }

  /** Goes on from what `state` answered. @throws HaversackError `TrainingImpossible` where it is another graph's */
  async restore(state: ReadonlyMap<string, Tensor>): Promise<void> {
    const wrong = carriedBy(this.#graph).find(
      ({ input, initial }) => state.get(input)?.shape.join() !== initial.shape.join(),
    );
    if (wrong || state.size !== carriedBy(this.#graph).length) {
      throw new HaversackError(
        'TrainingImpossible',
        `The run was begun on another graph: '${wrong?.input ?? [...state.keys()].at(-1)}' differs.`,
      );
    }
    await this.#host.put(state);
  }

  async dispose(): Promise<void> {
    await this.#step.dispose();
    await this.#update?.dispose();
  }

  /** Each part of each step drops by masks of its own: the same in all would drop the same of every so many rows. */
  #maskNumber(step: number, part: number): number {
    const parts = this.rowsPerStep / this.#batch;
    return (((step - 1) * parts + part) % maxMasks) + 1;
  }

  /** The batches of a step that hold any row of its own; their weights sum to 1 over all of them. */
  *#partsOf(rows: Int32Array, count: number): Generator<StepPart> {
    const perRow = this.#graph.inputs.weights.shape.slice(1).reduce((a, b) => a * b, 1);
    const target = takeRows(this.#job.train.target, rows);
    const weights = lossWeights(this.#job.loss, target, rows.length * perRow, count * perRow);
    const even = evenWeights(rows.length, count);
    for (let from = 0; from < count; from += this.#batch) {
      const to = from + this.#batch;
      yield {
        rows: rows.subarray(from, to),
        from,
        weights: weights.slice(from * perRow, to * perRow),
        evenWeights: even.slice(from, to),
      };
    }
  }

  async #batchOf(part: StepPart, step: number): Promise<Batch> {
    const { train, augment, seed } = this.#job;
    const taken = await train.take(part.rows);
    return {
      inputs: augment ? augment(taken, row => rowRandom(seed, step, part.from + row)) : taken,
      target: takeRows(train.target, part.rows),
      weights: float32(this.#graph.inputs.weights.shape, part.weights),
      teacher: this.#teacherOf(part),
    };
  }

  #teacherOf(part: StepPart): TensorMap {
    const { teacher } = this.#graph.inputs;
    const answers = this.#job.train.teacher;
    if (!teacher || !answers) return {};
    return {
      [teacher.answers.name]: takeRows(answers, part.rows),
      [teacher.weights.name]: float32(teacher.weights.shape, part.evenWeights),
    };
  }

  /** The first of what went into the step that holds no numbers is where it came from. */
  async #diverged(step: number, loss: number, inputs: TensorMap): Promise<HaversackError> {
    const slots = carriedBy(this.#graph).map(({ input }) => input);
    const held = await this.#host.read(slots);
    const fed = [...Object.entries(inputs), ...readSlots(this.kept, held), ...held];
    const broken = fed.find(([, { data }]) => data instanceof Float32Array && !data.every(Number.isFinite));
    const where = broken
      ? `'${broken[0]}' holds no numbers`
      : 'what went into it are numbers: it overflows inside';
    return new HaversackError('TrainingDiverged', `At step ${step} the loss is ${loss}; ${where}.`);
  }
}

function carriedBy({ parameters, statistics, state }: TrainingGraph): readonly Carried[] {
  return [...parameters, ...statistics, ...state];
}

/** What a job's steps run. @throws HaversackError as `buildTrainingGraph` */
export function stepGraph(job: FitJob, batch: number): TrainingGraph {
  return buildTrainingGraph({
    model: job.model,
    inputShapes: inputShapesOf(job.train, batch),
    output: job.output,
    loss: job.loss,
    distillation: job.distillation ?? null,
    optimizer: job.optimizer,
    trainable: name => job.trainable.has(name),
    ...(job.rateShares && { rateShares: job.rateShares }),
    statistics: job.statistics,
    seed: job.seed,
  });
}

function initialOf(carried: readonly Carried[]): Map<string, Tensor> {
  return new Map(carried.map(({ input, initial }) => [input, initial]));
}

/** A slot is called after the input that reads it. */
function carriedLinks(carried: readonly Carried[]): {
  reads: Map<string, string>;
  writes: Map<string, string>;
} {
  return {
    reads: new Map(carried.map(({ input }) => [input, input])),
    writes: new Map(carried.map(({ input, output }) => [output, input])),
  };
}

function stepLinks({ parameters, statistics, state, accumulation }: TrainingGraph) {
  if (!accumulation) return carriedLinks([...parameters, ...statistics, ...state]);
  const { reads, writes } = carriedLinks([...statistics, ...accumulation.gradients]);
  return { reads: new Map([...reads, ...carriedLinks(parameters).reads]), writes };
}

function updateLinks({ parameters, state, accumulation }: TrainingGraph) {
  const { reads, writes } = carriedLinks([...parameters, ...state]);
  const sums = accumulation!.gradients.map(({ input, output }) => [output, input] as const);
  return { reads: new Map([...reads, ...sums]), writes };
}
