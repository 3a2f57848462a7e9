// SHA-256 digests: how every chunk, file and document is named. Lower-case hexadecimal, 64 characters.
import { z } from '../zod.ts';

export const digestSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits (SHA-256)');
export type Digest = z.infer<typeof digestSchema>;

/** Bytes that own a plain (not shared) buffer: what WebCrypto, IndexedDB and fetch take. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** SHA-256 (FIPS 180-4) of the bytes. */
export async function sha256(bytes: Bytes): Promise<Digest> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

export function toHex(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex;
}

/** @param hex of whole bytes, as a `Digest` is */
export function fromHex(hex: string): Bytes {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}
