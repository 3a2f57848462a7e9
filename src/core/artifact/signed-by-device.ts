// Documents that a device signed: candidate, samples, report. What one says of who made it must be what its key says.
import { HaversackError } from '../errors.ts';
import type { z } from '../zod.ts';
import { type Envelope, keyIdOf, openDocument } from './signature.ts';

/**
 * @param publicKey the device's
 * @throws HaversackError `SignatureInvalid`, `DocumentInvalid`
 */
export async function openSignedByDevice<T extends { readonly device: string | null }>(
  envelope: Envelope,
  schema: z.ZodType<T>,
  publicKey: string,
): Promise<T> {
  const content = await openDocument(envelope, schema, publicKey);
  if (content.device !== (await keyIdOf(publicKey))) {
    throw new HaversackError(
      'SignatureInvalid',
      `it names the device ${content.device?.slice(0, 12) ?? 'none'}, another signed it`,
    );
  }
  return content;
}
