// Reverse-mode differentiation of an ONNX graph: appends the nodes that compute the gradients. Knows no operator: the rules
// do. (Griewank and Walther, Evaluating Derivatives, 2nd ed., §3.2.)
import { HaversackError } from '../../errors.ts';
import { describeNode, type GraphNode, namesRead, operatorOf } from '../../onnx/graph.ts';
import { isSame } from './axes.ts';
import { constantOperators, rules, straightThrough } from './rules.ts';
import type { CustomGradient, GradientRule, Tape } from './tape.ts';

export interface GradientOf {
  /** Of one element. */
  readonly loss: string;
  /** Graph inputs, initializers or values in between. Initializers that will change must be inputs, or not be folded. */
  readonly wrt: readonly string[];
}

/** An operator without a rule that stands between parameters and the loss. */
export interface Blocked {
  readonly node: GraphNode;
  readonly parameters: readonly string[];
}

/** One step of the way back: a node, or a stretch of nodes with a gradient of its own. */
interface Step {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly reads: readonly string[];
  readonly node: GraphNode;
  readonly custom: CustomGradient | null;
}

/**
 * Parameter → the name of d loss / d parameter, of the parameter's shape. A parameter that the loss does not depend on has
 * zeros. Only what these need is appended.
 * @throws HaversackError `TrainingImpossible`: an operator without a rule, and which parameters it blocks
 */
export function gradient(tape: Tape, { loss, wrt }: GradientOf): Map<string, string> {
  if (tape.shape(loss).some(size => size !== 1)) {
    throw new RangeError(
      `gradient: the loss '${loss}' is [${tape.shape(loss).join(', ')}], wanted one element`,
    );
  }
  const path = pathOf(tape, loss, wrt);
  throwIfBlocked(path);
  const mark = tape.mark();
  const grads = new Map([[loss, tape.filled(1, tape.shape(loss), tape.datatype(loss))]]);
  for (const step of path.steps.reverse()) {
    const grad = step.outputs.map(name => grads.get(name) ?? null);
    if (grad.every(name => name === null)) continue;
    const results = step.custom ? step.custom.rule(grad, tape) : ruleOf(step.node)!(step.node, grad, tape);
    step.inputs.forEach((input, position) => {
      const result = results[position] ?? null;
      if (result === null || !path.depends.has(input)) return;
      if (!isSame(tape.shape(result), tape.shape(input))) throw wrongShape(tape, step.node, input, result);
      grads.set(input, tape.plus(grads.get(input) ?? null, result)!);
    });
  }
  const found = new Map(
    wrt.map(name => [name, grads.get(name) ?? tape.filled(0, tape.shape(name), tape.datatype(name))]),
  );
  tape.prune(mark, found.values());
  return found;
}

/** What stands in the way of `gradient`; empty: nothing. */
export function blocked(tape: Tape, { loss, wrt }: GradientOf): Blocked[] {
  return pathOf(tape, loss, wrt).blocked;
}

interface Path {
  /** In the order of the graph: those between the parameters and the loss. */
  readonly steps: Step[];
  /** Values that depend on a parameter. */
  readonly depends: ReadonlySet<string>;
  readonly blocked: Blocked[];
}

function pathOf(tape: Tape, loss: string, wrt: readonly string[]): Path {
  const steps = stepsOf(tape);
  const depends = new Set(wrt);
  const dependent = steps.filter(step => {
    if (step.custom === null && constantOperators.has(operatorOf(step.node))) return false;
    if (!step.reads.some(name => depends.has(name))) return false;
    for (const name of step.outputs) if (name !== '' && isSmooth(tape, step, name)) depends.add(name);
    return true;
  });
  const leads = new Set([loss]);
  const needed = dependent.reverse().filter(step => {
    if (!step.outputs.some(name => leads.has(name) && depends.has(name))) return false;
    for (const name of step.reads) if (depends.has(name)) leads.add(name);
    return true;
  });
  needed.reverse();
  const without = needed.filter(step => step.custom === null && ruleOf(step.node) === undefined);
  return {
    steps: needed,
    depends,
    blocked: without.map(({ node }) => ({ node, parameters: parametersBefore(needed, node, wrt) })),
  };
}

/** Integers have no gradient, but for those that a quantizer made. */
function isSmooth(tape: Tape, step: Step, name: string): boolean {
  const operator = operatorOf(step.node);
  if (step.custom === null && ruleOf(step.node) === undefined) return true;
  return (
    straightThrough.has(operator) || tape.datatype(name).startsWith('FP') || tape.datatype(name) === 'BF16'
  );
}

function stepsOf({ graph, customs }: Tape): Step[] {
  graph.sort();
  const byOutput = new Map(customs.flatMap(custom => custom.outputs.map(name => [name, custom] as const)));
  const left = new Map(customs.map(custom => [custom, custom.outputs.length]));
  return graph.nodes.map(node => {
    const custom = node.outputs.map(name => byOutput.get(name)).find(found => found !== undefined);
    if (!custom) return { ...node, reads: namesRead(node), node, custom: null };
    // Several nodes may make its outputs: the last of them stands for all.
    const remaining = left.get(custom)! - node.outputs.filter(name => byOutput.get(name) === custom).length;
    left.set(custom, remaining);
    const outputs = remaining === 0 ? custom.outputs : [];
    return { inputs: custom.inputs, outputs, reads: custom.inputs, node, custom };
  });
}

function ruleOf(node: GraphNode): GradientRule | undefined {
  return rules[operatorOf(node)];
}

function parametersBefore(steps: readonly Step[], end: GraphNode, wrt: readonly string[]): string[] {
  const before = new Set<string>();
  for (const step of [...steps].reverse()) {
    if (step.node !== end && !step.outputs.some(name => before.has(name))) continue;
    for (const name of step.reads) before.add(name);
  }
  return wrt.filter(name => before.has(name));
}

function throwIfBlocked({ blocked }: Path): void {
  if (blocked.length === 0) return;
  const lines = blocked.map(
    ({ node, parameters }) => `${describeNode(node)} has no gradient: it blocks ${listed(parameters)}.`,
  );
  throw new HaversackError('TrainingImpossible', lines.join(' '));
}

/** Few of them by name. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).map(name => `'${name}'`);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

function wrongShape(tape: Tape, node: GraphNode, input: string, result: string): RangeError {
  return new RangeError(
    `gradient: ${describeNode(node)}: the gradient of '${input}' is [${tape.shape(result).join(', ')}], wanted [${tape.shape(input).join(', ')}]`,
  );
}
