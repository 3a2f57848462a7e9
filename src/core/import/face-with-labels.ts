// An imported model's interface with labels that came from elsewhere: an output as wide is then one value a class.
import type { ModelInterface } from '../artifact/interface.ts';
import type { ModelInspection } from '../onnx/inspect.ts';
import { interfaceOf } from '../onnx/interface.ts';

/** @throws HaversackError `ModelInvalid` where no output is as wide as there are labels */
export function faceWithLabels(
  face: ModelInterface,
  inspection: ModelInspection,
  labels: readonly string[],
): ModelInterface {
  return { ...interfaceOf(inspection, labels), inputs: face.inputs };
}
