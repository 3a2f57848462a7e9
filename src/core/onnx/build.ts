// Builds an ONNX graph, node by node. Checks names as it goes; knows no operator.
import { create } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import type { Bytes } from '../artifact/digest.ts';
import type { Datatype } from '../datatype.ts';
import type { Tensor } from '../tensor.ts';
import { dataTypeOf } from './data-type.ts';
import { tensorProto } from './tensor-proto.ts';
import { writeModel } from './write.ts';

/** Tagged, because ONNX tells the INT 1 from the FLOAT 1.0, and JavaScript does not. */
export type AttributeValue =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly string: string }
  | { readonly strings: readonly string[] }
  | { readonly tensor: Tensor }
  /** A body of `If`, `Loop` or `Scan`. */
  | { readonly graph: GraphProto }
  /** What the others do not say: sparse tensors, types, lists of graphs, 64-bit numbers beyond 2^53. Kept as it is. */
  | { readonly raw: AttributeProto };

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** −1 is a free dimension; a string names it. */
export type BuildShape = readonly (number | string)[];

export interface BuildOptions {
  /** Of the default domain. */
  readonly opset?: number;
  readonly producer?: string;
  /** Opsets of other domains: `{ 'com.microsoft': 1 }`. */
  readonly domains?: Readonly<Record<string, number>>;
}

/** IR version 10 goes with ONNX 1.16 to 1.17, opset 21: what ONNX Runtime 1.18 and later read. */
const irVersion = 10n;
const defaultOpset = 21;

export class GraphBuilder {
  readonly #graph;
  readonly #made = new Set<string>();

  constructor(name: string) {
    this.#graph = create(GraphProtoSchema, { name });
  }

  input(name: string, datatype: Datatype, shape: BuildShape): this {
    this.#make(name);
    this.#graph.input.push(valueInfo(name, datatype, shape));
    return this;
  }

  output(name: string, datatype: Datatype, shape: BuildShape): this {
    this.#read(name, 'the graph’s output');
    this.#graph.output.push(valueInfo(name, datatype, shape));
    return this;
  }

  /** The tensor's memory is read when the graph is built, not before. */
  initializer(name: string, tensor: Tensor): this {
    this.#make(name);
    this.#graph.initializer.push(tensorProto(name, tensor));
    return this;
  }

  /** An empty input name is an optional input left out. `opType` may be `domain::Name`. */
  node(
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Attributes = {},
  ): this {
    const [name, domain] = opType.split('::').reverse() as [string, string?];
    for (const input of inputs) if (input !== '') this.#read(input, opType);
    for (const output of outputs) if (output !== '') this.#make(output);
    const node = create(NodeProtoSchema, {
      opType: name,
      domain: domain ?? '',
      name: `${name}_${this.#graph.node.length}`,
      input: [...inputs],
      output: [...outputs],
      attribute: Object.entries(attributes).map(([key, value]) => attributeProto(key, value)),
    });
    this.#graph.node.push(node);
    return this;
  }

  build({ opset = defaultOpset, producer = 'haversack', domains = {} }: BuildOptions = {}): Bytes {
    const imports = Object.entries({ '': opset, ...domains });
    return writeModel(
      create(ModelProtoSchema, {
        irVersion,
        producerName: producer,
        graph: this.#graph,
        opsetImport: imports.map(([domain, version]) =>
          create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
        ),
      }),
    );
  }

  #make(name: string): void {
    if (this.#made.has(name)) throw new RangeError(`GraphBuilder: '${name}' is made twice`);
    this.#made.add(name);
  }

  #read(name: string, reader: string): void {
    if (!this.#made.has(name))
      throw new RangeError(`GraphBuilder: ${reader} reads '${name}', which nothing made yet`);
  }
}

export function valueInfo(name: string, datatype: Datatype, shape: BuildShape): ValueInfoProto {
  const dim = shape.map(size =>
    create(TensorShapeProto_DimensionSchema, {
      value:
        typeof size === 'string'
          ? { case: 'dimParam', value: size }
          : size < 0
            ? { case: undefined }
            : { case: 'dimValue', value: BigInt(size) },
    }),
  );
  const tensorType = create(TypeProto_TensorSchema, {
    elemType: dataTypeOf(datatype),
    shape: create(TensorShapeProtoSchema, { dim }),
  });
  const type = create(TypeProtoSchema, { value: { case: 'tensorType', value: tensorType } });
  return create(ValueInfoProtoSchema, { name, type });
}

export function attributeProto(name: string, value: AttributeValue): AttributeProto {
  const attribute = create(AttributeProtoSchema, { name });
  if ('int' in value) {
    attribute.type = AttributeType.INT;
    attribute.i = toInt64(value.int);
  } else if ('ints' in value) {
    attribute.type = AttributeType.INTS;
    attribute.ints = value.ints.map(toInt64);
  } else if ('float' in value) {
    attribute.type = AttributeType.FLOAT;
    attribute.f = value.float;
  } else if ('floats' in value) {
    attribute.type = AttributeType.FLOATS;
    attribute.floats = [...value.floats];
  } else if ('string' in value) {
    attribute.type = AttributeType.STRING;
    attribute.s = new TextEncoder().encode(value.string);
  } else if ('strings' in value) {
    attribute.type = AttributeType.STRINGS;
    attribute.strings = value.strings.map(text => new TextEncoder().encode(text));
  } else if ('tensor' in value) {
    attribute.type = AttributeType.TENSOR;
    attribute.t = tensorProto('', value.tensor);
  } else if ('graph' in value) {
    attribute.type = AttributeType.GRAPH;
    attribute.g = value.graph;
  } else {
    return value.raw;
  }
  return attribute;
}

const maxInt64 = 2n ** 63n - 1n;

/** 2^63 − 1, with which graphs say "to the end", is 2^63 as a number: brought back. */
function toInt64(value: number): bigint {
  const integer = BigInt(value);
  return integer > maxInt64 ? maxInt64 : integer;
}
