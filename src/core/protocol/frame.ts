// The body that requests and responses share: JSON, then the bytes of those tensors that are not in the JSON, in order.
import { elementBytes } from '../datatype.ts';
import { joinBytes } from '../join-bytes.ts';
import { elements, type Tensor, type TensorMap } from '../tensor.ts';
import { tensorFromBinary, tensorToBinary } from './codec-binary.ts';
import { tensorFromJson } from './codec-json.ts';
import { JsonWriter } from './json-writer.ts';
import { quoteLongIntegers } from './long-integers.ts';
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
  /** What that was read from. */
  readonly text: string;
  /** The same, in which whole numbers beyond 2^53 are strings of their digits. */
  readonly exactJson: () => unknown;
  /** What follows the JSON. */
  readonly binary: Bytes;
}

/** Before it, a byte order mark is no JSON (RFC 8259 §8.1), and is not taken off. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws Malformed */
export function openFrame(body: Bytes, headerLength: number | null): Frame {
  const end = headerLength ?? body.length;
  if (!Number.isSafeInteger(end) || end < 0 || end > body.length) {
    throw new Malformed(`the header length is ${end}, the body has ${body.length} bytes`);
  }
  if (end === 0) throw new Malformed('the body has no JSON: name the inputs, with shape and datatype');
  const text = decoded(end === body.length ? body : body.subarray(0, end));
  let exact: { readonly json: unknown } | null = null;
  return {
    json: parsed(text),
    text,
    exactJson: () => (exact ??= { json: parsed(quoteLongIntegers(text)) }).json,
    binary: body.subarray(end),
  };
}

function decoded(bytes: Bytes): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Malformed('the body is no UTF-8');
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Malformed(`the body is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Every byte of `binary` belongs to exactly one tensor.
 * @param exactData the JSON array of one message, as in `Frame.exactJson`
 * @throws Malformed
 */
export function readTensors(
  messages: readonly TensorMessage[],
  binary: Bytes,
  exactData: (index: number) => readonly unknown[],
): TensorMap {
  const tensors = new Map<string, Tensor>();
  let offset = 0;
  messages.forEach((message, index) => {
    const { name, datatype, shape, data } = message;
    if (tensors.has(name)) throw new Malformed(`'${name}' comes twice`);
    assertSize(message);
    const size = binarySize(message);
    if ((data === undefined) === (size === null)) {
      const got = data === undefined ? 'neither' : 'both';
      throw new Malformed(`'${name}' must have one of data and binary_data_size, got ${got}`);
    }
    if (size === null) {
      tensors.set(
        name,
        tensorFromJson(name, datatype, shape, data!, () => exactData(index)),
      );
    } else {
      if (size > binary.length - offset) {
        throw new Malformed(`'${name}' wants ${size} bytes after the JSON, got ${binary.length - offset}`);
      }
      tensors.set(name, tensorFromBinary(name, datatype, shape, binary.subarray(offset, offset + size)));
      offset += size;
    }
  });
  if (offset < binary.length) {
    throw new Malformed(`${binary.length - offset} bytes follow that belong to no tensor`);
  }
  return Object.fromEntries(tensors);
}

/** Of `messages` in a frame's `exactJson`, whose form was looked at in `json` before. */
export function exactDataOf(
  frame: Frame,
  member: 'inputs' | 'outputs',
): (index: number) => readonly unknown[] {
  return index => (frame.exactJson() as Record<typeof member, { data: unknown[] }[]>)[member][index]!.data;
}

/** Tensors behind the JSON begin at a multiple of this, so that whoever reads them can leave them where they lie. */
const alignmentBytes = 8;

/**
 * @param head the message's other members
 * @throws Malformed where a tensor that goes into the JSON has no JSON form
 */
export function encodeFrame(
  head: object,
  member: 'inputs' | 'outputs',
  tensors: TensorMap,
  isBinary: (name: string) => boolean,
): EncodedBody {
  const writer = new JsonWriter();
  const parts: Bytes[] = [];
  const start = JSON.stringify(head).slice(0, -1);
  let separator = `${start}${start === '{' ? '' : ','}"${member}":[`;
  for (const name in tensors) {
    const tensor = tensors[name]!;
    const said = `{"name":${JSON.stringify(name)},"datatype":"${tensor.datatype}","shape":[${tensor.shape.join(',')}]`;
    writer.text(`${separator}${said},`);
    separator = ',';
    if (isBinary(name)) {
      const bytes = tensorToBinary(tensor);
      parts.push(bytes);
      writer.text(`"parameters":{"binary_data_size":${bytes.length}}}`);
    } else {
      writer.text('"data":');
      writer.elements(name, tensor);
      writer.text('}');
    }
  }
  writer.text(separator === ',' ? ']}' : `${separator}]}`);
  if (parts.length === 0) return { body: writer.take(), headerLength: null, contentType: jsonMediaType };
  const headerLength = writer.padTo(alignmentBytes);
  return { body: joinBytes([writer.take(), ...parts]), headerLength, contentType: binaryMediaType };
}

function binarySize({ name, parameters }: TensorMessage): number | null {
  const size = parameters?.['binary_data_size'];
  if (size === undefined) return null;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new Malformed(`'${name}' has a binary_data_size of ${size}`);
  }
  return size;
}

/** Of a tensor without elements, in which a dimension is 0: answers in rows have one for each place of the others. */
const maxEmptyPlaces = 2 ** 20;

function assertSize({ name, datatype, shape }: TensorMessage): void {
  if (shape.includes(0) && elements(shape.filter(size => size > 0)) > maxEmptyPlaces) {
    throw new Malformed(`'${name}' is [${shape.join(', ')}]: too many places for nothing`);
  }
  const bytes = elements(shape) * (elementBytes[datatype] ?? 1);
  if (bytes > maxTensorBytes) {
    throw new Malformed(`'${name}' is ${datatype} [${shape.join(', ')}]: more than ${maxTensorBytes} bytes`);
  }
}
