// A JSON body as what its schema says.
import { HaversackError } from '../errors.ts';
import { blaming } from '../protocol/blaming.ts';
import { openFrame } from '../protocol/frame.ts';
import { z } from '../zod.ts';

/** @throws HaversackError `BadRequest` naming the member, got and wanted */
export function parseBody<T>(body: Uint8Array<ArrayBuffer>, schema: z.ZodType<T>): T {
  const { json } = blaming('BadRequest', () => openFrame(body, null));
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new HaversackError('BadRequest', z.prettifyError(parsed.error));
  return parsed.data;
}
