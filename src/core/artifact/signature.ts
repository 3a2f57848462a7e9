// Ed25519 (RFC 8032) signatures over canonical documents: who signs, how a signature is checked, what a key is called.
import { verifyAsync } from '@noble/ed25519';
import { HaversackError } from '../errors.ts';
import { z } from '../zod.ts';
import { fromBase64Url, toBase64Url } from './base64url.ts';
import { canonicalBytes, documentDigest, type Json } from './canonical.ts';
import { type Bytes, type Digest, digestSchema, sha256 } from './digest.ts';

/** SHA-256 of the raw 32-byte public key. Names a device and a registry alike. */
export const keyIdSchema = digestSchema;
/** Raw 32-byte Ed25519 public key, base64url in its one form: the bits beyond the last byte are zero (RFC 4648 §3.5). */
export const publicKeySchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, 'expected a 32-byte key in base64url');

export const signatureSchema = z.object({
  keyId: keyIdSchema,
  /** 64 bytes, base64url in its one form. */
  signature: z.string().regex(/^[A-Za-z0-9_-]{85}[AQgw]$/, 'expected a 64-byte signature in base64url'),
});

type Signature = z.infer<typeof signatureSchema>;
/** Of one document: a registry that changes its key signs beside what it had signed. */
const maxSignatures = 8;

/** Something that can sign: a browser's non-exportable key, the registry's key file. */
export interface Signer {
  readonly keyId: string;
  /** base64url */
  readonly publicKey: string;
  /** Ed25519 over exactly these bytes; 64 bytes. */
  sign(bytes: Bytes): Promise<Uint8Array>;
}

/**
 * A signed document, closed: kept, stored and forwarded as it came, members this version does not know included, for the
 * signature covers them. Its content is reached through `openDocument` only.
 */
export const envelopeSchema = z.object({
  signed: z.record(z.string(), z.unknown()),
  signatures: z.array(signatureSchema).min(1).max(maxSignatures),
});
export type Envelope = z.infer<typeof envelopeSchema>;

export async function keyIdOf(publicKey: string): Promise<string> {
  return sha256(fromBase64Url(publicKey));
}

export async function signDocument(
  content: Readonly<Record<string, unknown>>,
  signer: Signer,
): Promise<Envelope> {
  const signed = JSON.parse(JSON.stringify(content)) as Record<string, unknown>;
  return { signed, signatures: [await signContent(signed, signer)] };
}

async function signContent(signed: Envelope['signed'], signer: Signer): Promise<Signature> {
  const signature = await signer.sign(canonicalBytes(signed as Json));
  return { keyId: signer.keyId, signature: toBase64Url(signature) };
}

/** A document's identity: the digest of what is signed, whoever signed it. */
export function envelopeDigest(envelope: Envelope): Promise<Digest> {
  return documentDigest(envelope.signed as Json);
}

/**
 * Checks that one of the signatures was made by `keys`, a public key or several of which any will do, then the form.
 * @throws HaversackError `SignatureInvalid`, `DocumentInvalid`
 */
export async function openDocument<T>(
  envelope: Envelope,
  schema: z.ZodType<T>,
  keys: string | readonly string[],
): Promise<T> {
  await verifyEnvelope(envelope, typeof keys === 'string' ? [keys] : keys);
  return readDocument(envelope, schema);
}

/** The same document with one more signature beside those it has; its identity stays. The newest comes first. */
export async function countersign(envelope: Envelope, signer: Signer): Promise<Envelope> {
  const others = envelope.signatures.filter(({ keyId }) => keyId !== signer.keyId);
  const signature = await signContent(envelope.signed, signer);
  return { signed: envelope.signed, signatures: [signature, ...others].slice(0, maxSignatures) };
}

/**
 * The content of a document whose signature was checked when it was stored.
 * @throws HaversackError `DocumentInvalid`
 */
export function readDocument<T>(envelope: Envelope, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(envelope.signed);
  if (!parsed.success) throw new HaversackError('DocumentInvalid', z.prettifyError(parsed.error));
  return parsed.data;
}

async function verifyEnvelope(envelope: Envelope, publicKeys: readonly string[]): Promise<void> {
  const wanted = new Map<string, string>();
  for (const publicKey of publicKeys) wanted.set(await keyIdOf(publicKey), publicKey);
  const own = envelope.signatures.filter(({ keyId }) => wanted.has(keyId));
  if (own.length === 0) {
    throw new HaversackError(
      'SignatureInvalid',
      `signed by ${shortened(envelope.signatures.map(({ keyId }) => keyId))}, wanted ${shortened([...wanted.keys()])}`,
    );
  }
  const bytes = canonicalBytes(envelope.signed as Json);
  for (const { keyId, signature } of own) {
    if (await verifyAsync(fromBase64Url(signature), bytes, fromBase64Url(wanted.get(keyId)!))) return;
  }
  throw new HaversackError(
    'SignatureInvalid',
    `the signature of ${shortened(own.map(({ keyId }) => keyId))} does not fit the content`,
  );
}

/** Key ids as people compare them. */
function shortened(keyIds: readonly string[]): string {
  return keyIds.map(keyId => keyId.slice(0, 12)).join(', ');
}
