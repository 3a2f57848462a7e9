// Which model and version a request means, and whether the caller may.
import type { ModelRight } from '../artifact/grant.ts';
import { aliasNameSchema, modelNameSchema, versionNumberSchema } from '../artifact/names.ts';
import { HaversackError } from '../errors.ts';
import { z } from '../zod.ts';
import type { PredictionBackend, ProtocolAsk, Resolved, Target } from './service.ts';

/** A version as people write it: `3`, `canary` or `@canary`. */
const versionTextSchema = z
  .string()
  .max(65)
  .transform(text => (/^\d+$/.test(text) ? Number(text) : text.replace(/^@/, '')))
  .pipe(z.union([versionNumberSchema, aliasNameSchema]));

/** @throws HaversackError `NotFound`: nothing can be called that */
export function targetOf(model: string, version: string | undefined): Target {
  return {
    model: named(modelNameSchema, model),
    version: version === undefined ? undefined : named(versionTextSchema, version),
  };
}

/** `iris`, `iris@3`, `iris@canary`. @throws HaversackError `NotFound` */
export function parseTarget(text: string): Target {
  const at = text.indexOf('@');
  return at === -1 ? targetOf(text, undefined) : targetOf(text.slice(0, at), text.slice(at + 1));
}

function named<T>(schema: z.ZodType<T>, text: string): T {
  const parsed = schema.safeParse(text);
  if (!parsed.success) throw new HaversackError('NotFound', z.prettifyError(parsed.error));
  return parsed.data;
}

/** @throws HaversackError `NotFound`, and what `permit` and, for `predict`, `admit` throw */
export async function resolvePermitted(
  target: Target,
  right: ModelRight,
  ask: ProtocolAsk,
  backend: Pick<PredictionBackend, 'resolve' | 'admit'>,
): Promise<Resolved> {
  await ask.permit?.(target.model, right);
  const resolved = await backend.resolve(target);
  if (right === 'predict') await backend.admit?.(resolved, ask.context);
  return resolved;
}
