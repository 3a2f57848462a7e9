// A node's attributes as values, and values as a node's attributes. Knows no operator.
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
} from 'onnx-buf';
import { HaversackError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import type { Attributes, AttributeValue } from './build.ts';
import { storedTensor } from './stored-tensor.ts';

interface HasAttributes {
  readonly op: string;
  readonly name: string;
  readonly attributes: Attributes;
}

export function readInt(node: HasAttributes, name: string): number | undefined;
export function readInt(node: HasAttributes, name: string, otherwise: number): number;
export function readInt(node: HasAttributes, name: string, otherwise?: number): number | undefined {
  const value = node.attributes[name];
  if (value === undefined) return otherwise;
  return 'int' in value ? value.int : wrongKind(node, name, 'an INT');
}

export function readInts(node: HasAttributes, name: string): readonly number[] | undefined;
export function readInts(node: HasAttributes, name: string, otherwise: readonly number[]): readonly number[];
export function readInts(
  node: HasAttributes,
  name: string,
  otherwise?: readonly number[],
): readonly number[] | undefined {
  const value = node.attributes[name];
  if (value === undefined) return otherwise;
  return 'ints' in value ? value.ints : wrongKind(node, name, 'INTS');
}

export function readFloat(node: HasAttributes, name: string): number | undefined;
export function readFloat(node: HasAttributes, name: string, otherwise: number): number;
export function readFloat(node: HasAttributes, name: string, otherwise?: number): number | undefined {
  const value = node.attributes[name];
  if (value === undefined) return otherwise;
  return 'float' in value ? value.float : wrongKind(node, name, 'a FLOAT');
}

export function readFloats(node: HasAttributes, name: string): readonly number[] | undefined {
  const value = node.attributes[name];
  if (value === undefined) return undefined;
  return 'floats' in value ? value.floats : wrongKind(node, name, 'FLOATS');
}

export function readString(node: HasAttributes, name: string): string | undefined;
export function readString(node: HasAttributes, name: string, otherwise: string): string;
export function readString(node: HasAttributes, name: string, otherwise?: string): string | undefined {
  const value = node.attributes[name];
  if (value === undefined) return otherwise;
  return 'string' in value ? value.string : wrongKind(node, name, 'a STRING');
}

export function readStrings(node: HasAttributes, name: string): readonly string[] | undefined {
  const value = node.attributes[name];
  if (value === undefined) return undefined;
  return 'strings' in value ? value.strings : wrongKind(node, name, 'STRINGS');
}

export function readTensor(node: HasAttributes, name: string): Tensor | undefined {
  const value = node.attributes[name];
  if (value === undefined) return undefined;
  return 'tensor' in value ? value.tensor : wrongKind(node, name, 'a TENSOR');
}

export function readGraph(node: HasAttributes, name: string): GraphProto | undefined {
  const value = node.attributes[name];
  if (value === undefined) return undefined;
  return 'graph' in value ? value.graph : wrongKind(node, name, 'a GRAPH');
}

function wrongKind({ op, name: node }: HasAttributes, name: string, wanted: string): never {
  throw new HaversackError(
    'ModelInvalid',
    `${op} '${node}': attribute '${name}' is no ${wanted.replace(/^an? /, '')}.`,
  );
}

/** A node's attributes without some of them. */
export function without(attributes: Attributes, ...names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}

/** What the tagged values cannot say exactly stays `raw`: an attribute that is read and written is the same. */
export function attributeValue(proto: AttributeProto): AttributeValue {
  const raw = { raw: proto };
  if (proto.refAttrName !== '') return raw;
  switch (proto.type) {
    case AttributeType.INT:
      return isExact(proto.i) ? { int: Number(proto.i) } : raw;
    case AttributeType.INTS:
      return proto.ints.every(isExact) ? { ints: proto.ints.map(Number) } : raw;
    case AttributeType.FLOAT:
      return { float: proto.f };
    case AttributeType.FLOATS:
      return { floats: proto.floats };
    case AttributeType.STRING:
      return isText(proto.s) ? { string: decoder.decode(proto.s) } : raw;
    case AttributeType.STRINGS:
      return proto.strings.every(isText)
        ? { strings: proto.strings.map(bytes => decoder.decode(bytes)) }
        : raw;
    case AttributeType.TENSOR: {
      const tensor = proto.t && storedTensor(proto.t, proto.name);
      return tensor ? { tensor } : raw;
    }
    case AttributeType.GRAPH:
      return proto.g ? { graph: proto.g } : raw;
    default:
      return raw;
  }
}

const decoder = new TextDecoder();
const maxInt64 = 2n ** 63n - 1n;

function isExact(value: bigint): boolean {
  return value === maxInt64 || BigInt(Number(value)) === value;
}

function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
