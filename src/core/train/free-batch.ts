// A model that was exported for so many rows at once, as one for any number. Exporters write the batch that they traced into
// the targets of Reshape: [1, −1] of a single row gathers all rows of a batch into one.
import { HaversackError } from '../errors.ts';
import { type Graph, type GraphNode, operatorOf } from '../onnx/graph.ts';
import { inferNode, type Types, typeOfTensor, type ValueType } from '../onnx/infer.ts';
import { int64 } from '../onnx/infer/known.ts';

/**
 * A copy whose inputs have a free first dimension, and whose reshapes keep what each row has instead of how many rows there
 * are. What else holds to the number (a concatenation with a token a row) stays, and does not fit more rows.
 */
export function freeBatch(model: Graph): Graph {
  const graph = model.copy();
  const rows = fixedRows(model);
  if (rows !== null) freeReshapes(graph, rows);
  graph.inputs = graph.inputs.map(spec => {
    return spec.shape.length > 0 ? { ...spec, shape: spec.shape.with(0, -1) } : spec;
  });
  return graph;
}

/** Null where inputs leave it open, have other open dimensions, or differ. */
function fixedRows({ inputs }: Graph): number | null {
  const rows = inputs[0]?.shape[0] ?? -1;
  const isFixed = inputs.every(({ shape }) => shape[0] === rows && shape.every(size => size > 0));
  return isFixed && rows > 0 ? rows : null;
}

/** Types for the rows that the model was made for, and for twice as many, side by side. */
function freeReshapes(graph: Graph, rows: number): void {
  const [asMade, twice] = [typesFor(graph, rows), typesFor(graph, 2 * rows)];
  for (const node of graph.nodes) {
    const made = inferred(node, graph.opset, asMade);
    if (made && isReshapeOf(node, rows, asMade, twice)) {
      const more = inferred(node, graph.opset, twice);
      const { shape } = made[0]!;
      if (shape[0] === rows && !(more && isTwice(shape, more[0]!.shape))) {
        const target = graph.fresh(`${node.outputs[0]}.shape`);
        graph.initializers.set(target, int64([-1, ...shape.slice(1)]));
        for (const types of [asMade, twice]) types.set(target, typeOfTensor(graph.initializers.get(target)!));
        node.inputs = [node.inputs[0]!, target];
        node.attributes = {};
      }
    }
    for (const types of [asMade, twice]) {
      inferred(node, graph.opset, types)?.forEach((type, i) => {
        if (node.outputs[i] !== '') types.set(node.outputs[i]!, type);
      });
    }
  }
}

function typesFor({ inputs, initializers }: Graph, rows: number): Map<string, ValueType> {
  const types = new Map<string, ValueType>();
  for (const { name, datatype, shape } of inputs) types.set(name, { datatype, shape: shape.with(0, rows) });
  for (const [name, tensor] of initializers) types.set(name, typeOfTensor(tensor));
  return types;
}

/** Of what has the rows along its first axis, to a shape in which nothing is left of their number but itself. */
function isReshapeOf(node: GraphNode, rows: number, asMade: Types, twice: Types): boolean {
  const [input, more] = [asMade, twice].map(types => types.get(node.inputs[0] ?? '')?.shape ?? []) as [
    readonly number[],
    readonly number[],
  ];
  return operatorOf(node) === 'Reshape' && input[0] === rows && isTwice(input, more);
}

function isTwice(shape: readonly number[], more: readonly number[]): boolean {
  return shape.length > 0 && more.join() === [2 * shape[0]!, ...shape.slice(1)].join();
}

/** Null where it takes no such inputs, or they are not known: whoever needs it to will say so. */
function inferred(node: GraphNode, opset: number, types: Types): ValueType[] | null {
  const inputs = node.inputs.map(name => (name === '' ? null : types.get(name)));
  if (inputs.includes(undefined)) return null;
  try {
    return inferNode(node, inputs as (ValueType | null)[], opset, types);
  } catch (thrown) {
    if (thrown instanceof HaversackError) return null;
    throw thrown;
  }
}
