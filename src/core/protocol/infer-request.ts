// An inference request between its body and tensors, both ways: a server decodes it, a client encodes it.
import type { TensorMap } from '../tensor.ts';
import { blaming } from './blaming.ts';
import { type EncodedBody, exactDataOf, openFrame, readTensors } from './frame.ts';
import type { Parameters } from './messages.ts';
import { toRequestMessage } from './request-message.ts';
import { type RequestToWrite, writeRequest } from './write-request.ts';

export interface InferRequest {
  /** Comes back with the answer. */
  readonly id: string | null;
  readonly parameters: Parameters;
  /** Large ones may be views of the body, several of one: whoever gives their memory away copies them first. */
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
    const frame = openFrame(body, headerLength);
    const { id = null, parameters = {}, inputs, outputs } = toRequestMessage(frame.json);
    const binaryOutputs = parameters['binary_data_output'] === true;
    return {
      id,
      parameters,
      inputs: readTensors(inputs, frame.binary, exactDataOf(frame, 'inputs')),
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
