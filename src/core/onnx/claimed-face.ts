// A model's interface and labels as somebody claims them; where nobody does, as the file says them of itself.
import type { Bytes } from '../artifact/digest.ts';
import { interfaceSchema, type ModelInterface } from '../artifact/interface.ts';
import { HaversackError } from '../errors.ts';
import { z } from '../zod.ts';
import { descriptionOf } from './description.ts';
import type { ModelInspection } from './inspect.ts';
import { fitsLabels, interfaceOf, withColumns } from './interface.ts';

export interface ModelFace {
  readonly interface: ModelInterface;
  readonly labels: string[] | null;
}

export interface FaceClaims {
  /** Null: it is read from the file. */
  readonly interface: ModelInterface | null;
  readonly labels: readonly string[] | null;
}

/**
 * @param inspection of that file
 * @throws HaversackError `ModelInvalid` for one that has more inputs, or longer names, than an interface says
 */
export function claimedFace(file: Bytes, inspection: ModelInspection, claims: FaceClaims): ModelFace {
  const given = claims.labels && [...claims.labels];
  if (claims.interface) return { interface: claims.interface, labels: given };
  const told = descriptionOf(file);
  const labels = given ?? fitting(inspection, told.labels);
  return { interface: limited(withColumns(interfaceOf(inspection, labels), told.features)), labels };
}

/** The labels that a file says its classes have, where they fit. @param inspection of that file */
export function ownLabels(file: Bytes, inspection: ModelInspection): string[] | null {
  return fitting(inspection, descriptionOf(file).labels);
}

function fitting(inspection: ModelInspection, labels: readonly string[] | null): string[] | null {
  return labels && fitsLabels(inspection, labels) ? [...labels] : null;
}

function limited(read: ModelInterface): ModelInterface {
  const parsed = interfaceSchema.safeParse(read);
  if (!parsed.success) throw new HaversackError('ModelInvalid', z.prettifyError(parsed.error));
  return parsed.data;
}
