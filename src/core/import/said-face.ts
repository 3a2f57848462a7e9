// A brought model's interface with what a person says of it: the labels of its classes, and what its pixels are.
import type { ModelInterface } from '../artifact/interface.ts';
import { HaversackError } from '../errors.ts';
import type { ModelInspection } from '../onnx/inspect.ts';
import { interfaceOf } from '../onnx/interface.ts';
import { faceWithLabels } from './face-with-labels.ts';
import { type PixelRange, withPixels } from './pixels.ts';

export interface SaidOfModel {
  readonly labels: readonly string[] | null;
  /** Null: nobody said, or it takes no images. */
  readonly pixels: PixelRange | null;
}

/**
 * @param inspection of the ONNX file
 * @param imported how the importer says it; null for what was ONNX
 * @returns null where all is to be read from the file
 * @throws HaversackError `BadRequest` for pixels of what takes no image; `ModelInvalid` as `faceWithLabels`
 */
export function saidFace(
  inspection: ModelInspection,
  imported: ModelInterface | null,
  { labels, pixels }: SaidOfModel,
): ModelInterface | null {
  const face = imported && (labels ? faceWithLabels(imported, inspection, labels) : imported);
  if (!pixels) return face;
  const seen = withPixels(face ?? interfaceOf(inspection, labels), pixels);
  if (seen) return seen;
  throw new HaversackError('BadRequest', 'pixels: this model does not take one image with 1 or 3 channels');
}
