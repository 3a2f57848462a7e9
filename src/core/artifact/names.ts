// The spellings a registry accepts: models, aliases, variants.
import { z } from '../zod.ts';

const name = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;
const rule = '1 to 64 of a-z, 0-9, ".", "_", "-", with a letter or digit at both ends';

export const modelNameSchema = z.string().regex(name, `a model's name is ${rule}`);
/** Not all digits, so that `model@3` is always a version and `model@canary` an alias. */
export const aliasNameSchema = z
  .string()
  .regex(name, `an alias is ${rule}`)
  .regex(/\D/, 'an alias has at least one character that is no digit');
export const variantNameSchema = z.string().regex(name, `a variant's name is ${rule}`);
/** Devices that are treated alike: `north`, `phones`. */
export const groupNameSchema = z.string().regex(name, `a group's name is ${rule}`);
/** What a model is found by: `ocr`, `plants`. */
export const tagSchema = z.string().regex(name, `a tag is ${rule}`);
export const versionNumberSchema = z
  .number()
  .int()
  .min(1)
  .max(2 ** 31 - 1);
