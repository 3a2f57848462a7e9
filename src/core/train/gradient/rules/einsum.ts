// Gradient of Einsum (ONNX, opset 12).
import { readString } from '../../../onnx/attributes.ts';
import { HaversackError } from '../../../errors.ts';
import { describeNode, type GraphNode } from '../../../onnx/graph.ts';
import type { GradientRule } from '../rule.ts';
import type { Tape } from '../tape.ts';

// Y = Σ ∏ Xᵢ over the indices that are not in Y: dXᵢ = Σ dY ∏ⱼ≠ᵢ Xⱼ over the indices that are not in Xᵢ. An index of Xᵢ
// that nothing else has was summed alone: its gradient is the same all along it.
export const einsum: GradientRule = (node, grad, t) => {
  const { terms, result } = equationOf(node, t);
  return terms.map((term, i) => {
    const others = terms.filter((_, j) => j !== i);
    const elsewhere = new Set([result, ...others].join(''));
    const shared = Array.from(term).filter(index => elsewhere.has(index));
    const inputs = [grad[0]!, ...node.inputs.filter((_, j) => j !== i)];
    const equation = `${[result, ...others].join()}->${shared.join('')}`;
    const product = t.op('Einsum', inputs, { equation: { string: equation } });
    const shape = t.shape(node.inputs[i]!);
    const kept = shape.map((size, axis) => (elsewhere.has(term[axis]!) ? size : 1));
    return t.expand(t.reshape(product, kept), shape);
  });
};

function equationOf(node: GraphNode, t: Tape): { terms: string[]; result: string } {
  const equation = readString(node, 'equation', '').replaceAll(' ', '');
  const [left = '', right] = equation.split('->');
  const terms = left.split(',');
  const isPlain = (term: string) => new Set(term).size === term.length && !term.includes('.');
  const sizes = new Map<string, number>();
  const isEqual = terms.every((term, i) =>
    Array.from(term).every((index, axis) => {
      const size = t.shape(node.inputs[i]!)[axis]!;
      const before = sizes.get(index) ?? size;
      sizes.set(index, size);
      return before === size;
    }),
  );
  if (!terms.every(isPlain) || !isEqual) {
    throw new HaversackError(
      'TrainingImpossible',
      `${describeNode(node)}: no gradient of '${equation}', which has a diagonal, an ellipsis or a broadcast index.`,
    );
  }
  const all = left.replaceAll(',', '');
  const once = [...new Set(all)].filter(index => all.indexOf(index) === all.lastIndexOf(index));
  return { terms, result: right ?? once.sort().join('') };
}
