// An inference request as the body that a client sends. Knows neither schemas nor the catalogue of errors: a client is small.
import type { TensorMap } from '../tensor.ts';
import { type EncodedBody, encodeFrame } from './frame.ts';
import type { Parameters } from './messages.ts';

export interface RequestToWrite {
  readonly inputs: TensorMap;
  readonly id?: string;
  readonly parameters?: Parameters;
  readonly outputs?: readonly string[];
  /** Whether tensors travel as bytes, out and back. FP16 and BF16 always go out as bytes: JSON cannot carry them. */
  readonly binary: boolean;
}

/** @throws Malformed where a tensor has no JSON form */
export function writeRequest({ inputs, id, parameters, outputs, binary }: RequestToWrite): EncodedBody {
  const isBinary = (name: string) => binary || ['FP16', 'BF16'].includes(inputs[name]!.datatype);
  const all = { ...parameters, ...(binary ? { binary_data_output: true } : {}) };
  const head = {
    ...(id === undefined ? {} : { id }),
    ...(Object.keys(all).length === 0 ? {} : { parameters: all }),
    ...(outputs ? { outputs: outputs.map(name => ({ name })) } : {}),
  };
  return encodeFrame(head, 'inputs', inputs, isBinary);
}
