// One ONNX graph for a whole training step: forward, loss, gradient, update. Parameters and the optimizer's state go in
// and come out; whoever runs it carries them from one step to the next.
import type { Bytes } from '../artifact/digest.ts';
import { HaversackError } from '../errors.ts';
import { Graph, type GraphNode, operatorOf, type ValueSpec } from '../onnx/graph.ts';
import { inferShapes } from '../onnx/infer.ts';
import { elements, float32, type Tensor } from '../tensor.ts';
import { useBatchStatistics } from './batch-statistics.ts';
import { addInput, buildForward, type Forward, type ForwardOptions, type TeacherInputs } from './forward.ts';
import { drawDropout } from './gradient/dropout.ts';
import { gradient } from './gradient/gradient.ts';
import { Tape } from './gradient/tape.ts';
import { movingValues } from './moving.ts';
import {
  averageSlot,
  buildUpdate,
  optimizerOf,
  type OptimizerSettings,
  slotsOf,
} from './optimizers/update.ts';

export interface TrainingGraphOptions extends Omit<ForwardOptions, 'fed' | 'keep'> {
  readonly optimizer: OptimizerSettings;
  readonly trainable: (name: string) => boolean;
  /** `batch`: batch normalization by the batch's own statistics, which the running ones follow. */
  readonly statistics: 'batch' | 'frozen';
  /** Of dropout's masks. */
  readonly seed: number;
}

/** What a step takes under `input` and gives back, for the next step, under `output`. */
export interface Carried {
  readonly input: string;
  readonly output: string;
  readonly initial: Tensor;
}

export interface TrainingGraph {
  readonly file: Bytes;
  /** `input` is the initializer's name in the model. */
  readonly parameters: readonly Carried[];
  /** Running statistics of batch normalization, likewise: they follow the data, not the gradient. */
  readonly statistics: readonly Carried[];
  /** Of the optimizer. */
  readonly state: readonly Carried[];
  /** Parameter's name → the input that holds its average, where the optimizer keeps one. */
  readonly averages: ReadonlyMap<string, string>;
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
  /** What the step (with `accumulation`, its second graph) is fed beside the rest. @param step from 1 */
  scalars(step: number, learningRate: number): Readonly<Record<string, Tensor>>;
}

/** The step in two graphs: `file` adds a batch's gradients to those before, `update` goes by their sum. */
export interface Accumulation {
  /** Carried from batch to batch, from 0 at each step; `update` reads them under `output`. */
  readonly gradients: readonly Carried[];
  readonly update: Bytes;
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
  const running = new Map(prepared.running.map(each => [each.name, each.next]));
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
  const parameters = trained.map(({ name, initial }) => {
    const { shape } = initial;
    return { name, initial, shape, gradient: gradients.get(name) ?? tape.filled(0, shape) };
  });
  const statistics = forward.parameters
    .filter(({ name }) => running.has(name))
    .map(({ name, initial }) => ({ input: name, output: running.get(name)!, initial }));
  const taken =
    (options.optimizer.options?.accumulate ?? 1) > 1
      ? accumulated(tape, optimizer, parameters)
      : wholeStep(tape, optimizer, parameters);
  const outputs = { loss: forward.loss, prediction: forward.prediction };
  setOutputs(tape, [
    outputs.loss,
    outputs.prediction,
    ...taken.outputs,
    ...statistics.map(({ output }) => output),
  ]);
  return {
    ...taken.carried,
    file: tape.graph.toBytes(),
    statistics,
    inputs: { step, ...inputsOf(forward) },
    outputs,
    scalars: (at, learningRate) => {
      const values = { learningRate, ...optimizerOf(optimizer).scalars(at) };
      return Object.fromEntries(
        Object.entries(values).map(([key, value]) => [taken.scalarNames[key]!, float32([], [value])]),
      );
    },
  };
}

interface Ready {
  readonly name: string;
  readonly initial: Tensor;
  readonly shape: readonly number[];
  readonly gradient: string;
}

interface Step {
  readonly carried: Pick<TrainingGraph, 'parameters' | 'state' | 'averages' | 'accumulation'>;
  readonly scalarNames: Readonly<Record<string, string>>;
  /** Of the first graph. */
  readonly outputs: readonly string[];
}

function wholeStep(tape: Tape, optimizer: OptimizerSettings, parameters: readonly Ready[]): Step {
  const scalarNames = addScalars(tape, optimizer);
  const slots = slotsOf(optimizer);
  const inputs = parameters.map(({ name, shape, gradient }) => ({
    value: name,
    gradient,
    state: slots.map(slot => addInput(tape, `${name}.${slot}`, { datatype: 'FP32', shape }).name),
  }));
  const updated = buildUpdate(tape, optimizer, inputs, scalarNames);
  const values = parameters.map(({ name, initial }, i) => {
    return { input: name, output: updated[i]!.value, initial };
  });
  const averages = new Map<string, string>();
  const state = parameters.flatMap(({ name, initial, shape }, i) =>
    slots.map((slot, s) => {
      const input = inputs[i]!.state[s]!;
      if (slot === averageSlot) averages.set(name, input);
      const zeros = () => float32(shape, new Float32Array(elements(shape)));
      return { input, output: updated[i]!.state[s]!, initial: slot === averageSlot ? initial : zeros() };
    }),
  );
  return {
    carried: { parameters: values, state, averages, accumulation: null },
    scalarNames,
    outputs: [...values, ...state].map(({ output }) => output),
  };
}

/** Adds gradients up in this tape's graph, and takes the step in one of its own. */
function accumulated(tape: Tape, optimizer: OptimizerSettings, parameters: readonly Ready[]): Step {
  const gradients = parameters.map(({ name, shape, gradient }) => {
    const before = addInput(tape, `${name}.gradient`, { datatype: 'FP32', shape });
    return {
      input: before.name,
      output: tape.op('Add', [before.name, gradient]),
      initial: float32(shape, new Float32Array(elements(shape))),
    };
  });
  const second = Tape.over(new Graph());
  const sums = parameters.map((parameter, i) => {
    addInput(second, parameter.name, { datatype: 'FP32', shape: parameter.shape });
    const { name } = addInput(second, gradients[i]!.output, { datatype: 'FP32', shape: parameter.shape });
    return { ...parameter, gradient: name };
  });
  const step = wholeStep(second, optimizer, sums);
  setOutputs(second, step.outputs);
  return {
    carried: { ...step.carried, accumulation: { gradients, update: second.graph.toBytes() } },
    scalarNames: step.scalarNames,
    outputs: gradients.map(({ output }) => output),
  };
}

function addScalars(tape: Tape, optimizer: OptimizerSettings): Record<string, string> {
  const keys = ['learningRate', ...Object.keys(optimizerOf(optimizer).scalars(1))];
  return Object.fromEntries(
    keys.map(key => [key, addInput(tape, key, { datatype: 'FP32', shape: [] }).name]),
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

function setOutputs(tape: Tape, names: readonly string[]): void {
  tape.graph.outputs = names.map(name => {
    const { datatype, shape } = tape.type(name);
    return { name, datatype, shape: [...shape] };
  });
}
