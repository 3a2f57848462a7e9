// The ONNX graph while layers are being added to it: what the last layer made, the nodes and weights so far. Images are
// [batch, channels, height, width] in it, though the layers model has the channels last.
import { type Attributes, GraphBuilder } from '../core/onnx/build.ts';
import type { Tensor } from '../core/tensor.ts';
import { float32 } from '../core/tensor.ts';
import { type Weight, toOnnxLayout } from './layouts.ts';
import type { Layout, Topology } from './topology.ts';

interface DraftNode {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly attributes: Attributes;
  output: string;
}

export class GraphDraft {
  readonly weights: Topology['weights'] = [];
  readonly #nodes: DraftNode[] = [];
  readonly #initializers = new Map<string, Tensor>();
  /** The tensor that the next node reads. */
  current: string;

  constructor(input: string) {
    this.current = input;
  }

  /** Adds a node that reads the current tensor first; its output is the current one from then on. */
  node(opType: string, otherInputs: readonly string[] = [], attributes: Attributes = {}): void {
    this.nodeOf(opType, [this.current, ...otherInputs], attributes);
  }

  nodeOf(opType: string, inputs: readonly string[], attributes: Attributes = {}): void {
    const output = `${opType}_${this.#nodes.length}`;
    this.#nodes.push({ opType, inputs, attributes, output });
    this.current = output;
  }

  /** A weight that training changes, under its own name. */
  weight(name: string, weight: Weight, layout: Layout): string {
    const { shape, data } = toOnnxLayout(weight, layout);
    this.#initializers.set(name, float32(shape, data));
    this.weights.push({ weight: name, initializer: name, layout });
    return name;
  }

  /** A constant that training leaves alone. */
  constant(name: string, shape: readonly number[], values: readonly number[]): string {
    this.#initializers.set(name, float32(shape, values));
    return name;
  }

  /** The graph with one input and the current tensor, called `outputName`, as its output. */
  build(graph: {
    readonly name: string;
    readonly inputName: string;
    readonly inputShape: readonly number[];
    readonly outputName: string;
    readonly outputShape: readonly number[];
  }): Uint8Array<ArrayBuffer> {
    if (this.#nodes.length === 0) this.node('Identity');
    this.#nodes.at(-1)!.output = graph.outputName;
    const builder = new GraphBuilder(graph.name).input(graph.inputName, 'FP32', [
      'batch',
      ...graph.inputShape,
    ]);
    for (const [name, tensor] of this.#initializers) builder.initializer(name, tensor);
    for (const { opType, inputs, output, attributes } of this.#nodes) {
      builder.node(opType, inputs, [output], attributes);
    }
    return builder.output(graph.outputName, 'FP32', ['batch', ...graph.outputShape]).build();
  }
}
