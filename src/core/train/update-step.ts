// From gradients to new parameters: at the end of the graph that made the gradients, or, where several batches' are added
// up, in a graph of its own.
import type { Bytes } from '../artifact/digest.ts';
import { Graph } from '../onnx/graph.ts';
import { elements, float32, type Tensor } from '../tensor.ts';
import { addInput } from './forward.ts';
import { Tape } from './gradient/tape.ts';
import { averageSlot, buildUpdate, type OptimizerSettings, scalarsOf, slotsOf } from './optimizers/update.ts';

/** What a step takes under `input` and gives back, for the next step, under `output`. The slot is called as the input is. */
export interface Carried {
  readonly input: string;
  readonly output: string;
  readonly initial: Tensor;
}

/** The step in two graphs: the first adds a batch's gradients to those before, `update` goes by their sum. */
export interface Accumulation {
  /** Carried from batch to batch, from 0 at each step; `update` reads them under `output`. */
  readonly gradients: readonly Carried[];
  readonly update: Bytes;
}

/** Parameters that are moved together. */
export interface Group {
  /** The graph's input that holds them. */
  readonly slot: string;
  readonly initial: Tensor;
  /** Of `initial`'s shape. */
  readonly gradient: string;
  readonly decays: boolean;
  /** Of the learning rate, that they are moved by. */
  readonly rateShare: number;
}

export interface UpdateStep {
  readonly parameters: readonly Carried[];
  readonly state: readonly Carried[];
  readonly accumulation: Accumulation | null;
  /** Slot of parameters → the slot with their averages, where the optimizer keeps them. */
  readonly averages: ReadonlyMap<string, string>;
  /** Scalar of the optimizer → the input it is fed to. */
  readonly scalarNames: Readonly<Record<string, string>>;
  /** Of the graph that made the gradients, for the next step. */
  readonly outputs: readonly string[];
}

/** The update at the end of the gradients' own graph. */
export function updateHere(tape: Tape, optimizer: OptimizerSettings, groups: readonly Group[]): UpdateStep {
  const scalarNames = addScalars(tape, optimizer);
  const slots = slotsOf(optimizer);
  const inputs = groups.map(({ slot, initial: { shape }, gradient, decays, rateShare }) => ({
    value: slot,
    gradient,
    decays,
    rateShare,
    state: slots.map(name => addInput(tape, `${slot}.${name}`, { datatype: 'FP32', shape }).name),
  }));
  const updated = buildUpdate(tape, optimizer, inputs, scalarNames);
  const parameters = groups.map(({ slot, initial }, i) => {
    return { input: slot, output: updated[i]!.value, initial };
  });
  const averages = new Map<string, string>();
  const state = groups.flatMap(({ slot, initial }, i) =>
    slots.map((name, s) => {
      const input = inputs[i]!.state[s]!;
      if (name === averageSlot) averages.set(slot, input);
      return {
        input,
        output: updated[i]!.state[s]!,
        initial: name === averageSlot ? initial : zeros(initial.shape),
      };
    }),
  );
  const outputs = [...parameters, ...state].map(({ output }) => output);
  return { parameters, state, averages, accumulation: null, scalarNames, outputs };
}

/** Adds gradients up in their own graph, and takes the step in another. */
export function updateApart(tape: Tape, optimizer: OptimizerSettings, groups: readonly Group[]): UpdateStep {
  const gradients = groups.map(({ slot, initial: { shape }, gradient }) => {
    const before = addInput(tape, `${slot}.gradient`, { datatype: 'FP32', shape });
    return { input: before.name, output: tape.op('Add', [before.name, gradient]), initial: zeros(shape) };
  });
  const second = Tape.over(new Graph());
  const sums = groups.map((group, i) => {
    const type = { datatype: 'FP32', shape: group.initial.shape } as const;
    addInput(second, group.slot, type);
    return { ...group, gradient: addInput(second, gradients[i]!.output, type).name };
  });
  const step = updateHere(second, optimizer, sums);
  setOutputs(second, step.outputs);
  return {
    ...step,
    accumulation: { gradients, update: second.graph.toBytes() },
    outputs: gradients.map(({ output }) => output),
  };
}

export function setOutputs(tape: Tape, names: readonly string[]): void {
  tape.graph.outputs = names.map(name => {
    const { datatype, shape } = tape.type(name);
    return { name, datatype, shape: [...shape] };
  });
}

function addScalars(tape: Tape, optimizer: OptimizerSettings): Record<string, string> {
  const keys = Object.keys(scalarsOf(optimizer, 1, 0));
  return Object.fromEntries(
    keys.map(key => [key, addInput(tape, key, { datatype: 'FP32', shape: [] }).name]),
  );
}

function zeros(shape: readonly number[]): Tensor {
  return float32(shape, new Float32Array(elements(shape)));
}
