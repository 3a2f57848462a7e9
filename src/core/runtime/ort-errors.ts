// What ONNX Runtime's messages mean. Both bindings pass on the same native texts (ONNX Runtime 1.30), which is all that
// they give.
import { type ErrorCode, HaversackError } from '../errors.ts';

const meanings: readonly (readonly [RegExp, ErrorCode])[] = [
  [/protobuf parsing failed|Model data pointer is null|No graph was found in the protobuf/i, 'NotOnnx'],
  // "No Op registered for X with domain_version of 21", "X is not a registered function/op",
  // "Could not find an implementation for X(1) node with name 'y'"
  [
    /No Op registered for|is not a registered function\/op|Could not find an implementation for/i,
    'OperatorUnsupported',
  ],
  [/external data|External data|model_path must not be empty/i, 'ExternalDataMissing'],
];

/** The native text without what the bindings put before it. */
function detailOf(message: string): string {
  return message.replace(/^.*?ERROR_MESSAGE:\s*/s, '').trim();
}

/** An error of a session's creation. What is not recognised is `ModelInvalid`: the file was read, and refused. */
export function openError(thrown: unknown): HaversackError {
  if (thrown instanceof HaversackError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const code = meanings.find(([pattern]) => pattern.test(message))?.[1] ?? 'ModelInvalid';
  return new HaversackError(code, detailOf(message), { cause: thrown });
}

/** An error of a run: the feeds were checked before, so it is the runtime's. */
export function runError(thrown: unknown): HaversackError {
  if (thrown instanceof HaversackError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new HaversackError('RuntimeFailed', detailOf(message), { cause: thrown });
}
