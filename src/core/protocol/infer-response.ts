// An inference response between its body and tensors, both ways: a server encodes it, a client decodes it.
import { blaming } from './blaming.ts';
import { type EncodedBody, encodeFrame } from './frame.ts';
import type { InferRequest } from './infer-request.ts';
import { type InferResponse, readResponse } from './read-response.ts';

/**
 * Outputs travel in the way that the request asked for.
 * @throws HaversackError `BadRequest` where it asked for JSON and an output has no JSON form
 */
export function encodeResponse(
  { modelName, modelVersion, id, outputs }: InferResponse,
  request: Pick<InferRequest, 'outputs' | 'binaryOutputs'>,
): EncodedBody {
  const isBinary = (name: string) =>
    request.outputs?.find(output => output.name === name)?.binary ?? request.binaryOutputs;
  const head = {
    ...(modelName === null ? {} : { model_name: modelName }),
    ...(modelVersion === null ? {} : { model_version: modelVersion }),
    ...(id === null ? {} : { id }),
  };
  return blaming('BadRequest', () => encodeFrame(head, 'outputs', outputs, isBinary));
}

/** @throws HaversackError `Internal`: the server broke the protocol */
export function decodeResponse(body: Uint8Array<ArrayBuffer>, headerLength: number | null): InferResponse {
  return blaming('Internal', () => readResponse(body, headerLength));
}
