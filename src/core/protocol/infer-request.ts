// An inference request between its body and tensors, both ways: a server decodes it, a client encodes it.
import type { TensorMap } from '../tensor.ts';
import { type EncodedBody, encodeFrame, openFrame, readTensors } from './frame.ts';
import { blaming } from './malformed.ts';
import { inferRequestMessageSchema, type Parameters } from './messages.ts';

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
    const { message, binary } = openFrame(body, headerLength, inferRequestMessageSchema);
    const { id = null, parameters = {}, outputs } = message;
    const binaryOutputs = parameters['binary_data_output'] === true;
    return {
      id,
      parameters,
      inputs: readTensors(message.inputs, binary),
      outputs:
        outputs?.map(({ name, parameters: own }) => ({
          name,
          binary: typeof own?.['binary_data'] === 'boolean' ? own['binary_data'] : binaryOutputs,
        })) ?? null,
      binaryOutputs,
    };
  });
}

export interface RequestToEncode {
  readonly inputs: TensorMap;
  readonly id?: string;
  readonly outputs?: readonly string[];
  /** Whether tensors travel as bytes, out and back. FP16 and BF16 always go out as bytes: JSON cannot carry them. */
  readonly binary: boolean;
}

/** @throws HaversackError `InputInvalid` where a tensor has no JSON form */
export function encodeRequest({ inputs, id, outputs, binary }: RequestToEncode): EncodedBody {
  const isBinary = (name: string) => binary || ['FP16', 'BF16'].includes(inputs[name]!.datatype);
  return blaming('InputInvalid', () =>
    encodeFrame(inputs, isBinary, messages => ({
      ...(id === undefined ? {} : { id }),
      ...(binary ? { parameters: { binary_data_output: true } } : {}),
      inputs: messages,
      ...(outputs ? { outputs: outputs.map(name => ({ name })) } : {}),
    })),
  );
}
