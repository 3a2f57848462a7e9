// An inference request between its body and tensors, both ways: a server decodes it, a client encodes it.
import type { TensorMap } from '../tensor.ts';
import { z } from '../zod.ts';
import { blaming } from './blaming.ts';
import { type EncodedBody, openFrame, readTensors } from './frame.ts';
import { Malformed } from './malformed.ts';
import { inferRequestMessageSchema } from './message-schemas.ts';
import type { Parameters } from './messages.ts';
import { type RequestToWrite, writeRequest } from './write-request.ts';

export interface InferRequest {
  /** Comes back with the answer. */
  readonly id: string | null;
  readonly parameters: Parameters;
  readonly inputs: TensorMap;
  /** Null: all, in the way that `binaryOutputs` says. */
  readonly outputs: readonly RequestedOutput[] | null;
  readonly binaryOutputs: boolean;
}

export interface RequestedOutput {
  readonly name: string;
  readonly binary: boolean;
}

/**
 * `headerLength` is that of `Inference-Header-Content-Length`, null where the header is absent.
 * @throws HaversackError `BadRequest`
 */
export function decodeRequest(body: Uint8Array<ArrayBuffer>, headerLength: number | null): InferRequest {
  return blaming('BadRequest', () => {
    const { json, binary } = openFrame(body, headerLength);
    const parsed = inferRequestMessageSchema.safeParse(json);
    if (!parsed.success) throw new Malformed(z.prettifyError(parsed.error));
    const { id = null, parameters = {}, inputs, outputs } = parsed.data;
    const binaryOutputs = parameters['binary_data_output'] === true;
    return {
      id,
      parameters,
      inputs: readTensors(inputs, binary),
      outputs:
        outputs?.map(({ name, parameters: own }) => ({
          name,
          binary: typeof own?.['binary_data'] === 'boolean' ? own['binary_data'] : binaryOutputs,
        })) ?? null,
      binaryOutputs,
    };
  });
}

/** @throws HaversackError `InputInvalid` where a tensor has no JSON form */
export function encodeRequest(request: RequestToWrite): EncodedBody {
  return blaming('InputInvalid', () => writeRequest(request));
}
