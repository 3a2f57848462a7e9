// The body that requests and responses share: JSON, then the bytes of those tensors that are not in the JSON, in order.
import { elementBytes } from '../datatype.ts';
import { joinBytes } from '../join-bytes.ts';
import { elements, type Tensor, type TensorMap } from '../tensor.ts';
import { tensorFromBinary, tensorToBinary } from './codec-binary.ts';
import { tensorFromJson, tensorToJson } from './codec-json.ts';
import { Malformed } from './malformed.ts';
import { binaryMediaType, jsonMediaType, maxTensorBytes, type TensorMessage } from './messages.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface EncodedBody {
  readonly body: Bytes;
  /** For `Inference-Header-Content-Length`; null where the whole body is JSON. */
  readonly headerLength: number | null;
  readonly contentType: typeof jsonMediaType | typeof binaryMediaType;
}

export interface Frame {
  /** Any JSON: the caller says what it must be. */
  readonly json: unknown;
  /** What follows the JSON. */
  readonly binary: Bytes;
}

/** @throws Malformed */
export function openFrame(body: Bytes, headerLength: number | null): Frame {
  const end = headerLength ?? body.length;
  if (!Number.isSafeInteger(end) || end < 0 || end > body.length) {
    throw new Malformed(`the header length is ${end}, the body has ${body.length} bytes`);
  }
  if (end === 0) throw new Malformed('the body has no JSON: name the inputs, with shape and datatype');
  return { json: parseJson(body.subarray(0, end)), binary: body.subarray(end) };
}

function parseJson(bytes: Bytes): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new Malformed(`the body is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Every byte of `binary` belongs to exactly one tensor.
 * @throws Malformed
 */
export function readTensors(messages: readonly TensorMessage[], binary: Bytes): TensorMap {
  const tensors = new Map<string, Tensor>();
  let offset = 0;
  for (const message of messages) {
    const { name, datatype, shape, data } = message;
    if (tensors.has(name)) throw new Malformed(`'${name}' comes twice`);
    assertSize(message);
    const size = binarySize(message);
    if ((data === undefined) === (size === null)) {
      const got = data === undefined ? 'neither' : 'both';
      throw new Malformed(`'${name}' must have one of data and binary_data_size, got ${got}`);
    }
    if (size === null) {
      tensors.set(name, tensorFromJson(name, datatype, shape, data!));
    } else {
      if (size > binary.length - offset) {
        throw new Malformed(`'${name}' wants ${size} bytes after the JSON, got ${binary.length - offset}`);
      }
      tensors.set(name, tensorFromBinary(name, datatype, shape, binary.subarray(offset, offset + size)));
      offset += size;
    }
  }
  if (offset < binary.length) {
    throw new Malformed(`${binary.length - offset} bytes follow that belong to no tensor`);
  }
  return Object.fromEntries(tensors);
}

/** @throws Malformed where a tensor that goes into the JSON has no JSON form */
export function encodeFrame(
  tensors: TensorMap,
  isBinary: (name: string) => boolean,
  message: (tensors: TensorMessage[]) => object,
): EncodedBody {
  const parts: Bytes[] = [];
  const messages = Object.entries(tensors).map(([name, tensor]): TensorMessage => {
    const head = { name, datatype: tensor.datatype, shape: [...tensor.shape] };
    if (!isBinary(name)) return { ...head, data: tensorToJson(name, tensor) };
    const bytes = tensorToBinary(tensor);
    parts.push(bytes);
    return { ...head, parameters: { binary_data_size: bytes.length } };
  });
  const json = new TextEncoder().encode(JSON.stringify(message(messages)));
  if (parts.length === 0) return { body: json, headerLength: null, contentType: jsonMediaType };
  return { body: joinBytes([json, ...parts]), headerLength: json.length, contentType: binaryMediaType };
}

function binarySize({ name, parameters }: TensorMessage): number | null {
  const size = parameters?.['binary_data_size'];
  if (size === undefined) return null;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new Malformed(`'${name}' has a binary_data_size of ${size}`);
  }
  return size;
}

function assertSize({ name, datatype, shape }: TensorMessage): void {
  const bytes = elements(shape) * (elementBytes[datatype] ?? 1);
  if (bytes > maxTensorBytes) {
    throw new Malformed(`'${name}' is ${datatype} [${shape.join(', ')}]: more than ${maxTensorBytes} bytes`);
  }
}
