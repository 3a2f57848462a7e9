// Batch normalization as it is trained: by the batch's own mean and variance (Ioffe and Szegedy, arXiv 1502.03167), computed
// by ordinary operators, for runtimes for inference lack its training mode.
import type { Attributes } from '../onnx/build.ts';
import { type Graph, type GraphNode, operatorOf } from '../onnx/graph.ts';
import type { ValueType } from '../onnx/infer.ts';
import { movingValues } from './moving.ts';

export interface RunningStatistic {
  /** The initializer that holds it. */
  readonly name: string;
  /** The value that holds the batch's own, of the same shape. */
  readonly batch: string;
  /** running ← momentum · running + (1 − momentum) · batch's  (BatchNormalization 15) */
  readonly momentum: number;
}

/** Of BatchNormalization 15. */
const defaultMomentum = 0.9;

/**
 * A copy in which every BatchNormalization that training moves (its scale, its bias, or what it reads) is given the
 * batch's statistics; the others keep those that the model came with.
 * @param types of every name in the model
 */
export function useBatchStatistics(
  model: Graph,
  trainable: (name: string) => boolean,
  types: ReadonlyMap<string, ValueType>,
): { readonly model: Graph; readonly running: readonly RunningStatistic[] } {
  const graph = model.copy();
  const moving = movingValues(model, trainable);
  const isMoved = (node: GraphNode) =>
    operatorOf(node) === 'BatchNormalization' && node.outputs.some(name => moving.has(name));
  const running = graph.nodes
    .filter(isMoved)
    .flatMap(node => giveStatistics(graph, node, types.get(node.inputs[0]!)!.shape));
  graph.sort();
  return { model: graph, running };
}

// y = γ (x − μ) / √(σ² + ε) + β,  μ = mean x,  σ² = mean (x − μ)²,  over all axes but the channels'; not corrected
function giveStatistics(graph: Graph, node: GraphNode, shape: readonly number[]): RunningStatistic[] {
  const [x, scale, bias, mean, variance] = node.inputs as [string, string, string, string, string];
  const write = writer(graph, node.outputs[0]!);
  const channels = shape[1]!;
  const axes = write.ints(shape.map((_, axis) => axis).filter(axis => axis !== 1));
  const wide = write.ints(shape.map((_, axis) => (axis === 1 ? channels : 1)));
  const average = (value: string) => write.op('ReduceMean', [value, axes], { keepdims: { int: 0 } });
  const mu = average(x);
  const distance = write.op('Sub', [x, write.op('Reshape', [mu, wide])]);
  const sigma2 = average(write.op('Mul', [distance, distance]));
  const momentum = numberOf(node, 'momentum', defaultMomentum);
  const { epsilon } = node.attributes;
  node.inputs = [x, scale, bias, mu, sigma2];
  node.outputs = node.outputs.slice(0, 1);
  node.attributes = epsilon ? { epsilon } : {};
  return [
    { name: mean, batch: mu, momentum },
    { name: variance, batch: sigma2, momentum },
  ].filter(({ name }) => graph.initializers.has(name));
}

function writer(graph: Graph, stem: string) {
  return {
    op(type: string, inputs: readonly string[], attributes: Attributes = {}): string {
      const output = graph.fresh(`${stem}.${type}`);
      graph.add(type, inputs, [output], { attributes });
      return output;
    },
    ints(values: readonly number[]): string {
      const name = graph.fresh(`${stem}.ints`);
      const data = BigInt64Array.from(values, BigInt);
      graph.initializers.set(name, { datatype: 'INT64', shape: [values.length], data });
      return name;
    },
  };
}

function numberOf({ attributes }: GraphNode, name: string, otherwise: number): number {
  const value = attributes[name];
  return value && 'float' in value ? value.float : otherwise;
}
