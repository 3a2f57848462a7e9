// Reverse-mode differentiation of an ONNX graph: appends the nodes that compute the gradients. Knows no operator: the rules
// do. (Griewank and Walther, Evaluating Derivatives, 2nd ed., §3.2.)
import { HaversackError } from '../../errors.ts';
import { describeNode, type GraphNode, namesRead, operatorOf } from '../../onnx/graph.ts';
import { decompose, decomposeRules, obstaclesTo } from '../../onnx/passes/decompose.ts';
import { inlineBodies } from '../../onnx/passes/inline-bodies.ts';
import { controlFlow, isControlFlow, planOf } from '../../onnx/passes/inline/plan.ts';
import { isSame } from './axes.ts';
import { constantOperators, hasGradient, rules, spellings, straightThrough } from './rules.ts';
import type { GradientRule } from './rule.ts';
import { Sums } from './sums.ts';
import type { Tape } from './tape.ts';

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
  /** Why it could not be spelled out, where others of its operator can: "its condition 'c' is not known before the run". */
  readonly obstacle: string | null;
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
  const path = spelledOut(tape, { loss, wrt });
  throwIfBlocked(path);
  const mark = tape.mark();
  const sums = new Sums(tape);
  sums.add(loss, tape.filled(1, tape.shape(loss), tape.datatype(loss)));
  for (const node of path.nodes.reverse()) {
    const grad = node.outputs.map(name => sums.get(name));
    if (grad.every(name => name === null)) continue;
    const results = ruleOf(node)!(node, grad, tape);
    node.inputs.forEach((input, position) => {
      const result = results[position] ?? null;
      if (result === null || !path.depends.has(input)) return;
      if (!isSame(tape.shape(result), tape.shape(input))) throw wrongShape(tape, node, input, result);
      sums.add(input, result);
    });
  }
  const found = new Map(
    wrt.map(name => [name, sums.get(name) ?? tape.filled(0, tape.shape(name), tape.datatype(name))]),
  );
  tape.prune(mark, found.values());
  return found;
}

/** What stands in the way of `gradient`; empty: nothing. */
export function blocked(tape: Tape, of: GradientOf): Blocked[] {
  return pathOf(tape, of).blocked.filter(
    ({ node, obstacle }) => obstacle !== null || !canGiveWay(operatorOf(node)),
  );
}

function canGiveWay(operator: string): boolean {
  return decomposeRules.has(operator) || controlFlow.has(operator);
}

interface Path {
  /** In the order of the graph: those between the parameters and the loss. */
  readonly nodes: GraphNode[];
  /** Values that depend on a parameter. */
  readonly depends: ReadonlySet<string>;
  readonly blocked: Blocked[];
}

/**
 * The path once what has no rule of its own has given way to what has one, where a gradient passes through it and only there:
 * nested graphs to the nodes in them, fused operators to plain ones, recurrent layers to their steps.
 */
function spelledOut(tape: Tape, of: GradientOf): Path {
  const path = pathOf(tape, of);
  if (giveWay(tape, path)) return spelledOut(tape, of);
  const short = path.nodes.filter(node => spellings[operatorOf(node)] !== undefined);
  if (short.length === 0 || path.blocked.length > 0) return path;
  for (const node of short) tape.replace(node, spellings[operatorOf(node)]!(node, tape));
  return pathOf(tape, of);
}

/** Whether anything did. */
function giveWay(tape: Tape, { blocked }: Path): boolean {
  const open = blocked.filter(({ obstacle }) => obstacle === null).map(({ node }) => node);
  const isOpen = (node: GraphNode) => open.some(({ outputs }) => isSameNames(outputs, node.outputs));
  if (open.some(isControlFlow)) {
    tape.rewrite(graph => inlineBodies(graph, { facts: tape, of: isOpen }));
    return true;
  }
  const fused = new Set(open.map(operatorOf).filter(operator => decomposeRules.has(operator)));
  // Others of the operator may have no such form, and need none.
  if (fused.size > 0) {
    tape.rewrite(graph =>
      decompose(
        graph,
        operator => fused.has(operator),
        () => undefined,
      ),
    );
  }
  return fused.size > 0;
}

/** Values have one maker each: nodes with the same outputs are one, copied or not. */
function isSameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.every((name, i) => name === b[i]);
}

function pathOf(tape: Tape, { loss, wrt }: GradientOf): Path {
  const { graph } = tape;
  graph.sort();
  const depends = new Set(wrt);
  const dependent = graph.nodes.filter(node => {
    if (constantOperators.has(operatorOf(node))) return false;
    if (!namesRead(node).some(name => depends.has(name))) return false;
    for (const name of node.outputs) if (name !== '' && isSmooth(tape, node, name)) depends.add(name);
    return true;
  });
  const leads = new Set([loss]);
  const nodes = dependent
    .reverse()
    .filter(node => {
      if (!node.outputs.some(name => leads.has(name) && depends.has(name))) return false;
      for (const name of namesRead(node)) if (depends.has(name)) leads.add(name);
      return true;
    })
    .reverse();
  const without = nodes.filter(node => !hasGradient(operatorOf(node)));
  const obstacles = obstaclesOf(without, tape);
  return {
    nodes,
    depends,
    blocked: without.map(node => ({
      node,
      parameters: parametersBefore(nodes, node, wrt),
      obstacle: obstacles.get(node) ?? null,
    })),
  };
}

/** Integers have no gradient, but for those that a quantizer made. */
function isSmooth(tape: Tape, node: GraphNode, name: string): boolean {
  if (!hasGradient(operatorOf(node)) || straightThrough.has(operatorOf(node))) return true;
  const datatype = tape.datatype(name);
  return datatype.startsWith('FP') || datatype === 'BF16';
}

function ruleOf(node: GraphNode): GradientRule | undefined {
  return rules[operatorOf(node)];
}

function parametersBefore(nodes: readonly GraphNode[], end: GraphNode, wrt: readonly string[]): string[] {
  const before = new Set<string>();
  for (const node of [...nodes].reverse()) {
    if (node !== end && !node.outputs.some(name => before.has(name))) continue;
    for (const name of namesRead(node)) before.add(name);
  }
  return wrt.filter(name => before.has(name));
}

/** Of those nodes that could give way, but for something. */
function obstaclesOf(nodes: readonly GraphNode[], tape: Tape): Map<GraphNode, string> {
  const fused = new Set(nodes.map(operatorOf).filter(operator => decomposeRules.has(operator)));
  const refused = fused.size > 0 ? obstaclesTo(tape.graph, operator => fused.has(operator)) : null;
  return new Map(
    nodes.flatMap(node => {
      const obstacle = isControlFlow(node) ? obstacleToInlining(node, tape) : refused?.get(node.outputs[0]!);
      return obstacle ? [[node, obstacle] as const] : [];
    }),
  );
}

function obstacleToInlining(node: GraphNode, tape: Tape): string | null {
  const plan = planOf(node, tape);
  return 'obstacle' in plan ? plan.obstacle : null;
}

function throwIfBlocked({ blocked }: Path): void {
  if (blocked.length === 0) return;
  const lines = blocked.map(({ node, parameters, obstacle }) => {
    const why = obstacle === null ? '' : ` (${obstacle})`;
    return `${describeNode(node)} has no gradient${why}: it blocks ${listed(parameters)}.`;
  });
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
