// Adds up the gradients that a value gets from all who read it. A weight that is read at each step of a sequence gets a product
// of matrices from each: they are one product of the matrices stacked.
import { readFloat, readInt } from '../../onnx/attributes.ts';
import { type GraphNode, operatorOf } from '../../onnx/graph.ts';
import { isSame } from './axes.ts';
import type { Tape } from './tape.ts';

/** A sum over the rows of matrices, which could as well go over the rows of many. */
interface OverRows {
  readonly result: string;
  /** [rows, …] each. */
  readonly matrices: readonly string[];
  readonly stacked: (matrices: readonly string[]) => string;
}

/** Two are as quickly added. */
const fewestStacked = 3;

export class Sums {
  readonly #tape: Tape;
  /** Of what is added at once. */
  readonly #added = new Map<string, string>();
  /** What waits for others of its kind: value → kind → parts. */
  readonly #waiting = new Map<string, Map<string, OverRows[]>>();

  constructor(tape: Tape) {
    this.#tape = tape;
  }

  add(value: string, part: string): void {
    const found = overRows(this.#tape, part);
    if (!found) {
      this.#added.set(value, this.#tape.plus(this.#added.get(value) ?? null, part)!);
      return;
    }
    const kinds = this.#waiting.get(value) ?? new Map<string, OverRows[]>();
    this.#waiting.set(value, kinds);
    kinds.set(found.kind, [...(kinds.get(found.kind) ?? []), found.sum]);
  }

  /** The sum of what was added; null where nothing was. */
  get(value: string): string | null {
    for (const sums of this.#waiting.get(value)?.values() ?? []) {
      for (const part of this.#together(sums)) {
        this.#added.set(value, this.#tape.plus(this.#added.get(value) ?? null, part)!);
      }
    }
    this.#waiting.delete(value);
    return this.#added.get(value) ?? null;
  }

  // Σ Aᵢᵀ Bᵢ = [A₁; A₂; …]ᵀ [B₁; B₂; …]
  #together(sums: readonly OverRows[]): string[] {
    if (sums.length < fewestStacked) return sums.map(({ result }) => result);
    const [first] = sums as [OverRows];
    const stacks = first.matrices.map((_, i) =>
      this.#tape.op(
        'Concat',
        sums.map(({ matrices }) => matrices[i]!),
        { axis: { int: 0 } },
      ),
    );
    return [first.stacked(stacks)];
  }
}

/** What a value is, where it is such a sum; those of one kind can be stacked. */
function overRows(tape: Tape, result: string): { kind: string; sum: OverRows } | null {
  const node = tape.graph.nodes.findLast(({ outputs }) => outputs.includes(result));
  if (!node || !(isProductOverRows(node) || isSumOverRows(node, tape))) return null;
  const matrices = operatorOf(node) === 'Gemm' ? node.inputs : node.inputs.slice(0, 1);
  const others = node.inputs.slice(matrices.length);
  const widths = matrices.map(name => tape.shape(name).slice(1).join());
  const alpha = readFloat(node, 'alpha', 1);
  return {
    kind: `${operatorOf(node)}|${widths.join('|')}|${tape.datatype(result)}|${alpha}`,
    sum: {
      result,
      matrices,
      stacked: stacks => tape.op(node.op, [...stacks, ...others], node.attributes),
    },
  };
}

/** Aᵀ B */
function isProductOverRows(node: GraphNode): boolean {
  const isTransposed = readInt(node, 'transA', 0) === 1 && readInt(node, 'transB', 0) === 0;
  return operatorOf(node) === 'Gemm' && node.inputs.length === 2 && isTransposed;
}

function isSumOverRows(node: GraphNode, tape: Tape): boolean {
  if (operatorOf(node) !== 'ReduceSum' || readInt(node, 'keepdims', 1) === 1) return false;
  return isSame(tape.known(node.inputs[1] ?? '') ?? [], [0]) && tape.shape(node.inputs[0]!).length === 2;
}
