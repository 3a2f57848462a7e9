// Walks the graph from what is asked for back to its inputs, and writes each node once what it reads is written. Loops
// whose number of turns is known beforehand are written out turn by turn; other control flow is refused by name.
import { HaversackError } from '../../errors.ts';
import { modelLimits } from '../../onnx/limits.ts';
import type { Tensor } from '../../tensor.ts';
import {
  dataInputs,
  type GraphModel,
  maxSize,
  type NodeDef,
  type Reference,
  splitReference,
} from './graph-def.ts';
import { type Loop, loopFinder } from './loop.ts';
import { knownOf, NodeContext } from './node-context.ts';
import { rules, transparent } from './rules/rules.ts';
import { type Item, Value } from './value.ts';
import type { Writer } from './writer.ts';

/** What is known in one turn of a loop, or outside of all. */
interface Scope {
  readonly results: Map<string, Item[]>;
  /** Merge → what comes round in this turn. */
  readonly turn: ReadonlyMap<string, Item>;
  readonly outer: Scope | null;
  /** What came out of loops that stand in it. */
  readonly left: Map<Loop, ReadonlyMap<string, Item>>;
}

const maxTurns = 64;
/** Loops in loops. */
const maxDepth = 4;

/** Control flow that is resolved here where it can be. */
const loopOperators = new Set(['Enter', 'Exit', 'Merge', 'Switch', 'NextIteration', 'LoopCond']);

export class Evaluator {
  readonly #model: GraphModel;
  readonly #weights: ReadonlyMap<string, Tensor>;
  readonly #writer: Writer;
  readonly #placeholder: (node: NodeDef) => Value;
  readonly #constants = new Map<string, Value>();
  readonly #outermost: Scope = newScope(new Map(), null);
  readonly #loopOf: (exit: NodeDef) => Loop | null;
  #visits = 0;

  constructor(
    model: GraphModel,
    weights: ReadonlyMap<string, Tensor>,
    writer: Writer,
    placeholder: (node: NodeDef) => Value,
  ) {
    this.#model = model;
    this.#weights = weights;
    this.#writer = writer;
    this.#placeholder = placeholder;
    this.#loopOf = loopFinder(model.nodes);
  }

  /** @throws HaversackError `OperatorUnsupported` (operator and node), `ImportImpossible` (a graph that is not in order) */
  value(reference: string): Value {
    const item = this.#item(splitReference(reference), this.#outermost);
    if (item instanceof Value) return item;
    throw new HaversackError('ImportImpossible', `the output '${reference}' is a list`);
  }

  #item({ node, output }: Reference, scope: Scope): Item {
    if (!scope.results.has(node)) this.#walk(node, scope);
    const results = scope.results.get(node)!;
    // Both sides of a Switch are what went in: only the one that is taken is ever asked for.
    const item = results[this.#node(node).op === 'Switch' ? 0 : output];
    if (item) return item;
    throw new HaversackError(
      'ImportImpossible',
      `'${node}' has ${results.length} outputs, '${output}' is asked for`,
    );
  }

  /** In a list of its own instead of by recursion: graphs are thousands of nodes deep. */
  #walk(last: string, scope: Scope): void {
    const stack = [last];
    const open = new Set<string>();
    while (stack.length > 0) {
      const name = stack.at(-1)!;
      if (scope.results.has(name)) {
        stack.pop();
        continue;
      }
      const node = this.#node(name);
      const lacking = this.#needs(node, scope).filter(({ node: from }) => !scope.results.has(from));
      if (lacking.length === 0) {
        this.#count(node);
        scope.results.set(name, this.#evaluate(node, scope));
        stack.pop();
      } else {
        if (open.has(name)) throw new HaversackError('ImportImpossible', `'${name}' waits for itself`);
        open.add(name);
        stack.push(...lacking.map(({ node: from }) => from));
      }
    }
  }

  #node(name: string): NodeDef {
    const node = this.#model.nodes.get(name);
    if (node) return node;
    throw new HaversackError('ImportImpossible', `'${name}' is read, and no node is called so`);
  }

  #count({ op, name }: NodeDef): void {
    this.#visits += 1;
    if (this.#visits <= modelLimits.nodes) return;
    throw new HaversackError(
      'TooLarge',
      `${op} '${name}': written out, there are more than ${modelLimits.nodes} nodes.`,
    );
  }

  /** What must be written before the node, in the same turn. */
  #needs(node: NodeDef, scope: Scope): Reference[] {
    if (this.#weights.has(node.name)) return [];
    switch (node.op) {
      case 'Enter':
      case 'Exit':
      case 'Merge':
        return [];
      case 'Switch':
        return scope.outer ? dataInputs(node).slice(0, 1) : [];
      default:
        return dataInputs(node);
    }
  }

  #evaluate(node: NodeDef, scope: Scope): Item[] {
    if (this.#weights.has(node.name)) return [this.#constant(node.name)];
    const inputs = () => dataInputs(node).map(reference => this.#item(reference, scope));
    if (node.op === 'Placeholder') return [this.#placeholder(node)];
    if (node.op === 'PlaceholderWithDefault' || transparent.has(node.op)) return inputs().slice(0, 1);
    if (node.op === 'IdentityN') return inputs();
    if (loopOperators.has(node.op)) return [this.#loopItem(node, scope)];
    const rule = rules.get(node.op);
    if (rule) return written(node, () => rule(new NodeContext(node, inputs(), this.#writer)));
    if (node.op === 'Const')
      throw new HaversackError('ImportImpossible', `the weights hold no '${node.name}'`);
    throw new HaversackError('OperatorUnsupported', `${node.op} '${node.name}' cannot be brought to ONNX.`);
  }

  #constant(name: string): Value {
    const known = this.#constants.get(name);
    if (known) return known;
    const tensor = this.#weights.get(name)!;
    const { datatype, shape } = tensor;
    if (datatype !== 'FP32' && datatype !== 'INT32' && datatype !== 'BOOL') {
      throw new HaversackError(
        'OperatorUnsupported',
        `Const '${name}' holds ${datatype === 'BYTES' ? 'text' : datatype}.`,
      );
    }
    const value = new Value({ name, datatype, shape, tensor });
    this.#constants.set(name, value);
    return value;
  }

  #loopItem(node: NodeDef, scope: Scope): Item {
    const [first] = dataInputs(node);
    if (!first) throw new HaversackError('ImportImpossible', `${node.op} '${node.name}' reads nothing`);
    switch (node.op) {
      case 'Enter':
        return scope.outer ? this.#item(first, scope.outer) : refuse(node, 'it begins no loop that is known');
      case 'Merge':
        return (
          scope.turn.get(node.name) ?? refuse(node, 'which way is taken depends on what the model is fed')
        );
      case 'Switch':
        return scope.outer
          ? this.#item(first, scope)
          : refuse(node, 'which way is taken depends on what the model is fed');
      case 'Exit':
        return this.#afterLoop(node, scope);
      default:
        return this.#item(first, scope);
    }
  }

  #afterLoop(exit: NodeDef, scope: Scope): Item {
    const loop = this.#loopOf(exit);
    if (!loop) return refuse(exit, 'it ends no loop that is known');
    const left = scope.left.get(loop) ?? this.#turned(loop, exit, scope);
    // Of all its exits, which are mostly asked for one after the other.
    scope.left.set(loop, left);
    return left.get(loop.exits.get(exit.name)!)!;
  }

  /** Turn by turn until the condition no longer holds. @returns what each Merge was last */
  #turned(loop: Loop, exit: NodeDef, scope: Scope): ReadonlyMap<string, Item> {
    if (depthOf(scope) >= maxDepth)
      return refuse(exit, `there are more than ${maxDepth} loops in one another`);
    const entry = newScope(new Map(), scope);
    let turn = new Map(loop.variables.map(({ merge, enter }) => [merge, this.#item(enter, entry)]));
    for (let turns = 0; ; turns++) {
      const inside = newScope(turn, scope);
      if (!this.#goesOn(loop, inside)) return turn;
      if (turns === maxTurns) return refuse(exit, `the loop takes more than ${maxTurns} turns`);
      turn = new Map(loop.variables.map(({ merge, next }) => [merge, this.#item(next, inside)]));
    }
  }

  #goesOn({ condition }: Loop, scope: Scope): boolean {
    const item = this.#item(condition, scope);
    const known = item instanceof Value ? knownOf(item)?.[0] : null;
    if (typeof known === 'number') return known !== 0;
    return refuse(this.#node(condition.node), 'how often the loop turns depends on what the model is fed');
  }
}

function newScope(turn: Scope['turn'], outer: Scope | null): Scope {
  return { results: new Map(), turn, outer, left: new Map() };
}

/** What a rule made, looked at: sizes that no tensor has were in the model, and are to be refused where they come from. */
function written(node: NodeDef, write: () => Item[]): Item[] {
  try {
    const items = write();
    for (const item of items) if (item instanceof Value) assertShape(node, item);
    return items;
  } catch (error) {
    // What JavaScript says of a length or an integer that is none.
    if (!(error instanceof RangeError)) throw error;
    throw new HaversackError(
      'ImportImpossible',
      `${node.op} '${node.name}': sizes that no tensor has (${error.message})`,
    );
  }
}

function assertShape({ op, name }: NodeDef, { shape }: Value): void {
  const isShape = shape.every(size => Number.isInteger(size) && size >= -1 && size <= maxSize);
  const count = shape.reduce((product, size) => product * Math.max(size, 1), 1);
  if (isShape && count <= modelLimits.elements) return;
  throw new HaversackError('ImportImpossible', `${op} '${name}': it makes [${shape.join(', ')}]`);
}

function depthOf(scope: Scope): number {
  return scope.outer ? 1 + depthOf(scope.outer) : 0;
}

function refuse({ op, name }: NodeDef, why: string): never {
  throw new HaversackError('OperatorUnsupported', `${op} '${name}': control flow, and ${why}.`);
}
