// The parts of a path, parsed.
import { digestSchema } from '../../../src/core/artifact/digest.ts';
import { aliasNameSchema, modelNameSchema, versionNumberSchema } from '../../../src/core/artifact/names.ts';
import { z } from '../../../src/core/zod.ts';

export const modelParams = z.object({ model: modelNameSchema });
export const aliasParams = z.object({ model: modelNameSchema, alias: aliasNameSchema });
export const versionParams = z.object({
  model: modelNameSchema,
  version: z
    .string()
    .regex(/^[1-9]\d{0,9}$/, 'a version is a number, counted from 1')
    .transform(Number)
    .pipe(versionNumberSchema),
});
export const digestParams = z.object({ digest: digestSchema });
