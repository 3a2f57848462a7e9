// Values of options that several verbs have, parsed.
import { InvalidArgumentError } from 'commander';
import { groupNameSchema } from '../../src/core/artifact/names.ts';
import { type Role, roleSchema } from '../../src/core/artifact/role.ts';
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

/** A share of all devices. */
export function parseShare(text: string): number {
  const share = Number(text);
  if (text.trim() !== '' && share >= 0 && share <= 1) return share;
  throw new InvalidArgumentError('It is a number between 0 and 1.');
}

/** `north,phones`. */
export function parseGroupList(text: string): string[] {
  const groups = z.array(groupNameSchema).safeParse(text.split(',').map(name => name.trim()));
  if (groups.success) return groups.data;
  throw new InvalidArgumentError(z.prettifyError(groups.error));
}
