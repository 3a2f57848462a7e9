// Reads rows of the database: parsed like anything from outside, for browsers, extensions and old builds damage them.
import { z } from '../core/zod.ts';

/**
 * The row, or null where there is none. A damaged one is reported and counts as absent: one bad row takes no list down,
 * and what can be fetched again will be.
 */
export function readRow<T>(schema: z.ZodType<T>, raw: unknown, where: string): T | null {
  if (raw === undefined) return null;
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  console.warn(`haversack: a damaged row in "${where}" is left out. ${z.prettifyError(parsed.error)}`);
  return null;
}

export function readRows<T>(schema: z.ZodType<T>, raws: readonly unknown[], where: string): T[] {
  return raws.map(raw => readRow(schema, raw, where)).filter(row => row !== null);
}
