// A request's body out of tensors, and tensors out of a response's: the Open Inference Protocol as a client speaks it, JSON and the
// binary tensor data extension. Its own, beside the one in core: that one is made to be fast in a server and says exactly what is
// wrong, this one is made to be small.
import { datatypes } from '../core/datatype.ts';
import { joinBytes } from '../core/join-bytes.ts';
import type { TensorMessage } from '../core/protocol/messages.ts';
import { elements, type Tensor, type TensorData, type TensorMap } from '../core/tensor.ts';
import { arrays } from '../core/tensor-bytes.ts';
import { clientError } from './client-error.ts';
import { dataOf, NoValue } from './values.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface WrittenRequest {
  readonly body: Bytes;
  /** Null where the whole body is JSON. */
  readonly headerLength: number | null;
}

/**
 * @param message its other members
 * @param binary FP16 and BF16 go as bytes all the same, and strings as JSON
 * @throws ClientError `InputInvalid` for what JSON has no word for
 */
export function writeRequest(message: object, inputs: TensorMap, binary: boolean): WrittenRequest {
  const parts: Bytes[] = [];
  const written = Object.entries(inputs).map(([name, { datatype, shape, data }]) => {
    const head = JSON.stringify({ name, datatype, shape }).slice(0, -1);
    if (Array.isArray(data)) return `${head},"data":${JSON.stringify(data)}}`;
    if (!binary && datatype !== 'FP16' && datatype !== 'BF16') {
      return `${head},"data":[${jsonElements(name, data, datatype === 'BOOL')}]}`;
    }
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return `${head},"parameters":{"binary_data_size":${data.byteLength}}}`;
  });
  const other = JSON.stringify(message).slice(1, -1);
  const json = new TextEncoder().encode(`{${other}${other && ','}"inputs":[${written.join()}]}`);
  return { body: joinBytes([json, ...parts]), headerLength: parts.length > 0 ? json.length : null };
}

/** 64-bit integers are written in all their digits. */
function jsonElements(name: string, data: Exclude<TensorData, string[]>, isBool: boolean): string {
  const texts = Array.from(data as Float64Array, value => {
    if (isBool) return String(Boolean(value));
    if (typeof value === 'bigint' || Number.isFinite(value)) return String(value);
    if (Number.isNaN(value)) return 'null';
    throw clientError('InputInvalid', `${name} holds ${value}, which JSON has no word for: set binary`);
  });
  return texts.join();
}

export interface ReadResponse {
  readonly version: string | null;
  readonly outputs: TensorMap;
}

/** @throws ClientError `Internal`: the server broke the protocol */
export function readResponse(body: Bytes, headerLength: number | null): ReadResponse {
  const end = headerLength ?? body.length;
  try {
    const { model_version: version, outputs } = JSON.parse(
      new TextDecoder().decode(body.subarray(0, end)),
    ) as { model_version?: string | null; outputs: TensorMessage[] };
    let offset = end;
    const tensors = outputs.map(message => {
      const size = Number(message.parameters?.['binary_data_size'] ?? 0);
      const bytes = body.slice(offset, (offset += size));
      return [message.name, readTensor(message, bytes)] as const;
    });
    if (offset !== body.length) throw new NoValue(`${body.length - offset} bytes belong to no output`);
    return { version: version ?? null, outputs: Object.fromEntries(tensors) };
  } catch (cause) {
    throw clientError('Internal', cause instanceof Error ? cause.message : '', cause);
  }
}

function readTensor({ name, datatype, shape, data }: TensorMessage, bytes: Bytes): Tensor {
  if (!datatypes.includes(datatype)) throw new NoValue(`${name} is ${datatype}, which is no datatype`);
  const read = data
    ? dataOf(name, datatype, data.flat(Infinity))
    : datatype === 'BYTES'
      ? stringsOf(bytes)
      : new arrays[datatype](bytes.buffer);
  if (read.length !== elements(shape)) {
    throw new NoValue(`${name} is [${shape.join()}], got ${read.length} elements`);
  }
  return { datatype, shape, data: read };
}

/** Each after its length (uint32, little-endian). One that is cut short leaves their count wrong, or the view. */
function stringsOf(bytes: Bytes): string[] {
  const view = new DataView(bytes.buffer);
  const strings: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 + view.getUint32(at, true);
    if (end > bytes.length) throw new NoValue('a string is cut short');
    strings.push(new TextDecoder().decode(bytes.subarray(at + 4, end)));
    at = end;
  }
  return strings;
}
