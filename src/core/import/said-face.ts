// A brought model's interface with what a person says of it: the labels of its classes, and what its pixels are.
import type { Bytes } from '../artifact/digest.ts';
import type { ModelInterface } from '../artifact/interface.ts';
import { HaversackError } from '../errors.ts';
import { type FaceClaims, ownLabels } from '../onnx/claimed-face.ts';
import type { ModelInspection } from '../onnx/inspect.ts';
import { interfaceOf } from '../onnx/interface.ts';
import { faceWithLabels } from './face-with-labels.ts';
import type { Imported } from './imported.ts';
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

/**
 * The same where the file is at hand: who says what its pixels are, and nothing of its classes, leaves the labels that it has.
 * @param inspection of that file
 * @throws HaversackError as `saidFace`
 */
export function saidClaims(
  file: Bytes,
  inspection: ModelInspection,
  imported: Pick<Imported, 'interface' | 'labels'> | null,
  { labels, pixels }: SaidOfModel,
): FaceClaims {
  const own = pixels && !imported ? ownLabels(file, inspection) : null;
  const known = labels ?? imported?.labels ?? own;
  const said = { labels: imported ? labels : known, pixels };
  return { interface: saidFace(inspection, imported?.interface ?? null, said), labels: known };
}
