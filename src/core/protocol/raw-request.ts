// A request without any JSON (`Inference-Header-Content-Length: 0`): the body is the one input's bytes, as in Triton.
import { elementBytes } from '../datatype.ts';
import { elements } from '../tensor.ts';
import { blaming } from './blaming.ts';
import { tensorFromBinary } from './codec-binary.ts';
import type { InferRequest } from './infer-request.ts';
import { Malformed } from './malformed.ts';
import type { MetadataTensor } from './messages.ts';

/**
 * All outputs come back as bytes. A model of text takes the body as one element, without its length.
 * @throws HaversackError `BadRequest`
 */
export function decodeRawRequest(
  body: Uint8Array<ArrayBuffer>,
  inputs: readonly MetadataTensor[],
): InferRequest {
  return blaming('BadRequest', () => {
    const [input, ...more] = inputs;
    if (!input || more.length > 0) {
      throw new Malformed(`raw bytes are for one input, the model has ${inputs.length}: name them in JSON`);
    }
    return {
      id: null,
      parameters: {},
      inputs: { [input.name]: rawTensor(input, body) },
      outputs: null,
      binaryOutputs: true,
    };
  });
}

function rawTensor(input: MetadataTensor, body: Uint8Array<ArrayBuffer>) {
  const { name, datatype } = input;
  if (datatype === 'BYTES') {
    const shape = input.shape.map(size => (size === -1 ? 1 : size));
    if (elements(shape) !== 1) throw notFitting(input, body);
    return { datatype, shape, data: [textOf(name, body)] };
  }
  return tensorFromBinary(name, datatype, shapeFor(input, body), body);
}

function textOf(name: string, body: Uint8Array<ArrayBuffer>): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new Malformed(`'${name}' is BYTES: the body is no UTF-8`);
  }
}

/** One free dimension follows from the size; where the first is free beside another, it is a batch of one. */
function shapeFor(input: MetadataTensor, body: Uint8Array<ArrayBuffer>): number[] {
  const free = input.shape.filter(size => size === -1).length;
  const shape = free > 1 && input.shape[0] === -1 ? [1, ...input.shape.slice(1)] : input.shape;
  const fixed = elements(shape.filter(size => size !== -1)) * elementBytes[input.datatype]!;
  const left = body.length / fixed;
  if (shape.filter(size => size === -1).length > 1 || !Number.isInteger(left)) throw notFitting(input, body);
  return shape.map(size => (size === -1 ? left : size));
}

function notFitting({ name, datatype, shape }: MetadataTensor, body: Uint8Array<ArrayBuffer>): Malformed {
  return new Malformed(
    `'${name}' is ${datatype} [${shape.join(', ')}]: ${body.length} bytes do not say its shape; name it in JSON`,
  );
}
