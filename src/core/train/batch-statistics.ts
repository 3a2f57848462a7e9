// Batch normalization as it is trained: by the batch's own mean and variance, spelled out in ordinary operators (runtimes
// for inference lack its training mode), with the running statistics following (Ioffe and Szegedy, arXiv 1502.03167).
import type { Attributes } from '../onnx/build.ts';
import { type Graph, type GraphNode, operatorOf } from '../onnx/graph.ts';
import type { ValueType } from '../onnx/infer.ts';
import { float32 } from '../tensor.ts';
import { movingValues } from './moving.ts';

export interface RunningStatistic {
  /** The initializer that holds it. */
  readonly name: string;
  /** The value that holds it after a step. */
  readonly next: string;
}

/** Defaults of BatchNormalization 15. */
const defaultEpsilon = 1e-5;
const defaultMomentum = 0.9;

/**
 * A copy in which every BatchNormalization that training moves (its scale, its bias, or what it reads) is spelled out;
 * the others keep the statistics that the model came with.
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
  const moved = graph.nodes.filter(isMoved);
  // The others stay where they are: new names are made beside theirs.
  graph.nodes = graph.nodes.filter(node => !isMoved(node));
  const running = moved.flatMap(node => spellOut(graph, node, types.get(node.inputs[0]!)!.shape));
  graph.sort();
  return { model: graph, running };
}

// y = γ (x − μ) / √(σ² + ε) + β,  μ, σ² of the batch, over all axes but the channels'
// running ← m · running + (1 − m) · batch's; the variance is not corrected (BatchNormalization 15)
function spellOut(graph: Graph, node: GraphNode, shape: readonly number[]): RunningStatistic[] {
  const [x, scale, bias, mean, variance] = node.inputs as [string, string, string, string, string];
  const write = writer(graph, node.outputs[0]!);
  const momentum = numberOf(node, 'momentum', defaultMomentum);
  const channels = shape[1]!;
  const axes = write.ints(shape.map((_, axis) => axis).filter(axis => axis !== 1));
  const wide = write.ints(shape.map((_, axis) => (axis === 1 ? channels : 1)));
  const mu = write.op('ReduceMean', [x, axes]);
  const distance = write.op('Sub', [x, mu]);
  const sigma2 = write.op('ReduceMean', [write.op('Mul', [distance, distance]), axes]);
  const epsilon = write.number(numberOf(node, 'epsilon', defaultEpsilon));
  const normal = write.op('Div', [distance, write.op('Sqrt', [write.op('Add', [sigma2, epsilon])])]);
  const scaled = write.op('Mul', [normal, write.op('Reshape', [scale, wide])]);
  graph.add('Add', [scaled, write.op('Reshape', [bias, wide])], [node.outputs[0]!]);
  const follow = (name: string, batch: string): RunningStatistic => {
    const kept = write.op('Mul', [name, write.number(momentum)]);
    const flat = write.op('Reshape', [batch, write.ints([channels])]);
    return { name, next: write.op('Add', [kept, write.op('Mul', [flat, write.number(1 - momentum)])]) };
  };
  return [follow(mean, mu), follow(variance, sigma2)].filter(({ name }) => graph.initializers.has(name));
}

function writer(graph: Graph, stem: string) {
  return {
    op(type: string, inputs: readonly string[], attributes: Attributes = {}): string {
      const output = graph.fresh(`${stem}.${type}`);
      graph.add(type, inputs, [output], { attributes });
      return output;
    },
    number(value: number): string {
      const name = graph.fresh(`${stem}.number`);
      graph.initializers.set(name, float32([], [value]));
      return name;
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
