// Where the weights lie in an ONNX file: a walk over the wire format that copies nothing, so that a file can be cut at
// its tensors' borders and patched in place.
import type { Bytes } from '../artifact/digest.ts';
import type { Datatype } from '../datatype.ts';
import { HaversackError } from '../errors.ts';
import { dataTypeName, datatypeOf, elementBits, storedBytes } from './data-type.ts';
import { looksLike } from './looks-like.ts';
import { WireError, WireReader, wireType } from './wire.ts';

export interface TensorLocation {
  /** The initializer's name; for a `Constant` node, its output. */
  readonly name: string;
  /** Null where the Open Inference Protocol has no name for it (INT4, FLOAT8 …). */
  readonly datatype: Datatype | null;
  /** Of one element: 4 for INT4, two of which share a byte. */
  readonly bits: number;
  readonly dims: readonly number[];
  readonly offset: number;
  readonly bytes: number;
}

// Field numbers of onnx.proto (ONNX 1.20).
const model = { irVersion: 1, graph: 7 } as const;
const graph = { node: 1, initializer: 5 } as const;
const node = { output: 2, opType: 4, attribute: 5, domain: 7 } as const;
const attribute = { name: 1, tensor: 5 } as const;
const tensor = { dims: 1, dataType: 2, name: 8, rawData: 9 } as const;

/** No operator makes or takes more. */
const maxDims = 64;

/**
 * Every initializer of the main graph, and every `value` of its `Constant` nodes, whose elements are one run of
 * `raw_data`; sorted by offset.
 * @throws HaversackError `NotOnnx`, `ModelInvalid` (a tensor whose bytes are not those of its shape)
 */
export function tensorLayout(file: Bytes): TensorLocation[] {
  const { locations, problem } = tensorLayoutSoFar(file);
  if (problem) throw problem;
  return locations;
}

/** What is found until the walk meets what it cannot read: for a file of which pieces are not there yet. */
export function tensorLayoutSoFar(file: Bytes): {
  readonly locations: TensorLocation[];
  /** Null where it came to the end; else as `tensorLayout` throws it. */
  readonly problem: HaversackError | null;
} {
  const locations: TensorLocation[] = [];
  let problem: HaversackError | null = null;
  try {
    asOnnx(file, () => walk(file, locations));
  } catch (error) {
    if (!(error instanceof HaversackError)) throw error;
    problem = error;
  }
  return { locations: locations.sort((a, b) => a.offset - b.offset), problem };
}

function walk(file: Bytes, locations: TensorLocation[]): void {
  for (const reader of graphsOf(file)) {
    while (reader.next()) {
      if (reader.type !== wireType.delimited) continue;
      if (reader.field === graph.initializer) addTensor(locations, reader.message(), null);
      else if (reader.field === graph.node) addConstant(locations, reader);
    }
  }
}

/**
 * Refuses what is no ModelProto, saying what it is instead.
 * @throws HaversackError `NotOnnx`
 */
export function assertOnnx(file: Bytes): void {
  asOnnx(file, () => graphsOf(file));
}

/** Runs `read`; a broken wire format becomes `NotOnnx` with what the file looks like. */
export function asOnnx<T>(file: Bytes, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const reason = looksLike(file) ?? `does not read as one: ${error.message}`;
    throw new HaversackError('NotOnnx', `The file ${reason}.`, { cause: error });
  }
}

/** Readers over the graph; several where a writer split it, as protobuf allows. */
function graphsOf(file: Bytes): WireReader[] {
  const reader = new WireReader(file);
  const graphs: WireReader[] = [];
  let hasVersion = false;
  while (reader.next()) {
    if (reader.field === model.irVersion && reader.type === wireType.varint) hasVersion = true;
    else if (reader.field === model.graph && reader.type === wireType.delimited)
      graphs.push(reader.message());
  }
  if (!hasVersion || graphs.length === 0) {
    throw new WireError(`it has no ${hasVersion ? 'graph' : 'ir_version'}`);
  }
  return graphs;
}

function addConstant(locations: TensorLocation[], at: WireReader): void {
  const reader = at.message();
  const values: WireReader[] = [];
  let output = '';
  let isConstant = false;
  let isDefaultDomain = true;
  while (reader.next()) {
    if (reader.type !== wireType.delimited) continue;
    if (reader.field === node.output) output = reader.text();
    else if (reader.field === node.opType) isConstant = reader.text() === 'Constant';
    else if (reader.field === node.domain) isDefaultDomain = ['', 'ai.onnx'].includes(reader.text());
    else if (reader.field === node.attribute) values.push(reader.message());
  }
  if (!isConstant || !isDefaultDomain) return;
  for (const value of values) {
    let isValue = false;
    let content: WireReader | null = null;
    while (value.next()) {
      if (value.type !== wireType.delimited) continue;
      if (value.field === attribute.name) isValue = value.text() === 'value';
      else if (value.field === attribute.tensor) content = value.message();
    }
    if (isValue && content) addTensor(locations, content, output);
  }
}

function addTensor(locations: TensorLocation[], reader: WireReader, constant: string | null): void {
  const dims: number[] = [];
  let dataType = 0;
  let name = '';
  let raw: { offset: number; bytes: number } | null = null;
  while (reader.next()) {
    if (reader.field === tensor.dims) addDims(dims, reader);
    else if (reader.field === tensor.dataType && reader.type === wireType.varint) dataType = reader.value;
    else if (reader.field === tensor.name && reader.type === wireType.delimited) name = reader.text();
    else if (reader.field === tensor.rawData && reader.type === wireType.delimited) {
      raw = { offset: reader.start, bytes: reader.end - reader.start };
    }
  }
  name = constant ?? name;
  if (!raw || raw.bytes === 0) return;
  assertSize(name, dataType, dims, raw.bytes);
  locations.push({ name, datatype: datatypeOf(dataType), bits: elementBits(dataType)!, dims, ...raw });
}

function addDims(dims: number[], reader: WireReader): void {
  for (const dim of reader.varints()) {
    if (dims.length === maxDims) throw new WireError(`a tensor of more than ${maxDims} dimensions`);
    dims.push(dim);
  }
}

function assertSize(name: string, dataType: number, dims: readonly number[], bytes: number): void {
  const shape = `${dataTypeName(dataType)} [${dims.map(showDim).join(', ')}]`;
  if (dims.some(dim => !Number.isSafeInteger(dim))) {
    throw new HaversackError('ModelInvalid', `Weight '${name}' has the impossible shape ${shape}.`);
  }
  const wanted = storedBytes(dataType, dims);
  if (wanted === null)
    throw new HaversackError('ModelInvalid', `Weight '${name}' holds ${shape} as raw bytes.`);
  if (wanted !== bytes) {
    throw new HaversackError('ModelInvalid', `Weight '${name}' is ${shape}: ${wanted} bytes, got ${bytes}.`);
  }
}

function showDim(dim: number): string {
  return Number.isSafeInteger(dim) ? String(dim) : 'a negative or huge number';
}
