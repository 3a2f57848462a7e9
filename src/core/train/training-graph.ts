// One ONNX graph for a whole training step: forward, loss, gradient, update. Parameters and the optimizer's state go in
// and come out; whoever runs it carries them from one step to the next.
import type { Bytes } from '../artifact/digest.ts';
import { HaversackError } from '../errors.ts';
import { type GraphNode, operatorOf, type ValueSpec } from '../onnx/graph.ts';
import { inferShapes } from '../onnx/infer.ts';
import { float32, type Tensor } from '../tensor.ts';
import { useBatchStatistics } from './batch-statistics.ts';
import {
  addInput,
  buildForward,
  type FedParameter,
  type Forward,
  type ForwardOptions,
  type TeacherInputs,
} from './forward.ts';
import { drawDropout } from './gradient/dropout.ts';
import { gradient } from './gradient/gradient.ts';
import type { Tape } from './gradient/tape.ts';
import { spellOutLogSoftmax } from './log-softmax.ts';
import { liveBytes, totalBytes } from './live-bytes.ts';
import type { StepMemory } from './memory.ts';
import { movingValues } from './moving.ts';
import { decays, type OptimizerSettings, scalarsOf } from './optimizers/update.ts';
import { followBatches } from './running-statistics.ts';
import { fillSlots, layOut, type Layout, type Member, membersOf } from './slot-layout.ts';
import { joinForSlot, readFromSlots } from './slots-in-graph.ts';
import {
  type Accumulation,
  type Carried,
  type Group,
  setOutputs,
  updateApart,
  updateHere,
  type UpdateStep,
} from './update-step.ts';

export type { Carried };

export interface TrainingGraphOptions extends Omit<ForwardOptions, 'fed' | 'keep'> {
  readonly optimizer: OptimizerSettings;
  readonly trainable: (name: string) => boolean;
  /** Parameter → the share of the learning rate that it is moved by; those that are absent by all of it. */
  readonly rateShares?: ReadonlyMap<string, number>;
  /** `batch`: batch normalization by the batch's own statistics, which the running ones follow. */
  readonly statistics: 'batch' | 'frozen';
  /** Of dropout's masks. */
  readonly seed: number;
}

export interface TrainingGraph {
  readonly file: Bytes;
  /** Slots with the parameters. */
  readonly parameters: readonly Carried[];
  /** Slots with running statistics of batch normalization: they follow the data, not the gradient. */
  readonly statistics: readonly Carried[];
  /** Of the optimizer. */
  readonly state: readonly Carried[];
  /**
   * Initializer of the model that changes → where the value that is kept of it lies: averaged, where the optimizer
   * averages.
   */
  readonly kept: Layout;
  readonly inputs: {
    /** The step's number, from 1, FP32, that dropout's masks go by; null where the model drops nothing. */
    readonly step: string | null;
    readonly data: readonly ValueSpec[];
    readonly target: ValueSpec;
    readonly weights: ValueSpec;
    /** Null without distillation. */
    readonly teacher: TeacherInputs | null;
  };
  readonly outputs: {
    readonly loss: string;
    /** What the loss reads: logits, for the losses over classes. */
    readonly prediction: string;
  };
  /** Null where `file` is a whole step. */
  readonly accumulation: Accumulation | null;
  readonly memory: StepMemory;
  /** What the step (with `accumulation`, its second graph) is fed beside the rest. @param step from 1 */
  scalars(step: number, learningRate: number): Readonly<Record<string, Tensor>>;
}

/**
 * @throws HaversackError `TrainingImpossible` (no parameter, an operator without a gradient), `OperatorUnsupported`,
 * `ModelInvalid`
 */
export function buildTrainingGraph(options: TrainingGraphOptions): TrainingGraph {
  const { optimizer, trainable } = options;
  const prepared =
    options.statistics === 'batch'
      ? useBatchStatistics(options.model, trainable, inferShapes(options.model, options.inputShapes))
      : { model: options.model, running: [] };
  const running = new Map(prepared.running.map(({ name, batch }) => [name, batch]));
  const forward = buildForward({
    ...options,
    model: prepared.model,
    keep: [...running.values()],
    fed: name => trainable(name) || running.has(name),
  });
  const trained = forward.parameters.filter(({ name }) => trainable(name));
  if (trained.length === 0) {
    throw new HaversackError(
      'TrainingImpossible',
      `No parameter that is to be trained changes '${options.output}'.`,
    );
  }
  const { tape } = forward;
  const step = drawMasks(tape, options);
  const gradients = gradient(tape, { loss: forward.loss, wrt: trained.map(({ name }) => name) });
  const shareOf = (name: string) => options.rateShares?.get(name) ?? 1;
  const parameters = layOutParameters(tape, optimizer, trained, shareOf);
  const statistics = followBatches(tape, options.model, prepared.running);
  readFromSlots(tape, new Map([...parameters, ...statistics.layout]));
  const groups = groupsOf(optimizer, parameters, trained, shareOf, members =>
    joinForSlot(tape, members, name => gradients.get(name)!),
  );
  const update = ((optimizer.options?.accumulate ?? 1) > 1 ? updateApart : updateHere)(
    tape,
    optimizer,
    groups,
  );
  spellOutLogSoftmax(tape);
  const outputs = { loss: forward.loss, prediction: forward.prediction };
  const carried = statistics.carried.map(({ output }) => output);
  setOutputs(tape, [outputs.loss, outputs.prediction, ...update.outputs, ...carried]);
  const file = tape.graph.toBytes();
  return {
    file,
    memory: memoryOf(tape, update, statistics.carried),
    parameters: update.parameters,
    statistics: statistics.carried,
    state: update.state,
    kept: new Map([...keptOf(parameters, update.averages), ...statistics.layout]),
    inputs: { step, ...inputsOf(forward) },
    outputs,
    accumulation: update.accumulation,
    scalars: (at, learningRate) =>
      Object.fromEntries(
        Object.entries(scalarsOf(optimizer, at, learningRate)).map(([key, value]) => [
          update.scalarNames[key]!,
          float32([], [value]),
        ]),
      ),
  };
}

function memoryOf(
  tape: Tape,
  { parameters, state, accumulation }: UpdateStep,
  statistics: readonly Carried[],
): StepMemory {
  const carried = [...parameters, ...statistics, ...state, ...(accumulation?.gradients ?? [])];
  const values = liveBytes(tape.graph, name => tape.type(name));
  const slots = new Set(carried.map(({ input }) => input));
  const fed = tape.graph.inputs.filter(({ name }) => !slots.has(name));
  return {
    constants: totalBytes([...tape.graph.initializers.values()]),
    carried: totalBytes(carried.map(({ initial }) => initial)),
    fed: totalBytes(fed),
    values,
  };
}

type ShareOf = (name: string) => number;

/** Those whose weights decay lie apart from those whose do not, and those of each share of the learning rate from others. */
function layOutParameters(
  tape: Tape,
  optimizer: OptimizerSettings,
  trained: readonly FedParameter[],
  shareOf: ShareOf,
): Layout {
  const decaying = ({ initial }: FedParameter) => decays(optimizer, initial.shape);
  const slotName = () => tape.graph.fresh('parameters');
  const shares = new Set(trained.map(({ name }) => shareOf(name)));
  const groups = [...shares].flatMap(share => {
    const alike = trained.filter(({ name }) => shareOf(name) === share);
    return [alike.filter(decaying), alike.filter(parameter => !decaying(parameter))];
  });
  return new Map(groups.flatMap(group => [...layOut(group, slotName)]));
}

function groupsOf(
  optimizer: OptimizerSettings,
  layout: Layout,
  trained: readonly FedParameter[],
  shareOf: ShareOf,
  gradientOf: (members: readonly Member[]) => string,
): Group[] {
  const initial = fillSlots(layout, new Map(trained.map(each => [each.name, each.initial])));
  return Array.from(membersOf(layout), ([slot, members]) => ({
    slot,
    initial: initial.get(slot)!,
    gradient: gradientOf(members),
    decays: decays(optimizer, members[0]!.shape),
    rateShare: shareOf(members[0]!.name),
  }));
}

function keptOf(parameters: Layout, averages: ReadonlyMap<string, string>): Layout {
  return new Map(
    Array.from(parameters, ([name, place]) => [
      name,
      { ...place, slot: averages.get(place.slot) ?? place.slot },
    ]),
  );
}

/** Only what training moves is dropped: the rest may come from a cache. */
function drawMasks(tape: Tape, { trainable, seed }: TrainingGraphOptions): string | null {
  const moving = movingValues(tape.graph, trainable);
  const drops = tape.graph.nodes.filter(node => operatorOf(node) === 'Dropout');
  const [dropped, still] = [true, false].map(moves =>
    drops.filter(({ inputs }) => moving.has(inputs[0]!) === moves),
  ) as [GraphNode[], GraphNode[]];
  for (const node of still) {
    const [x] = node.inputs as [string];
    tape.replace(node, [x, ...node.outputs.slice(1).map(() => tape.filled(1, tape.shape(x), 'BOOL'))]);
  }
  if (dropped.length === 0) return null;
  const { name } = addInput(tape, 'step', { datatype: 'FP32', shape: [] });
  drawDropout(tape, { step: name, seed });
  return name;
}

function inputsOf({ data, target, weights, teacher }: Forward): Omit<TrainingGraph['inputs'], 'step'> {
  return { data, target, weights, teacher };
}
