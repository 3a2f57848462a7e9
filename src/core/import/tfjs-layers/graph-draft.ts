// The ONNX graph while layers are being added to it. Images are [batch, channels, height, width] in it, though a layers model
// has the channels last; all else lies as it does there.
import type { Bytes } from '../../artifact/digest.ts';
import type { Datatype } from '../../datatype.ts';
import { HaversackError } from '../../errors.ts';
import { type Attributes, type BuildShape, GraphBuilder } from '../../onnx/build.ts';
import { float32, type Tensor } from '../../tensor.ts';
import { type Layout, toOnnxLayout, type Weight } from './layouts.ts';

/** A size that is not known before the model runs is null. */
export type Sizes = readonly (number | null)[];

/** What a layer reads or makes. */
export interface Value {
  readonly name: string;
  /** Without the batch, as the layers model has it: channels last. */
  readonly shape: Sizes;
}

export type BorderLayout = 'NCHW' | 'NHWC';

/** Which initializer a weight of the layers model became. */
export interface WeightPlace {
  readonly weight: string;
  readonly initializer: string;
  readonly layout: Layout;
}

interface DraftNode {
  readonly opType: string;
  inputs: readonly string[];
  readonly attributes: Attributes;
  output: string;
}

interface Border {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: BuildShape;
}

/** Layers, each as often as it is applied. */
const maxApplied = 20_000;

export class GraphDraft {
  readonly weights: WeightPlace[] = [];
  readonly #inputs: Border[] = [];
  readonly #outputs: Border[] = [];
  readonly #nodes: DraftNode[] = [];
  readonly #initializers = new Map<string, Tensor>();
  readonly #sources = new Map<string, Weight>();
  /** Names that nodes have, or had. */
  readonly #made = new Set<string>();
  /** Of names that were taken: the number that the last one like it got. */
  readonly #numbers = new Map<string, number>();
  #applied = 0;

  /** @param layout of an image at the border; inside it is NCHW in any case. */
  input(name: string, shape: Sizes, layout: BorderLayout, datatype: 'FP32' | 'INT32' = 'FP32'): Value {
    this.#inputs.push({ name, datatype, shape: borderShape(shape, layout) });
    const number = datatype === 'FP32' ? name : this.node('Cast', [name], { to: { int: onnxFloat } });
    if (layout === 'NCHW' || shape.length !== 3) return { name: number, shape };
    return { name: this.node('Transpose', [number], { perm: { ints: [0, 3, 1, 2] } }), shape };
  }

  output(name: string, value: Value, layout: BorderLayout): void {
    const isTurned = layout === 'NHWC' && value.shape.length === 3;
    const inner = isTurned
      ? this.node('Transpose', [value.name], { perm: { ints: [0, 2, 3, 1] } })
      : value.name;
    this.#name(inner, name);
    this.#outputs.push({ name, datatype: 'FP32', shape: borderShape(value.shape, layout) });
  }

  /** Before a layer is added. @throws HaversackError `TooLarge`: a few models that apply each other often are billions */
  count(): void {
    this.#applied += 1;
    if (this.#applied <= maxApplied) return;
    throw new HaversackError('TooLarge', `Written out, there are more than ${maxApplied} layers.`);
  }

  /** @returns the name of its output */
  node(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = this.#fresh(`${opType}_${this.#nodes.length}`);
    this.#made.add(output);
    this.#nodes.push({ opType, inputs, attributes, output });
    return output;
  }

  /** A weight that training changes, under its own name; that of a layer which is applied twice is there once. */
  weight(name: string, weight: Weight, layout: Layout): string {
    let initializer = name;
    for (; this.#sources.has(initializer); initializer += '_') {
      if (this.#sources.get(initializer)!.data === weight.data) return initializer;
    }
    this.#sources.set(initializer, weight);
    const { shape, data } = toOnnxLayout(weight, layout);
    this.#initializers.set(initializer, float32(shape, data));
    this.weights.push({ weight: name, initializer, layout });
    return initializer;
  }

  /** A constant that training leaves alone. */
  constant(name: string, shape: readonly number[], values: readonly number[]): string {
    return this.#constant(name, float32(shape, values));
  }

  /** Shapes, axes and the like, INT64 [values.length]. */
  integers(name: string, values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.#constant(name, { datatype: 'INT64', shape: [values.length], data });
  }

  build(name: string): Bytes {
    const builder = new GraphBuilder(name);
    for (const input of this.#inputs) builder.input(input.name, input.datatype, input.shape);
    for (const [initializer, tensor] of this.#initializers) builder.initializer(initializer, tensor);
    for (const { opType, inputs, output, attributes } of this.#nodes) {
      builder.node(opType, inputs, [output], attributes);
    }
    for (const output of this.#outputs) builder.output(output.name, output.datatype, output.shape);
    return builder.build();
  }

  #constant(wanted: string, tensor: Tensor): string {
    const name = this.#fresh(wanted);
    this.#initializers.set(name, tensor);
    return name;
  }

  /** Gives a value the name of an output. */
  #name(value: string, name: string): void {
    const maker = this.#nodes.find(node => node.output === value);
    if (!maker || this.#outputs.some(output => output.name === value)) {
      this.#nodes.push({ opType: 'Identity', inputs: [value], attributes: {}, output: name });
      this.#made.add(name);
      return;
    }
    maker.output = name;
    this.#made.add(name);
    for (const node of this.#nodes) node.inputs = node.inputs.map(input => (input === value ? name : input));
  }

  /** The name, or it with a number: found at once, however many there are. */
  #fresh(wanted: string): string {
    let name = wanted;
    while (this.#isTaken(name)) {
      const number = (this.#numbers.get(wanted) ?? 0) + 1;
      this.#numbers.set(wanted, number);
      name = `${wanted}_${number}`;
    }
    return name;
  }

  #isTaken(name: string): boolean {
    return (
      this.#initializers.has(name) || this.#made.has(name) || this.#inputs.some(input => input.name === name)
    );
  }
}

/** TensorProto.DataType.FLOAT (onnx.proto), as `Cast` names it. */
const onnxFloat = 1;

function borderShape(shape: Sizes, layout: BorderLayout): BuildShape {
  const sizes = shape.map(size => size ?? -1);
  if (layout === 'NHWC' || sizes.length !== 3) return ['batch', ...sizes];
  return ['batch', sizes[2]!, sizes[0]!, sizes[1]!];
}
