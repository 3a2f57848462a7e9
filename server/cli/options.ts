// Values of options that several verbs have, parsed.
import { InvalidArgumentError } from 'commander';
import { type Role, roleSchema } from '../../src/core/artifact/registry-api.ts';

export function parseRole(text: string): Role {
  const role = roleSchema.safeParse(text);
  if (role.success) return role.data;
  throw new InvalidArgumentError(`A role is one of ${roleSchema.options.join(', ')}.`);
}

export function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number from 1 on.');
}
