// Types of what runs nested graphs: If, Loop and Scan.
import { sameNumbers } from './known.ts';
import { type InferRule, type NodeContext, type, type ValueType } from './node-context.ts';

/** A loop whose state changes shape is followed step by step, up to so many. */
const maxFollowedSteps = 256;

function describe({ datatype, shape }: ValueType): string {
  return `${datatype} [${shape.join(', ')}]`;
}

function isAlike(a: ValueType, b: ValueType): boolean {
  return a.datatype === b.datatype && a.shape.join() === b.shape.join();
}

/** Without the elements: they are another time's. */
function typeOnly({ datatype, shape }: ValueType): ValueType {
  return type(datatype, shape);
}

/** Where the condition is known its branch alone counts; else both must give the same. */
const branch: InferRule = node => {
  const { value } = node.input(0);
  if (value) return node.body(node.known(0)[0] ? 'then_branch' : 'else_branch', []);
  const [yes, no] = [node.body('then_branch', []), node.body('else_branch', [])];
  if (yes.length !== no.length) node.fail(`its branches have ${yes.length} and ${no.length} outputs`);
  return yes.map((left, i) => {
    const right = no[i]!;
    if (!isAlike(left, right)) {
      node.fail(
        `its branches give ${describe(left)} and ${describe(right)}, and which one runs is not known`,
      );
    }
    return left.value && right.value && sameNumbers(left.value, right.value) ? left : typeOnly(left);
  });
};

/** The state goes in and comes out: (trip count, condition, state…) → (state…, what each step gives, stacked). */
const loop: InferRule = node => {
  const initial = node.inputTypesFrom(2).map(typeOnly);
  const step = (state: readonly ValueType[]) => {
    const [condition, ...rest] = node.body('body', [type('INT64', []), type('BOOL', []), ...state]);
    return { condition, state: rest.slice(0, state.length), given: rest.slice(state.length) };
  };
  const first = step(initial);
  // A loop that may end early runs as often as the numbers in it say.
  const trips = isAlwaysTrue(node, first.condition) ? (node.knownOptional(0)?.[0] ?? null) : null;
  if (trips === null && first.given.length > 0) node.fail('how often it runs is not known');
  const stacked = first.given.map(({ datatype, shape }) => type(datatype, [trips ?? 0, ...shape]));
  const unsteady = first.state.findIndex((each, i) => !isAlike(each, initial[i]!));
  if (unsteady < 0) return [...initial, ...stacked];
  if (trips === null || trips > maxFollowedSteps || first.given.length > 0) {
    changesShape(node, unsteady, initial[unsteady]!, first.state[unsteady]!);
  }
  let state = initial;
  for (let i = 0; i < trips; i++) state = step(state).state.map(typeOnly);
  return state;
};

function changesShape(node: NodeContext, i: number, before: ValueType, after: ValueType): never {
  return node.fail(`its state ${i} goes in as ${describe(before)} and comes out as ${describe(after)}`);
}

/** The condition that a step gives is true before the run, and so is that of the start. */
function isAlwaysTrue(node: NodeContext, given: ValueType | undefined): boolean {
  const start = node.optional(1);
  const body = node.graph('body');
  const isHandedOn = handedOn(body.output[0]?.name ?? '', body.node) === body.input[1]?.name;
  const isStartTrue = !start || (start.value !== undefined && node.known(1)[0] === 1);
  const isGivenTrue = given?.value !== undefined && given.value.data[0] === 1;
  return isStartTrue && (isHandedOn || isGivenTrue);
}

interface Handing {
  readonly opType: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
}

/** The name that a value had before Identity nodes. */
export function handedOn(name: string, nodes: readonly Handing[]): string {
  const maker = nodes.find(({ opType, output }) => opType === 'Identity' && output[0] === name);
  return maker ? handedOn(maker.input[0]!, nodes) : name;
}

/** (state…, sequences…) → (state…, what each step gives, stacked). */
const scan: InferRule = node => {
  if (node.opset < 9) node.fail('Scan of opset 8 has batches');
  const inputs = node.inputTypesFrom(0).map(typeOnly);
  const count = node.int('num_scan_inputs', 0);
  const [state, sequences] = [inputs.slice(0, -count), inputs.slice(-count)];
  const axes = sequences.map(({ shape }, i) =>
    node.axis(node.ints('scan_input_axes')?.[i] ?? 0, shape.length),
  );
  const length = sequences[0]?.shape[axes[0]!] ?? node.fail('it has no sequence');
  const other = sequences.findIndex(({ shape }, i) => shape[axes[i]!] !== length);
  if (other >= 0) node.fail(`its sequences are ${length} and ${sequences[other]!.shape[axes[other]!]} long`);
  const slices = sequences.map(({ datatype, shape }, i) => type(datatype, shape.toSpliced(axes[i]!, 1)));
  const results = node.body('body', [...state, ...slices]);
  const given = results.slice(state.length).map(({ datatype, shape }, i) => {
    const axis = node.axis(node.ints('scan_output_axes')?.[i] ?? 0, shape.length + 1);
    return type(datatype, shape.toSpliced(axis, 0, length));
  });
  for (const [i, each] of state.entries()) {
    if (!isAlike(each, results[i]!)) changesShape(node, i, each, results[i]!);
  }
  return [...state, ...given];
};

export const controlFlowRules: Readonly<Record<string, InferRule>> = { If: branch, Loop: loop, Scan: scan };
