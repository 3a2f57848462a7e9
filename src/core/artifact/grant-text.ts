// Grants as a person writes and reads them: `digits:predict,read`.
import { HaversackError } from '../errors.ts';
import { z } from '../zod.ts';
import { type Grant, grantSchema, modelRightSchema } from './grant.ts';

/** @throws HaversackError `BadRequest` saying what is wanted */
export function parseGrant(text: string): Grant {
  const colon = text.indexOf(':');
  const rights = text
    .slice(colon + 1)
    .split(',')
    .map(right => right.trim());
  const grant = grantSchema.safeParse({ model: text.slice(0, Math.max(0, colon)).trim(), rights });
  if (grant.success) return grant.data;
  throw new HaversackError(
    'BadRequest',
    `"${text.slice(0, 100)}" is no grant: wanted MODEL:RIGHT,… with a model's name or * and ${modelRightSchema.options.join(', ')} (${z.prettifyError(grant.error)})`,
  );
}

export function formatGrant({ model, rights }: Grant): string {
  return `${model}:${rights.join(',')}`;
}

export function formatGrants(grants: readonly Grant[]): string {
  return grants.map(formatGrant).join(' ');
}
