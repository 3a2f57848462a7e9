// LSTM, GRU and RNN (ONNX, opset 14) spelled out, step by step, in operators that have gradients. The products of the inputs
// with their weights are one product for all steps.
import { readFloat, readInt, readString, readStrings } from '../../../onnx/attributes.ts';
import { HaversackError } from '../../../errors.ts';
import { describeNode, type GraphNode } from '../../../onnx/graph.ts';
import { isSame } from '../axes.ts';
import type { Spelling } from '../rule.ts';
import type { Tape } from '../tape.ts';

type Activation = (t: Tape, x: string) => string;

/** What a direction of a recurrent layer is made of. */
interface Layer {
  readonly t: Tape;
  readonly node: GraphNode;
  readonly direction: number;
  readonly hidden: number;
  /** [batch, gates · hidden] a step: the inputs' share, with the biases that are not the state's own. */
  readonly inputs: readonly string[];
  /** [gates · hidden, hidden] */
  readonly recurrent: string;
  /** [gates · hidden], or null: the biases of the state's share. */
  readonly recurrentBias: string | null;
  readonly activations: readonly Activation[];
}

/** Values that a cell hands on: the state, and of an LSTM its memory. */
type State = readonly string[];
type Cell = (layer: Layer, input: string, state: State) => State;

interface Kind {
  readonly gates: number;
  readonly activations: readonly string[];
  /** How many values a cell hands on. */
  readonly states: number;
  readonly cell: (node: GraphNode) => Cell;
}

const known: Readonly<Record<string, Activation>> = {
  Sigmoid: (t, x) => t.op('Sigmoid', [x]),
  Tanh: (t, x) => t.op('Tanh', [x]),
  Relu: (t, x) => t.op('Relu', [x]),
  HardSigmoid: (t, x) => t.op('HardSigmoid', [x]),
  Softsign: (t, x) => t.op('Softsign', [x]),
  Softplus: (t, x) => t.op('Softplus', [x]),
};

// i, o, f = σ(x Wᵀ + h Rᵀ + b), with peepholes + p ⊙ c; g = tanh(…); c′ = f ⊙ c + i ⊙ g; h′ = o ⊙ tanh c′
const lstmCell: Cell = (layer, input, state) => {
  const { t, recurrent } = layer;
  const [h, c] = state as [string, string];
  const [f, g, out] = layer.activations as [Activation, Activation, Activation];
  const gates = t.op('Gemm', [h, recurrent, input], { transB: { int: 1 } });
  const peepholes = peepholesOf(layer);
  if (peepholes === null) {
    const [three, one] = t.parts(gates, 1, [3 * layer.hidden, layer.hidden]) as [string, string];
    const [i, o, forget] = t.parts(
      f(t, clipped(layer, three)),
      1,
      [1, 1, 1].map(n => n * layer.hidden),
    ) as [string, string, string];
    const memory = t.add(t.mul(forget, c), t.mul(i, g(t, clipped(layer, one))));
    return [t.mul(o, out(t, memory)), memory];
  }
  const [pi, po, pf] = peepholes as [string, string, string];
  const [i, o, forget, one] = t.parts(gates, 1, Array<number>(4).fill(layer.hidden)) as [
    string,
    string,
    string,
    string,
  ];
  const kept = t.mul(f(t, clipped(layer, t.add(forget, t.mul(pf, c)))), c);
  const taken = t.mul(f(t, clipped(layer, t.add(i, t.mul(pi, c)))), g(t, clipped(layer, one)));
  const memory = t.add(kept, taken);
  return [t.mul(f(t, clipped(layer, t.add(o, t.mul(po, memory)))), out(t, memory)), memory];
};

/** p of i, o and f, [hidden] each. */
function peepholesOf({ t, node, direction, hidden }: Layer): string[] | null {
  const name = node.inputs[7] ?? '';
  return name === '' ? null : t.parts(ofDirection(t, name, direction), 0, Array<number>(3).fill(hidden));
}

// z, r = σ(x Wᵀ + h Rᵀ + b); h̃ = tanh(x Wᵀ + (r ⊙ h) Rᵀ + b), or r ⊙ (h Rᵀ + b) with `linear_before_reset`;
// h′ = (1 − z) ⊙ h̃ + z ⊙ h
const gruCell =
  (isLinearFirst: boolean): Cell =>
  (layer, input, state) => {
    const { t, hidden } = layer;
    const [h] = state as [string];
    const [f, g] = layer.activations as [Activation, Activation];
    const split = [2 * hidden, hidden];
    const [inputZR, inputH] = t.parts(input, 1, split) as [string, string];
    const times = (left: string, right: string, plus: string | undefined) =>
      t.op('Gemm', plus === undefined ? [left, right] : [left, right, plus], { transB: { int: 1 } });
    const { recurrent, recurrentBias: bias } = layer;
    const gates = (zr: string) => {
      const active = f(t, clipped(layer, t.add(zr, inputZR)));
      return t.parts(active, 1, [hidden, hidden]) as [string, string];
    };
    const candidateOf = (ofState: string) => g(t, clipped(layer, t.add(ofState, inputH)));
    if (isLinearFirst) {
      // One product for all three gates.
      const [ofZR, ofH] = t.parts(times(h, recurrent, bias ?? undefined), 1, split) as [string, string];
      const [z, r] = gates(ofZR);
      return [mixed(t, z, h, candidateOf(t.mul(r, ofH)))];
    }
    const [recurrentZR, recurrentH] = t.parts(recurrent, 0, split) as [string, string];
    const [biasZR, biasH] = bias === null ? [] : t.parts(bias, 0, split);
    const [z, r] = gates(times(h, recurrentZR, biasZR));
    return [mixed(t, z, h, candidateOf(times(t.mul(r, h), recurrentH, biasH)))];
  };

/** (1 − z) ⊙ a + z ⊙ h */
function mixed(t: Tape, z: string, h: string, a: string): string {
  return t.add(a, t.mul(z, t.sub(h, a)));
}

// h′ = tanh(x Wᵀ + h Rᵀ + b)
const rnnCell: Cell = (layer, input, state) => {
  const { t, recurrent } = layer;
  const gates = t.op('Gemm', [state[0]!, recurrent, input], { transB: { int: 1 } });
  return [layer.activations[0]!(t, clipped(layer, gates))];
};

function clipped({ t, node }: Layer, x: string): string {
  const limit = readFloat(node, 'clip');
  if (limit === undefined) return x;
  return t.op('Clip', [x, t.scalar(-limit, t.datatype(x)), t.scalar(limit, t.datatype(x))]);
}

function ofDirection(t: Tape, name: string, direction: number): string {
  const part = t.slice(name, [0], [direction], [direction + 1]);
  return t.reshape(part, t.shape(name).slice(1));
}

function spellOut(kind: Kind): Spelling {
  return (node, t) => {
    const [x, w] = node.inputs as [string, string];
    if (readInt(node, 'layout', 0) !== 0) throw unknown(node, 'layout 1');
    if (readInt(node, 'input_forget', 0) !== 0) throw unknown(node, 'input_forget');
    if (node.attributes['activation_alpha'] ?? node.attributes['activation_beta']) {
      throw unknown(node, 'activation_alpha or activation_beta');
    }
    const steps = t.shape(x)[0]!;
    const directions = t.shape(w)[0]!;
    const runs = Array.from({ length: directions }, (_, direction) => {
      const isReverse = direction === 1 || readString(node, 'direction', 'forward') === 'reverse';
      return runOf(kind, layerOf(kind, node, t, direction), steps, isReverse);
    });
    // Y [steps, directions, batch, hidden], then Y_h and Y_c [directions, batch, hidden].
    const every = stack(
      t,
      Array.from({ length: steps }, (_, i) =>
        stack(
          t,
          runs.map(run => run.outputs[i]!),
        ),
      ),
    );
    const last = Array.from({ length: kind.states }, (_, i) =>
      stack(
        t,
        runs.map(run => run.last[i]!),
      ),
    );
    return [every, ...last];
  };
}

function stack(t: Tape, values: readonly string[]): string {
  const rows = values.map(value => t.reshape(value, [1, ...t.shape(value)]));
  return t.op('Concat', rows, { axis: { int: 0 } });
}

function layerOf(kind: Kind, node: GraphNode, t: Tape, direction: number): Layer {
  const [x, w, r, b = ''] = node.inputs as [string, string, string, string?];
  const [steps, batch, features] = t.shape(x) as [number, number, number];
  const hidden = t.shape(r)[2]!;
  const width = kind.gates * hidden;
  const biases = b === '' ? null : t.parts(ofDirection(t, b, direction), 0, [width, width]);
  // A GRU multiplies its state's share before the biases of the candidate are added.
  const joined = biases === null ? null : kind.gates === 3 ? biases[0]! : t.add(biases[0]!, biases[1]!);
  const flat = [t.reshape(x, [steps * batch, features]), ofDirection(t, w, direction)];
  const product = t.op('Gemm', joined === null ? flat : [...flat, joined], { transB: { int: 1 } });
  const names = readStrings(node, 'activations') ?? [];
  const own = names.length > 0 ? names.slice(direction * kind.activations.length) : kind.activations;
  return {
    t,
    node,
    direction,
    hidden,
    inputs: t.parts(product, 0, Array<number>(steps).fill(batch)),
    recurrent: ofDirection(t, r, direction),
    recurrentBias: kind.gates === 3 ? (biases?.[1] ?? null) : null,
    activations: kind.activations.map(
      (_, i) => known[own[i]!] ?? fail(unknown(node, `activation ${own[i]!}`)),
    ),
  };
}

function runOf(
  kind: Kind,
  layer: Layer,
  steps: number,
  isReverse: boolean,
): { outputs: string[]; last: State } {
  const { t, node, direction, hidden } = layer;
  const batch = t.shape(layer.inputs[0]!)[0]!;
  const zero = t.filled(0, [batch, hidden], t.datatype(layer.inputs[0]!));
  const initial = (position: number) => {
    const name = node.inputs[position] ?? '';
    return name === '' ? zero : ofDirection(t, name, direction);
  };
  let state: State = Array.from({ length: kind.states }, (_, i) => initial(5 + i));
  const outputs = Array<string>(steps).fill(zero);
  const cell = kind.cell(node);
  for (let i = 0; i < steps; i++) {
    const step = isReverse ? steps - 1 - i : i;
    const next = cell(layer, layer.inputs[step]!, state);
    const lives = livesAt(t, node.inputs[4] ?? '', step, steps);
    const before = state;
    state = lives === null ? next : next.map((value, j) => t.where(lives, value, before[j]!));
    outputs[step] = lives === null ? next[0]! : t.where(lives, next[0]!, 0);
  }
  return { outputs, last: state };
}

/** [batch, 1]: whether a sequence is that long; null where all are. */
function livesAt(t: Tape, lengths: string, step: number, steps: number): string | null {
  if (lengths === '') return null;
  const batch = t.shape(lengths)[0]!;
  if (isSame(t.known(lengths) ?? [], Array<number>(batch).fill(steps))) return null;
  return t.greater(t.reshape(t.cast(lengths, 'FP32'), [batch, 1]), step);
}

function unknown(node: GraphNode, what: string): HaversackError {
  return new HaversackError('TrainingImpossible', `${describeNode(node)} has no gradient with ${what}.`);
}

function fail(error: HaversackError): never {
  throw error;
}

export const recurrent: Readonly<Record<string, Spelling>> = {
  LSTM: spellOut({ gates: 4, activations: ['Sigmoid', 'Tanh', 'Tanh'], states: 2, cell: () => lstmCell }),
  GRU: spellOut({
    gates: 3,
    activations: ['Sigmoid', 'Tanh'],
    states: 1,
    cell: node => gruCell(readInt(node, 'linear_before_reset', 0) !== 0),
  }),
  RNN: spellOut({ gates: 1, activations: ['Tanh'], states: 1, cell: () => rnnCell }),
};
