// Signed documents as they lie in the database: JSON text of the envelope.
import { type Envelope, envelopeSchema, readDocument } from '../../src/core/artifact/signature.ts';
import type { z } from '../../src/core/zod.ts';

export function toText(envelope: Envelope): string {
  return JSON.stringify(envelope);
}

export function toEnvelope(text: string): Envelope {
  return envelopeSchema.parse(JSON.parse(text));
}

/** The content; its signature was made, or checked, before it was stored. */
export function contentOf<T>(text: string, schema: z.ZodType<T>): T {
  return readDocument(toEnvelope(text), schema);
}
