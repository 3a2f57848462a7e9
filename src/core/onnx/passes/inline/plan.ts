// How an If, Loop or Scan is said without nested graphs, or why it cannot be.
import type { GraphProto } from 'onnx-buf';
import { readGraph, readInt, readInts } from '../../attributes.ts';
import { constantTensor } from '../../constant.ts';
import { type GraphNode, operatorOf } from '../../graph.ts';
import { nodeOf } from '../../graph-proto.ts';
import { handedOn } from '../../infer/control-flow.ts';
import { storedTensor } from '../../stored-tensor.ts';
import type { Rewriter } from '../rewrite.ts';
import { splicer } from './splice.ts';

/** What is known of the values that a node reads. */
export interface Facts {
  /** Nothing where it depends on what the graph is fed. */
  known(name: string): readonly number[] | null | undefined;
  /** −1 is a size that depends on what the graph is fed. */
  shape(name: string): readonly number[] | undefined;
}

/** Loops are written out up to so many steps: each is the whole body again, which has to be compiled and kept. */
export const maxUnrolledSteps = 128;

/** Writes what stands for the node: the names of its outputs. Or says what is in the way. */
export type Plan = { readonly write: (r: Rewriter) => string[] } | { readonly obstacle: string };

type Planner = (node: GraphNode, facts: Facts) => Plan;

function bodyOf(node: GraphNode, name: string): GraphProto | null {
  return readGraph(node, name) ?? null;
}

const planIf: Planner = (node, facts) => {
  const [condition] = node.inputs as [string];
  const known = facts.known(condition)?.[0];
  if (known === undefined) return { obstacle: `its condition '${condition}' is not known before the run` };
  const branch = bodyOf(node, known ? 'then_branch' : 'else_branch');
  return branch ? { write: r => splicer(r.graph, branch)([]) } : { obstacle: 'a branch is missing' };
};

const planLoop: Planner = (node, facts) => {
  const [trips = '', start = '', ...initial] = node.inputs;
  const body = bodyOf(node, 'body');
  if (!body) return { obstacle: 'its body is missing' };
  const count = trips === '' ? undefined : facts.known(trips)?.[0];
  if (count === undefined) return { obstacle: 'how often it runs is not known before the run' };
  if (count > maxUnrolledSteps) return tooMany(count);
  const isStarted = start === '' || facts.known(start)?.[0] === 1;
  if (!isStarted || !staysTrue(body, facts)) return { obstacle: 'it may end early' };
  const given = body.output.length - 1 - initial.length;
  if (count === 0 && given > 0) return { obstacle: 'it never runs' };
  const axes = Array.from({ length: given }, () => 0);
  return {
    write: r => {
      const splice = splicer(r.graph, body);
      const go = r.bool(1);
      return unrolled(r, { count, initial, axes }, (state, i) => splice([r.int(i), go, ...state]).slice(1));
    },
  };
};

/** The condition that the body gives is the one it got, or a constant. */
function staysTrue(body: GraphProto, facts: Facts): boolean {
  const given = handedOn(body.output[0]?.name ?? '', body.node);
  if (given === body.input[1]?.name) return true;
  const proto = body.initializer.find(({ name }) => name === given);
  if (proto) return storedTensor(proto, given)?.data[0] === 1;
  const maker = body.node.find(({ output }) => output.includes(given));
  if (maker) return maker.opType === 'Constant' && constantTensor(nodeOf(maker))?.data[0] === 1;
  return facts.known(given)?.[0] === 1;
}

const planScan: Planner = (node, facts) => {
  const body = bodyOf(node, 'body');
  const sequenceCount = readInt(node, 'num_scan_inputs', 0);
  if (!body || sequenceCount === 0) return { obstacle: 'its body is missing' };
  const initial = node.inputs.slice(0, -sequenceCount);
  const names = node.inputs.slice(-sequenceCount);
  const inputAxes = readInts(node, 'scan_input_axes', []);
  const sequences = names.map((name, i) => ({ name, axis: inputAxes[i] ?? 0 }));
  const count = facts.shape(names[0]!)?.at(sequences[0]!.axis) ?? -1;
  if (count < 0) return { obstacle: 'how long its sequences are is not known before the run' };
  if (count > maxUnrolledSteps) return tooMany(count);
  const given = body.output.length - initial.length;
  if (count === 0 && given > 0) return { obstacle: 'it never runs' };
  const outputAxes = readInts(node, 'scan_output_axes', []);
  const axes = Array.from({ length: given }, (_, i) => outputAxes[i] ?? 0);
  const backwards = (name: string, i: number) => readInts(node, name, [])[i] === 1;
  return {
    write: r => {
      const splice = splicer(r.graph, body);
      const slices = sequences.map(({ name, axis }, i) => {
        const parts = slicesAlong(r, name, axis, count);
        return backwards('scan_input_directions', i) ? parts.reverse() : parts;
      });
      const isReversed = axes.map((_, i) => backwards('scan_output_directions', i));
      return unrolled(r, { count, initial, axes, isReversed }, (state, step) =>
        splice([...state, ...slices.map(parts => parts[step]!)]),
      );
    },
  };
};

function tooMany(steps: number): Plan {
  return { obstacle: `it runs ${steps} steps, of which at most ${maxUnrolledSteps} are written out` };
}

interface Course {
  readonly count: number;
  readonly initial: readonly string[];
  /** Of what each step gives beside the state: where it is stacked. */
  readonly axes: readonly number[];
  readonly isReversed?: readonly boolean[];
}

/** `step` answers the next state and then what it gives. */
function unrolled(
  r: Rewriter,
  { count, initial, axes, isReversed = [] }: Course,
  step: (state: readonly string[], index: number) => string[],
): string[] {
  let state: readonly string[] = initial;
  const given: string[][] = axes.map(() => []);
  for (let i = 0; i < count; i++) {
    const results = step(state, i);
    state = results.slice(0, initial.length);
    results.slice(initial.length).forEach((name, at) => given[at]!.push(name));
  }
  const stacks = given.map((parts, i) => stacked(r, isReversed[i] ? parts.reverse() : parts, axes[i]!));
  return [...state, ...stacks];
}

function stacked(r: Rewriter, parts: readonly string[], axis: number): string {
  const at = r.ints([axis]);
  const wide = parts.map(name => r.op('Unsqueeze', [name, at]));
  return r.op('Concat', wide, { axis: { int: axis } });
}

/** One value for each place along the axis, which is gone from them. */
function slicesAlong(r: Rewriter, name: string, axis: number, count: number): string[] {
  const at = r.ints([axis]);
  if (count === 1) return [r.op('Squeeze', [name, at])];
  const parts = r.split(
    name,
    axis,
    Array.from({ length: count }, () => 1),
  );
  return parts.map(part => r.op('Squeeze', [part, at]));
}

const planners: Readonly<Record<string, Planner>> = { If: planIf, Loop: planLoop, Scan: planScan };

/** Operators that run nested graphs. */
export const controlFlow: ReadonlySet<string> = new Set(Object.keys(planners));

export function isControlFlow(node: Pick<GraphNode, 'op' | 'domain'>): boolean {
  return controlFlow.has(operatorOf(node));
}

/** Of an operator that runs nested graphs. */
export function planOf(node: GraphNode, facts: Facts): Plan {
  return planners[operatorOf(node)]!(node, facts);
}
