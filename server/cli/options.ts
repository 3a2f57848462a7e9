// Values of options that several verbs have, parsed.
import { InvalidArgumentError } from 'commander';
import type { Grant } from '../../src/core/artifact/grant.ts';
import { parseGrant } from '../../src/core/artifact/grant-text.ts';
import { groupNameSchema } from '../../src/core/artifact/names.ts';
import { type Role, roleSchema } from '../../src/core/artifact/role.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { PixelRange } from '../../src/core/import/pixels.ts';
import { z } from '../../src/core/zod.ts';

export function parseRole(text: string): Role {
  const role = roleSchema.safeParse(text);
  if (role.success) return role.data;
  throw new InvalidArgumentError(`A role is one of ${roleSchema.options.join(', ')}.`);
}

export function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number from 1 on.');
}

/** Hours, none too. */
export function parseHours(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number of hours from 0 on.');
}

/** `digits:predict,read`, and those before it: the option may come again. */
export function parseGrants(text: string, before: readonly Grant[] = []): Grant[] {
  try {
    return [...before, parseGrant(text)];
  } catch (error) {
    throw new InvalidArgumentError(error instanceof HaversackError ? error.detail : String(error));
  }
}

/** A share of all devices. */
export function parseShare(text: string): number {
  const share = Number(text);
  if (text.trim() !== '' && share >= 0 && share <= 1) return share;
  throw new InvalidArgumentError('It is a number between 0 and 1.');
}

/** `0,255` or `-1,1`: black and white. */
export function parsePixels(text: string): PixelRange {
  const [black, white, ...rest] = text
    .split(',')
    .map(part => (part.trim() === '' ? Number.NaN : Number(part)));
  if (rest.length === 0 && Number.isFinite(black) && Number.isFinite(white)) return [black!, white!];
  throw new InvalidArgumentError('It is two numbers: black and white, like 0,255 or -1,1.');
}

/** `north,phones`. */
export function parseGroupList(text: string): string[] {
  const groups = z.array(groupNameSchema).safeParse(text.split(',').map(name => name.trim()));
  if (groups.success) return groups.data;
  throw new InvalidArgumentError(z.prettifyError(groups.error));
}
