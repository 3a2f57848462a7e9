// What a dropped file is, and why it is no model for this runtime. Loaded when a file is dropped: it reads protobuf.
import type { Bytes } from '../core/artifact/digest.ts';
import type { ModelInterface } from '../core/artifact/interface.ts';
import { HaversackError } from '../core/errors.ts';
import { inspectModel, type ModelInspection } from '../core/onnx/inspect.ts';
import { interfaceOf } from '../core/onnx/interface.ts';
import { unsupportedOperators } from '../core/onnx/operators.ts';

/** @throws HaversackError `NotOnnx`, `ExternalDataMissing`, `ModelInvalid`, `OperatorUnsupported` by name */
export function inspectFile(file: Bytes): ModelInspection & { readonly interface: ModelInterface } {
  const inspection = inspectModel(file);
  const unsupported = unsupportedOperators(inspection);
  if (unsupported.length > 0) throw new HaversackError('OperatorUnsupported', unsupported.join(', '));
  return { ...inspection, interface: interfaceOf(inspection) };
}
